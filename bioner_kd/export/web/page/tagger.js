// Text in, mentions out. `model.logits` is all that it needs of LiteRT.js.

import { Decoder, entitiesFromTags } from "./decoder.js";
import { WordFeatures } from "./features.js";
import { SentenceSplitter } from "./sentences.js";
import { characterClasses, countCodePoints, tokenize } from "./tokenizer.js";
import { readingPlan } from "./windows.js";

// Words; most sentences have fewer.
const LONGEST_TO_WARM = 64;

export class Tagger {
  /**
   * @param {{lengths: number[], logits: function}} model see `model.js`.
   * @param {object} tables tables.json.
   */
  constructor(model, tables) {
    this.model = model;
    this.classes = characterClasses(tables.tokenizer);
    this.splitter = new SentenceSplitter(tables.sentences);
    this.features = new WordFeatures(tables.features);
    this.decoder = new Decoder(tables.tags, tables.transitions ?? null);
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
    let unit = 0;
    let codePoint = 0;
    for (const [from, to] of this.splitter.spans(text)) {
      codePoint += countCodePoints(text, unit, from);
      const found = tokenize(text, this.classes, { from, to, codePoint });
      ({ codePoint } = found);
      unit = to;
      if (found.words.length) yield found.words;
    }
  }

  /**
   * Tags the words of one sentence.
   * @param {string[]} words at least one.
   * @returns {Promise<{tags: string[], scores: number[], windows: number}>} `windows` is above 1
   *     where the sentence is longer than the model can read at once.
   */
  async tagWords(words) {
    const plan = readingPlan(words.length, this.model.lengths);
    const logits = [];
    for (const { length, start, from, to } of plan) {
      const inputs = this.features.encode(words.slice(start, start + length), length);
      const rows = await this.model.logits(length, inputs);
      logits.push(...rows.slice(from - start, to - start));
    }
    return { ...this.decoder.decode(logits), windows: plan.length };
  }

  /** The mentions of one sentence of `sentences`. */
  async tagSentence(text, words) {
    const { tags, scores, windows } = await this.tagWords(words.map((word) => word.text));
    return { entities: entitiesFromTags(text, words, tags, scores), windows };
  }
}
