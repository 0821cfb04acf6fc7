// A text as a reader sees it, without characters that nobody sees, and the way back to the text.

import { characterSet, tokenize } from "./tokenizer.js";

export class Sight {
  /** @param {number[][]|undefined} invisible ranges of code points that are read as if not there. */
  constructor(invisible) {
    this.invisible = invisible?.length ? new RegExp(`[${characterSet(invisible)}]`, "u") : null;
  }

  /**
   * What is visible of a text.
   * @param {string} text
   * @returns {{text: string, units: Int32Array|null, points: Int32Array|null}} of each UTF-16 unit of
   *     the visible text the place in the source in units and in code points; null where all is
   *     visible.
   */
  view(text) {
    if (!this.invisible?.test(text)) return { text, units: null, points: null };
    const units = new Int32Array(text.length);
    const points = new Int32Array(text.length);
    const pieces = [];
    let [unit, point, length] = [0, 0, 0];
    for (const character of text) {
      if (!this.invisible.test(character)) {
        pieces.push(character);
        for (let half = 0; half < character.length; half += 1) {
          units[length] = unit + half;
          points[length] = point;
          length += 1;
        }
      }
      unit += character.length;
      point += 1;
    }
    return { text: pieces.join(""), units, points };
  }
}

/** A word of a view with its places in the source, from its first to its last visible character. */
export function inSource(word, { units, points }) {
  if (!units) return word;
  const { from, to } = word;
  return {
    text: word.text,
    start: points[from],
    end: points[to - 1] + 1,
    from: units[from],
    to: units[to - 1] + 1,
  };
}

/** The words of a whole text, with their places in it; see `tokenize`. */
export function wordsOf(text, classes, sight) {
  const view = sight.view(text);
  return tokenize(view.text, classes).words.map((word) => inSource(word, view));
}
