// Text in, mentions out. `model.logits` is all that it needs of LiteRT.js.

import { Decoder } from "./decoder.js";
import { WordFeatures } from "./features.js";
import { Joins } from "./lines.js";
import { Names } from "./names.js";
import { Postprocessing } from "./postprocessing.js";
import { SentenceSplitter } from "./sentences.js";
import { characterClasses, characterSet, countCodePoints, tokenize } from "./tokenizer.js";
import { inSource, Sight } from "./visible.js";
import { cutInPieces } from "./pieces.js";

// Formats of tables.json that this page reads. In format 1, which is not written there, the stops of
// sentences are not either.
const FORMATS = [1, 2, 3];
// Words; most sentences have fewer.
const LONGEST_TO_WARM = 64;
// What the logits of all tags but O lose at a word that is part of no mention.
const RULED_OUT = 10_000;

export class Tagger {
  /**
   * @param {{lengths: number[], logits: function}} model see `model.js`.
   * @param {object} tables tables.json.
   */
  constructor(model, tables) {
    const format = tables.format ?? 1;
    if (!FORMATS.includes(format)) {
      const read = FORMATS.join(", ");
      throw new Error(`tables.json has format ${format}, and this page reads ${read}. Export the page again.`);
    }
    this.model = model;
    this.classes = characterClasses(tables.tokenizer);
    this.sight = new Sight(tables.tokenizer.invisible);
    // Words of one of these characters are part of no mention.
    const { outside } = tables.tokenizer;
    this.outside = outside?.length ? new RegExp(`^[${characterSet(outside)}]$`, "u") : null;
    this.splitter = new SentenceSplitter(tables.sentences, this.classes);
    this.features = new WordFeatures(tables.features);
    this.decoder = new Decoder(tables.tags, tables.transitions ?? null);
    this.postprocessing = new Postprocessing(tables.postprocessing);
    this.types = [...new Set(tables.tags.filter((tag) => tag !== "O").map((tag) => tag.slice(2)))];
  }

  /** Reads one word in each of the shorter signatures, since first readings take long. */
  async warmUp() {
    for (const length of this.model.lengths.filter((length) => length <= LONGEST_TO_WARM)) {
      await this.model.logits(length, this.features.encode(["a"], length));
    }
  }

  /** The words of each sentence that has any, with their places in the whole text. */
  *sentences(text) {
    const view = this.sight.view(text);
    const most = this.splitter.mostWords;
    const joins = new Joins((word) => this.features.isKnown(word));
    let unit = 0;
    let codePoint = 0;
    for (const [from, to] of this.splitter.spans(view.text, joins)) {
      codePoint += countCodePoints(view.text, unit, from);
      const found = tokenize(view.text, this.classes, { from, to, codePoint });
      ({ codePoint } = found);
      unit = to;
      const words = joins.join(found.words).map((word) => inSource(word, view));
      for (let first = 0; first < words.length; first += most) yield words.slice(first, first + most);
    }
  }

  /**
   * Tags the words of one sentence.
   * @param {string[]} words at least one.
   * @returns {Promise<{tags: string[], scores: number[], inEntity: number[], pieces: number}>}
   *     `pieces` is above 1 where the sentence is longer than the model can read at once.
   */
  async tagWords(words) {
    const { lengths } = this.model;
    const read = this.features.spelled(words);
    const pieces = cutInPieces(words.length, Math.max(...lengths));
    const logits = [];
    for (const { start, end, first, last } of pieces) {
      const length = Math.min(...lengths.filter((enough) => enough >= end - start));
      const inputs = this.features.encode(read.slice(start, end), length);
      const rows = await this.model.logits(length, inputs);
      logits.push(...rows.slice(first - start, last - start));
    }
    const kept = logits.map((row, word) => (this.outside?.test(words[word]) ? onlyOutside(row) : row));
    return { ...this.decoder.decode(kept), pieces: pieces.length };
  }

  /** Lists of names that are always or never mentions, as `names.js` reads them. */
  names(always, never) {
    const { types, classes, sight, features } = this;
    return new Names(always, never, { types, classes, sight, folding: features.folding });
  }

  /** The mentions of a text of `tagged_text.js`, all sentences of which have been added. */
  entities(found, names = null) {
    return this.postprocessing.entities(found, names);
  }
}

function onlyOutside(row) {
  return row.map((logit, tag) => (tag ? logit - RULED_OUT : logit));
}
