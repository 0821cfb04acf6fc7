// Words become the numbers that a student reads: everything is a table or ASCII arithmetic.

const PAD = 0;
const UNKNOWN = 1;
const FIRST_ENTRY = 2;
const LONGEST_SHAPE_RUN = 4;

const isUpper = (c) => c >= "A" && c <= "Z";
const isLower = (c) => c >= "a" && c <= "z";
const isDigit = (c) => c >= "0" && c <= "9";

/** A word's code points, each replaced as the folding table says: "β" reads "beta". */
export function fold(word, folding, inner = new Map()) {
  const characters = Array.from(word);
  const between = (i) => isLower(characters[i - 1] ?? "") && isLower(characters[i + 1] ?? "");
  return characters
    .map((c, i) => (inner.has(c) && between(i) ? inner.get(c) : (folding.get(c) ?? c)))
    .join("");
}

const lowerAscii = (text) => text.replace(/[A-Z]/g, (c) => c.toLowerCase());
const letters = (word) => word.replace(/[^A-Z]/g, "").length;

/** How sentences in capitals are read: each word in the spelling that it mostly has. */
class Capitals {
  constructor(rule) {
    this.rule = rule;
    this.byLower = new Map(rule.spellings.map((word) => [lowerAscii(word), word]));
  }

  read(words, isKnown) {
    if (words.some((word) => /[a-z]/.test(word))) return words;
    if (words.every((word) => letters(word) < this.rule.min_letters)) return words;
    return words.map((word, i) => {
      const single = Array.from(word).length === 1;
      if (single && (words[i - 1] === "-" || words[i + 1] === "-")) return word;
      const lower = lowerAscii(word);
      if (this.byLower.has(lower)) return this.byLower.get(lower);
      return letters(word) >= this.rule.unknown_letters || isKnown(lower) ? lower : word;
    });
  }
}

/** Lower-cased form with every digit read as 0, of a folded word. ASCII alone is changed. */
export function wordForm(folded) {
  return folded.replace(/[A-Z]/g, (c) => c.toLowerCase()).replace(/[0-9]/g, "0");
}

/** Shape of a folded word: X upper, x lower, d digit, runs cut at four; "Beta2" is "Xxxxd". */
export function wordShape(folded) {
  let shape = "";
  let previous = null;
  let run = 0;
  for (const c of folded) {
    const kind = isUpper(c) ? "X" : isLower(c) ? "x" : isDigit(c) ? "d" : c;
    run = kind === previous ? run + 1 : 1;
    if (run <= LONGEST_SHAPE_RUN) shape += kind;
    previous = kind;
  }
  return shape;
}

/** The characters that a student reads of a word: of a longer one, the head and the tail. */
export function clip(characters, limit) {
  if (characters.length <= limit) return characters;
  const head = Math.floor((limit + 1) / 2);
  return [...characters.slice(0, head), ...characters.slice(characters.length - (limit - head))];
}

export class WordFeatures {
  /** @param {{config: object, tables: object, folding: object}} data "features" of tables.json. */
  constructor(data) {
    this.config = data.config;
    this.folding = new Map(Object.entries(data.folding));
    this.innerFolding = new Map(Object.entries(data.inner_folding ?? {}));
    this.capitals = data.capitals ? new Capitals(data.capitals) : null;
    this.ids = new Map(
      data.config.features.map((name) => [
        name,
        new Map(data.tables[name].map((entry, number) => [entry, number + FIRST_ENTRY])),
      ]),
    );
  }

  /** The words of a whole sentence as they are read; `encode` takes them, or a piece of them. */
  spelled(words) {
    return this.capitals ? this.capitals.read(words, (word) => this.isKnown(word)) : words;
  }

  isKnown(word) {
    const form = wordForm(fold(word, this.folding, this.innerFolding));
    return ["word", "vector"].some((name) => this.ids.get(name)?.has(form));
  }

  /** Table entries of a word by feature; "char" has one a character. */
  entries(word) {
    const folded = fold(word, this.folding, this.innerFolding);
    const form = wordForm(folded);
    const letters = Array.from(form);
    return {
      word: [form],
      vector: [form],
      prefix: [letters.slice(0, this.config.prefix_length).join("")],
      suffix: [letters.slice(-this.config.suffix_length).join("")],
      shape: [wordShape(folded)],
      char: clip(Array.from(folded), this.config.max_chars),
    };
  }

  /**
   * Model inputs of a sentence.
   * @param {string[]} words
   * @param {number} length number of words that the model's signature has; the rest is padding.
   * @returns {Object<string, {data: Int32Array, shape: number[]}>} "word_ids" (1, length) and so
   *     on, "char_ids" (1, length, max_chars).
   */
  encode(words, length) {
    const inputs = {};
    for (const name of this.config.features) {
      const width = name === "char" ? this.config.max_chars : 1;
      const shape = name === "char" ? [1, length, width] : [1, length];
      inputs[`${name}_ids`] = { data: new Int32Array(length * width).fill(PAD), shape };
    }
    words.forEach((word, row) => {
      const entries = this.entries(word);
      for (const [name, ids] of this.ids) {
        const { data, shape } = inputs[`${name}_ids`];
        const width = shape[2] ?? 1;
        entries[name].forEach((entry, column) => {
          data[row * width + column] = ids.get(entry) ?? UNKNOWN;
        });
      }
    });
    return inputs;
  }
}
