// A text is cut into sentences, since that is what students are trained on. In doubt it is not cut:
// a student reads two sentences as one without harm, but misses a mention that was cut in two.
// Which characters and abbreviations count stands in tables.json.

import { Joins, LineSplitter } from "./lines.js";
import { characterSet } from "./tokenizer.js";

const LINE_BREAK = "(?:\\r\\n|\\r(?!\\n)|\\n)";
const STOPS_OF_FORMAT_1 = [..."!.?"].map((c) => [c.codePointAt(0), c.codePointAt(0)]);
// The longest of the letter words, white space, and the character before.
const LETTER_WINDOW = 15;
const SINGLE_LETTERS = /^[A-Za-z](?:\.[A-Za-z])*$/;

export class SentenceSplitter {
  /**
   * @param {object} rule "sentences" of tables.json; its ranges are inclusive code points.
   * @param {Uint8Array} classes of `characterClasses`.
   */
  constructor(rule, classes) {
    const sets = { stops: STOPS_OF_FORMAT_1, ...rule };
    const set = (name) => `[${characterSet(sets[name])}]`;
    this.blankLine = new RegExp(`${LINE_BREAK}${set("white")}*?${LINE_BREAK}`, "gu");
    this.end = new RegExp(
      `${set("stops")}${set("closing")}*(?=${set("white")}+${set("opening")}*(${set("first")}))`,
      "gu",
    );
    this.lastLetters = new RegExp(`(?<!${set("inner")})[A-Za-z.]+$`, "u");
    this.wordBefore = new RegExp(`(?<!${set("inner")})([A-Za-z]+)(?:-|${set("white")}{1,2})$`, "u");
    this.abbreviations = new Set(rule.abbreviations);
    this.smallAbbreviations = new Set(rule.small_abbreviations);
    this.letterWords = new Set(rule.letter_words);
    this.mostWords = rule.most_words || Infinity;
    this.lines = rule.lines ? new LineSplitter(rule.lines, rule.white, sets.stops, classes) : null;
    this.longest = rule.longest_abbreviation;
  }

  /**
   * Where sentences begin and end, in UTF-16 units. Between two there is at most white space, a mark
   * at the start of a line, or the border of a cell.
   * @param {string} text
   * @param {Joins} joins takes the wrapped words that are joined; by default none is.
   * @returns {Generator<[number, number]>}
   */
  *spans(text, joins = new Joins(() => false)) {
    for (const [start, end] of this.lines ? this.lines.spans(text, joins) : this.paragraphs(text)) {
      yield* this.paragraph(text, start, end);
    }
  }

  *paragraphs(text) {
    let start = 0;
    for (const blank of text.matchAll(this.blankLine)) {
      yield [start, blank.index];
      start = blank.index + blank[0].length;
    }
    yield [start, text.length];
  }

  *paragraph(text, from, to) {
    let start = from;
    for (const stop of text.slice(from, to).matchAll(this.end)) {
      const at = from + stop.index;
      if (text[at] === "." && this.isAbbreviated(text, start, at, stop[1])) continue;
      const end = at + stop[0].length;
      yield [start, end];
      start = end;
    }
    yield [start, to];
  }

  isAbbreviated(text, start, fullStop, follows) {
    const before = text.slice(Math.max(start, this.windowStart(text, fullStop)), fullStop);
    const letters = this.lastLetters.exec(before)?.[0];
    if (letters === undefined) return false;
    const lower = letters.toLowerCase();
    if (SINGLE_LETTERS.test(letters)) {
      return !(/^[A-Z]$/.test(letters) && !/[0-9]/.test(follows) && this.isBehindLetterWord(text, fullStop - 1));
    }
    return this.abbreviations.has(lower) || (this.smallAbbreviations.has(lower) && !/^.[A-Z]/.test(letters));
  }

  isBehindLetterWord(text, letter) {
    if (!this.letterWords.size) return false;
    const before = this.wordBefore.exec(text.slice(Math.max(0, letter - LETTER_WINDOW), letter));
    return before !== null && this.letterWords.has(before[1].toLowerCase());
  }

  // Where so many code points begin. Letters have one unit each, so that it matters for the first
  // code point alone, of which there must not be half.
  windowStart(text, fullStop) {
    const start = fullStop - this.longest;
    return start > 0 && text.codePointAt(start - 1) > 0xffff ? start - 1 : start;
  }
}
