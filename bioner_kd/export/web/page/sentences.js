// A text is cut into sentences, since that is what students are trained on. In doubt it is not cut:
// a student reads two sentences as one without harm, but misses a mention that was cut in two.
// Which characters and abbreviations count stands in tables.json.

const LINE_BREAK = "(?:\\r\\n|\\r(?!\\n)|\\n)";
const STOPS_OF_FORMAT_1 = [..."!.?"].map((c) => [c.codePointAt(0), c.codePointAt(0)]);
const SINGLE_LETTERS = /^[A-Za-z](?:\.[A-Za-z])*$/;

export class SentenceSplitter {
  /** @param {object} rule "sentences" of tables.json; its ranges are inclusive code points. */
  constructor(rule) {
    const sets = { stops: STOPS_OF_FORMAT_1, ...rule };
    const set = (name) => `[${characterSet(sets[name])}]`;
    this.blankLine = new RegExp(`${LINE_BREAK}${set("white")}*?${LINE_BREAK}`, "gu");
    this.end = new RegExp(
      `${set("stops")}${set("closing")}*(?=${set("white")}+${set("opening")}*${set("first")})`,
      "gu",
    );
    this.lastLetters = new RegExp(`(?<!${set("inner")})[A-Za-z.]+$`, "u");
    this.abbreviations = new Set(rule.abbreviations);
    this.longest = rule.longest_abbreviation;
  }

  /**
   * Where sentences begin and end, in UTF-16 units; between two there is at most white space.
   * @param {string} text
   * @returns {Generator<[number, number]>}
   */
  *spans(text) {
    let start = 0;
    for (const blank of text.matchAll(this.blankLine)) {
      yield* this.paragraph(text, start, blank.index);
      start = blank.index + blank[0].length;
    }
    yield* this.paragraph(text, start, text.length);
  }

  *paragraph(text, from, to) {
    let start = from;
    for (const stop of text.slice(from, to).matchAll(this.end)) {
      const at = from + stop.index;
      if (text[at] === "." && this.isAbbreviated(text, start, at)) continue;
      const end = at + stop[0].length;
      yield [start, end];
      start = end;
    }
    yield [start, to];
  }

  isAbbreviated(text, start, fullStop) {
    const before = text.slice(Math.max(start, this.windowStart(text, fullStop)), fullStop);
    const letters = this.lastLetters.exec(before)?.[0];
    if (letters === undefined) return false;
    return SINGLE_LETTERS.test(letters) || this.abbreviations.has(letters.toLowerCase());
  }

  // Where so many code points begin. Letters have one unit each, so that it matters for the first
  // code point alone, of which there must not be half.
  windowStart(text, fullStop) {
    const start = fullStop - this.longest;
    return start > 0 && text.codePointAt(start - 1) > 0xffff ? start - 1 : start;
  }
}

function characterSet(ranges) {
  const escape = (code) => `\\u{${code.toString(16)}}`;
  return ranges.map(([first, last]) => `${escape(first)}-${escape(last)}`).join("");
}
