// What is found, in forms that other programs read.

const SCORE_DIGITS = 6;
const COLUMNS = ["type", "text", "start", "end", "score"];

/** One JSON object, the same as a line of `scripts/tag.py`. */
export function toJson(text, entities) {
  return JSON.stringify({ text, entities: entities.map(record) }, null, 1) + "\n";
}

/** Comma-separated values with a header, as RFC 4180 has them. */
export function toCsv(entities) {
  const rows = entities.map(record).map((entity) => COLUMNS.map((name) => entity[name]));
  return [COLUMNS, ...rows].map((row) => row.map(quote).join(",") + "\r\n").join("");
}

function record({ type, text, start, end, score }) {
  return { type, text, start, end, score: Number(score.toFixed(SCORE_DIGITS)) };
}

function quote(value) {
  const text = String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/**
 * Puts text on the clipboard.
 * @returns {Promise<boolean>} false where the browser does not let the page do so.
 */
export async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false; // refused, or a page that came neither over https nor from this machine
  }
}

/** Saves text as a file. */
export function download(name, text, type) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], { type: `${type};charset=utf-8` }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}
