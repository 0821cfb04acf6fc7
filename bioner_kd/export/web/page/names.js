// Names that a user knows, some always a mention and others never, as bioner_kd/tagging/names.py
// compares them: word by word, folded and in small letters; short names in capitals as they are.

import { fold } from "./features.js";
import { wordsOf } from "./visible.js";

const COMMENT = "#";
const MOST_WORDS = 100;
const SHORT_CAPITALS = /^[A-Z]{1,4}$/;
const LETTER_OR_DIGIT = /[\p{L}\p{N}]/u;
const LAST_PART = /[,;]\s*([^,;]+)$/;

/** A list that cannot be read, with a message for the person who wrote it. */
export class NamesError extends Error {}

export class Names {
  /**
   * Reads two lists with a name a line, and behind a TAB its type.
   * @param {string} always the type may be left out where the student has one.
   * @param {string} never without a type, of none.
   * @param {{types: string[], classes: Uint8Array, sight: Sight,
   *     folding: Map<string, string>}} student
   */
  constructor(always, never, student) {
    this.folding = student.folding;
    this.always = readList("always", always, student);
    this.never = readList("never", never, student);
    for (const [name, { place, shown }] of this.never) {
      if (this.always.has(name)) fail(place, `“${shown}” is in the other list too; leave it in one of them.`);
    }
    this.lengths = lengthsByFirstWord(this.always.keys());
  }

  /**
   * The mentions of a text with those that the names ask for, and without those they forbid.
   * @param {object} found as `tagged_text.js` says.
   * @param {object[]} entities in order, as `entitiesFromTags` gives them.
   */
  mark(found, entities) {
    if (!this.always.size && !this.never.size) return entities;
    const forms = found.words.map((word) => formOf(word.text, this.folding));
    const marked = this.always.size ? [...this.matches(found, forms)] : [];
    const kept = withoutOverlaps(entities, marked);
    const allowed = this.never.size ? withoutForbidden(kept, found.words, forms, this.never) : kept;
    return [...allowed, ...marked].sort((one, other) => one.start - other.start);
  }

  *matches({ text, words, firstWords }, forms) {
    const firsts = firstWords.length ? firstWords : [0];
    for (const [number, first] of firsts.entries()) {
      const end = firsts[number + 1] ?? words.length;
      for (let word = first; word < end; ) {
        const { length, type } = this.longest(forms, word, end);
        if (length) yield mention(text, words[word], words[word + length - 1], type);
        word += length || 1;
      }
    }
  }

  longest(forms, word, end) {
    const { form, capitals } = forms[word];
    const short = capitals && this.always.get(capitals);
    for (const length of this.lengths.get(form) ?? []) {
      if (length > end - word || (length === 1 && short)) continue;
      const name = this.always.get(joined(forms, word, word + length));
      if (name) return { length, type: name.type };
    }
    return short ? { length: 1, type: short.type } : { length: 0, type: "" };
  }
}

function formOf(word, folding) {
  const folded = fold(word, folding);
  return { form: folded.toLowerCase(), capitals: SHORT_CAPITALS.test(folded) ? folded : "" };
}

function joined(forms, first, end) {
  return forms.slice(first, end).map(({ form }) => form).join(" ");
}

function mention(text, first, last, type) {
  const [from, to] = [first.from, last.to];
  return { type, text: text.slice(from, to), start: first.start, end: last.end, score: 1, from, to };
}

// Both are in order, and neither overlap among themselves.
function withoutOverlaps(entities, marked) {
  let next = 0;
  return entities.filter(({ start, end }) => {
    while (next < marked.length && marked[next].end <= start) next += 1;
    return next === marked.length || marked[next].start >= end;
  });
}

function withoutForbidden(entities, words, forms, never) {
  let word = 0;
  return entities.filter(({ type, from, to }) => {
    while (words[word].from < from) word += 1;
    const first = word;
    while (word < words.length && words[word].from < to) word += 1;
    const names = [joined(forms, first, word)];
    if (word - first === 1 && forms[first].capitals) names.push(forms[first].capitals);
    return !names.some((name) => never.has(name) && ["", type].includes(never.get(name).type));
  });
}

function lengthsByFirstWord(names) {
  const lengths = new Map();
  for (const name of names) {
    const words = name.split(" ");
    const known = lengths.get(words[0]) ?? [];
    if (!known.includes(words.length)) known.push(words.length);
    lengths.set(words[0], known);
  }
  for (const known of lengths.values()) known.sort((one, other) => other - one);
  return lengths;
}

function readList(what, content, student) {
  const names = new Map();
  content.split(/\r?\n/).forEach((line, number) => {
    if (!line.trim() || line.startsWith(COMMENT)) return;
    const place = `${what}, line ${number + 1}`;
    const [shown, type = "", ...rest] = line.split("\t").map((part) => part.trim());
    if (rest.length) fail(place, "more than a name, TAB and a type; remove the rest.");
    const known = checkedType(what, shown, type, place, student.types);
    const name = nameOf(shown, place, student);
    const before = names.get(name);
    if (before && before.type !== known) {
      fail(place, `“${shown}” stands in this list twice, with two types; leave one of them.`);
    }
    names.set(name, { type: known, place, shown });
  });
  return names;
}

function checkedType(what, shown, type, place, types) {
  const choice = types.join(", ");
  if (type && !types.includes(type)) {
    fail(place, `“${shown}” has the type “${type}”, which the model lacks; it has ${choice}.`);
  }
  if (!type && types.includes(LAST_PART.exec(shown)?.[1])) {
    fail(place, `“${shown}” looks like a name and its type, which stands behind a TAB.`);
  }
  if (type || what === "never") return type;
  if (types.length > 1) fail(place, `“${shown}” has no type; write TAB and one of ${choice} behind it.`);
  return types[0];
}

function nameOf(shown, place, { classes, sight, folding }) {
  const words = wordsOf(shown, classes, sight).map(({ text }) => fold(text, folding));
  const visible = words.filter((word) => word.trim());
  if (!visible.some((word) => LETTER_OR_DIGIT.test(word))) {
    fail(place, "a name has a letter or a digit; write one, or leave out the line.");
  }
  if (visible.length > MOST_WORDS) fail(place, `a name of ${visible.length} words; ${MOST_WORDS} are the most.`);
  const short = visible.length === 1 && SHORT_CAPITALS.test(visible[0]);
  return short ? visible[0] : visible.join(" ").toLowerCase();
}

function fail(place, message) {
  throw new NamesError(`${place}: ${message}`);
}
