// The worker in which the model runs, so that long text never freezes the page. A classic worker,
// because LiteRT.js calls importScripts; `BASE` is set by `client.js`.
//
// In:  {id, text, always, never}, the last two lists of names; a newer one ends the work on an older one.
// Out: {kind: "loading", received, total}, {kind: "ready", types, longest, calibrated},
//      {kind: "progress", id, done}, {kind: "result", id, ...}, {kind: "failed", message}. Of lists
//      that cannot be read, `namesProblem` of a result says why.

"use strict";

const BUSY_MILLISECONDS = 40;
const COPY_AGAIN = "Copy the whole folder again.";
let latest = 0;
let queue = start();
let lists = { always: "", never: "", names: null, namesProblem: "" };

self.onmessage = ({ data }) => {
  latest = data.id;
  queue = queue.then((tagger) => work(tagger, data));
};

// WebAssembly may throw a bare number.
function reason(error) {
  return error?.message ?? String(error);
}

async function start() {
  try {
    const tagger = await load();
    const calibrated = tagger.postprocessing.calibration.known;
    self.postMessage({ kind: "ready", types: tagger.types, longest: tagger.model.lengths.at(-1), calibrated });
    return tagger;
  } catch (error) {
    self.postMessage({ kind: "failed", message: reason(error) });
    return null;
  }
}

async function load() {
  const [{ readFile, crc32, LoadError }, { openModel, wasmBuild }, { Tagger }] = await Promise.all(
    ["files.js", "model.js", "tagger.js"].map((name) => import(new URL(name, BASE))),
  );
  const build = await wasmBuild(BASE);
  const names = ["student.tflite.gz", "tables.json.gz", `litert/${build}.wasm.gz`];
  const told = countBytes(names.length);
  const [model, packed, wasm] = await Promise.all(
    names.map((name, number) => readFile(BASE, name, told(number))),
  );
  const tables = JSON.parse(new TextDecoder().decode(packed));
  if (tables.model_crc32 !== crc32(model)) {
    throw new LoadError(`${names[0]} is damaged, or ${names[1]} belongs to another model. ${COPY_AGAIN}`);
  }
  const files = { model, wasm: wasm.buffer, base: BASE, script: `${build}.js` };
  const opened = await openModel(files).catch((error) => {
    throw new LoadError(`LiteRT.js cannot run ${names[0]} (${reason(error)}). ${COPY_AGAIN}`);
  });
  const tagger = new Tagger(opened, tables);
  await tagger.warmUp();
  return tagger;
}

function countBytes(files) {
  const counts = Array.from({ length: files }, () => [0, 0]);
  const sum = (column) => counts.reduce((total, count) => total + count[column], 0);
  return (file) => (received, total) => {
    counts[file] = [received, total];
    // The whole is known once every file has begun to arrive.
    const known = counts.every((count) => count[1]);
    self.postMessage({ kind: "loading", received: sum(0), total: known ? sum(1) : 0 });
  };
}

async function work(tagger, { id, text, always = "", never = "" }) {
  if (!tagger || id !== latest) return tagger;
  try {
    readNames(tagger, always, never);
    const result = await tagText(tagger, id, text);
    if (result) self.postMessage({ kind: "result", id, ...result });
  } catch (error) {
    self.postMessage({ kind: "failed", message: reason(error) });
  }
  return tagger;
}

// The lists change less often than the text, and may be long.
function readNames(tagger, always, never) {
  if (always === lists.always && never === lists.never) return;
  lists = { always, never, names: null, namesProblem: "" };
  try {
    lists.names = tagger.names(always, never);
  } catch (error) {
    lists.namesProblem = reason(error);
  }
}

async function tagText(tagger, id, text) {
  const began = performance.now();
  let rested = began;
  const { addSentence, emptyText } = await import(new URL("tagged_text.js", BASE));
  const result = { sentences: 0, words: 0, longSentences: 0 };
  const found = emptyText(text);
  for (const words of tagger.sentences(text)) {
    const { pieces, ...tagged } = await tagger.tagWords(words.map((word) => word.text));
    addSentence(found, words, tagged);
    result.sentences += 1;
    result.words += words.length;
    result.longSentences += pieces > 1 ? 1 : 0;
    if (performance.now() - rested > BUSY_MILLISECONDS) {
      self.postMessage({ kind: "progress", id, done: words.at(-1).to / text.length });
      // Lets a newer text in.
      await new Promise((resume) => setTimeout(resume, 0));
      if (id !== latest) return null;
      rested = performance.now();
    }
  }
  const entities = tagger.entities(found, lists.names);
  const { namesProblem } = lists;
  return { ...result, entities, namesProblem, milliseconds: performance.now() - began };
}
