// The student's model under LiteRT.js, on the processor (WebAssembly).

const NOTICE = /^(INFO|WARNING): /;
const SIGNATURE = /^t([0-9]+)$/;

/**
 * Starts LiteRT.js and opens a model. Needs a classic worker: LiteRT.js calls importScripts.
 * @param {{model: Uint8Array, wasm: ArrayBuffer, base: string, script: string}} files
 *     `base` is the page's folder, `script` LiteRT.js's own loader of that `wasm`.
 */
export async function openModel({ model, wasm, base, script }) {
  const litert = await import(new URL("litert/core.js", base));
  // LiteRT.js takes what it finds here: it need not fetch its WebAssembly itself, and what it tells
  // of its work is no error.
  self.Module = { wasmBinary: wasm, printErr: (line) => NOTICE.test(line) || console.error(line) };
  await litert.loadLiteRt(new URL(`litert/${script}`, base).href);
  const compiled = await litert.loadAndCompile(model, { accelerator: "wasm" });
  return new WordModel(litert, compiled);
}

/** Name of LiteRT.js's build for this browser: the faster one, or that for older browsers. */
export async function wasmBuild(base) {
  const litert = await import(new URL("litert/core.js", base));
  const fast = await litert.supportsFeature("relaxedSimd");
  return fast ? "litert_wasm_internal" : "litert_wasm_compat_internal";
}

class WordModel {
  constructor(litert, compiled) {
    this.litert = litert;
    this.compiled = compiled;
    this.lengths = Object.keys(compiled.signatures)
      .map((name) => SIGNATURE.exec(name)?.[1])
      .filter((length) => length !== undefined)
      .map(Number)
      .sort((one, other) => one - other);
  }

  /**
   * Logits of one padded sentence; nothing is carried over from one call to the next.
   * @param {number} length of `lengths`.
   * @param {Object<string, {data: Int32Array, shape: number[]}>} inputs as `WordFeatures.encode`
   *     gives them.
   * @returns {Promise<Float32Array[]>} a row of tags for each of `length` words.
   */
  async logits(length, inputs) {
    const tensors = {};
    for (const [name, { data, shape }] of Object.entries(inputs)) {
      tensors[name] = new this.litert.Tensor(data, shape);
    }
    let output;
    try {
      output = (await this.compiled.run(`t${length}`, tensors)).logits;
      const flat = await output.data();
      const tags = flat.length / length;
      return Array.from({ length }, (_, word) => flat.subarray(word * tags, (word + 1) * tags));
    } finally {
      // Their memory is WebAssembly's, which no garbage collector sees.
      for (const tensor of Object.values(tensors)) tensor.delete();
      output?.delete();
    }
  }
}
