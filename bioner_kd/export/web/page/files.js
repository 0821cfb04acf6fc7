// Files of this folder, as the page's own server gives them. Large ones are stored with gzip, since
// plain static servers do not compress.

const GZIP = [0x1f, 0x8b];

/** A file that could not be had, with a message for the person who serves the page. */
export class LoadError extends Error {}

/**
 * Reads a file, and unpacks it where it is packed.
 * @param {string} base URL of the folder.
 * @param {string} name of the file in it.
 * @param {(received: number, total: number) => void} told of every piece that arrives; bytes as they
 *     travel, `total` is 0 where the server does not say it.
 * @returns {Promise<Uint8Array>}
 */
export async function readFile(base, name, told = () => {}) {
  const response = await request(new URL(name, base), name);
  const total = Number(response.headers.get("Content-Length")) || 0;
  const bytes = await receive(response, name, (received) => told(received, total));
  return isPacked(bytes) ? unpack(bytes, name) : bytes;
}

async function request(url, name) {
  let response;
  try {
    response = await fetch(url);
  } catch {
    throw new LoadError(`${name} could not be fetched: the server does not answer.`);
  }
  if (!response.ok) {
    throw new LoadError(
      `${name} could not be fetched: the server answered ${response.status}. Copy the whole folder again.`,
    );
  }
  return response;
}

async function receive(response, name, told) {
  const pieces = [];
  let received = 0;
  const reader = response.body.getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      pieces.push(value);
      received += value.length;
      told(received);
    }
  } catch {
    throw new LoadError(`${name} arrived in part only. Load the page again.`);
  }
  return new Uint8Array(await new Blob(pieces).arrayBuffer());
}

// Some servers unpack on the way: then the file has arrived as it is meant to be.
function isPacked(bytes) {
  return bytes[0] === GZIP[0] && bytes[1] === GZIP[1];
}

async function unpack(bytes, name) {
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  try {
    return new Uint8Array(await new Response(stream).arrayBuffer());
  } catch {
    throw new LoadError(`${name} is damaged. Copy the whole folder again.`);
  }
}

/** CRC-32 of bytes, as zlib has it. (Browsers offer SHA-256 to secure origins alone.) */
export function crc32(bytes) {
  let crc = ~0;
  for (const byte of bytes) crc = (crc >>> 8) ^ CRC_OF_BYTE[(crc ^ byte) & 0xff];
  return ~crc >>> 0;
}

const CRC_OF_BYTE = Int32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit += 1) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  return crc;
});
