// Text is cut into words as the students' training text was. The rule is a class for each code
// point, from tables.json, so that every runtime cuts at the same places.

export const SEPARATOR = 0;
export const WORD = 1;
export const SINGLE = 2;
const CODE_POINTS = 0x110000;

/**
 * The class of every code point.
 * @param {{word: number[][], separator: number[][]}} rule "tokenizer" of tables.json: inclusive
 *     ranges of code points.
 * @returns {Uint8Array} SEPARATOR, WORD or SINGLE at the index of each code point.
 */
export function characterClasses(rule) {
  const classes = new Uint8Array(CODE_POINTS).fill(SINGLE);
  for (const [first, last] of rule.word) classes.fill(WORD, first, last + 1);
  for (const [first, last] of rule.separator) classes.fill(SEPARATOR, first, last + 1);
  return classes;
}

/**
 * Cuts a part of a text into words.
 *
 * JavaScript counts UTF-16 units, of which an emoji has two; offsets that leave the page count code
 * points, as Python does. Words have both.
 * @param {string} text
 * @param {Uint8Array} classes of `characterClasses`.
 * @param {{from?: number, to?: number, codePoint?: number}} part where it begins and ends in UTF-16
 *     units, and the number of code points before it; all of the text where not given.
 * @returns {{words: {text: string, start: number, end: number, from: number, to: number}[],
 *     codePoint: number}} the words with their places in code points (start, end) and in UTF-16
 *     units (from, to), and the number of code points before the end of the part.
 */
export function tokenize(text, classes, { from = 0, to = text.length, codePoint = 0 } = {}) {
  const words = [];
  let open = null;
  const close = (unit, point) => {
    if (open) words.push({ text: text.slice(open.from, unit), ...open, end: point, to: unit });
    open = null;
  };
  let unit = from;
  while (unit < to) {
    const code = text.codePointAt(unit);
    const units = code > 0xffff ? 2 : 1;
    const kind = classes[code];
    if (kind !== WORD) close(unit, codePoint);
    if (kind !== SEPARATOR && !open) open = { start: codePoint, from: unit };
    unit += units;
    codePoint += 1;
    if (kind === SINGLE) close(unit, codePoint);
  }
  close(unit, codePoint);
  return { words, codePoint };
}

/**
 * Number of code points of a part of a text.
 * @param {string} text
 * @param {number} from in UTF-16 units.
 * @param {number} to in UTF-16 units.
 */
export function countCodePoints(text, from, to) {
  let count = 0;
  for (let unit = from; unit < to; unit += text.codePointAt(unit) > 0xffff ? 2 : 1) count += 1;
  return count;
}

/** The inside of a regular expression's brackets for ranges of code points. */
export function characterSet(ranges) {
  const escape = (code) => `\\u{${code.toString(16)}}`;
  return ranges.map(([first, last]) => `${escape(first)}-${escape(last)}`).join("");
}
