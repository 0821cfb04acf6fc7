// What one place of a text says of a mention is used at all others: abbreviations, repeated names.
// The rules are those of bioner_kd/tagging/document_step.py.

import { findDefinitions } from "./abbreviations.js";
import { joined, mentionsOf } from "./tagged_text.js";

// Words of a repeated name at most.
const MOST_WORDS = 20;
const NOTHING = "";

export class DocumentStep {
  /** @param {object} record "document_step" of "postprocessing" in tables.json. */
  constructor(record) {
    this.abbreviations = record.abbreviations ?? null;
    this.repeatedNames = record.repeated_names ?? null;
  }

  /** The text with tags and scores as its other places ask for them. */
  apply(found) {
    const after = this.abbreviations ? carryAbbreviations(found, this.abbreviations) : found;
    return this.repeatedNames ? repeatNames(after, this.repeatedNames) : after;
  }
}

function carryAbbreviations(found, rules) {
  const change = new Change(found);
  const meanings = new Map();
  const names = new Names();
  for (const { long, short } of findDefinitions(found.words, rules)) {
    const meaning = meaningOf(found, change, long, rules);
    const form = joined(found.words, ...short);
    const before = meanings.get(form);
    if (!meaning || (before && (before.type || !meaning.type))) continue;
    const last = found.words[short[1] - 1].text;
    const beforeLast = form.slice(0, form.length - last.length);
    for (const word of new Set([last, otherNumber(last, rules.plural)])) {
      meanings.set(beforeLast + word, meaning);
      const first = beforeLast ? found.words[short[0]].text : word;
      names.add(beforeLast + word, first, short[1] - short[0]);
    }
  }
  for (const [meaning, places] of grouped(names.places(found), (form) => meanings.get(form))) {
    if (meaning.type && mean(places.map((place) => share(found, place))) < rules.gate) continue;
    places.filter((place) => !change.crosses(place)).forEach((place) => change.set(place, meaning));
  }
  return change.text();
}

function otherNumber(word, plural) {
  const length = (text) => [...text].length;
  const ends = plural && word.endsWith(plural) && length(word) > length(plural) + 1;
  return ends ? word.slice(0, word.length - plural.length) : word + plural;
}

// Null: nothing is known, since a mention goes on behind the long form.
function meaningOf(found, change, long, rules) {
  const mention = change.mentionAt(long[1] - 1);
  if (!mention) return { type: NOTHING, score: 0 };
  const { type, first, end } = mention;
  if (end > long[1]) return null;
  const before = first > long[0] ? found.words[first - 1].text.toLowerCase() : "";
  if (rules.prepositions.includes(before)) return { type: NOTHING, score: 0 };
  return { type, score: change.score(first, end) };
}

function repeatNames(found, rules) {
  const change = new Change(found);
  const names = new Names(true);
  const types = new Map();
  const meanings = new Map();
  for (const { type, first, end } of change.mentions) {
    const name = joined(found.words, first, end).toLowerCase();
    if (end - first > MOST_WORDS || [...name].length < rules.shortest) continue;
    if (!types.has(name)) types.set(name, new Map());
    types.get(name).set(type, (types.get(name).get(type) ?? 0) + 1);
    names.add(name, found.words[first].text.toLowerCase(), end - first);
    const key = `${type} ${name}`;
    if (!meanings.has(key)) meanings.set(key, { type, score: change.score(first, end) });
  }
  for (const [name, places] of grouped(names.places(found), (name) => name)) {
    const [type, number] = [...types.get(name)].reduce((best, one) => (one[1] > best[1] ? one : best));
    if (number < rules.share * places.length) continue;
    for (const place of places) {
      if (change.isFree(place) && share(found, place) >= rules.gate) {
        change.set(place, meanings.get(`${type} ${name}`));
      }
    }
  }
  return change.text();
}

/** Tags of a text that change. */
class Change {
  constructor(found) {
    this.found = found;
    this.tags = [...found.tags];
    this.scores = [...found.scores];
    this.mentions = mentionsOf(found.tags);
    this.ofWord = new Map();
    for (const mention of this.mentions) {
      for (let word = mention.first; word < mention.end; word += 1) this.ofWord.set(word, mention);
    }
  }

  mentionAt(word) {
    return this.ofWord.get(word);
  }

  score(first, end) {
    return mean(this.found.scores.slice(first, end));
  }

  /** Whether a mention begins before words, or ends behind them, and has one of them. */
  crosses([first, end]) {
    return [first, end - 1].some((word) => {
      const one = this.ofWord.get(word);
      return one && (one.first < first || one.end > end);
    });
  }

  isFree([first, end]) {
    return this.tags.slice(first, end).every((tag) => tag === "O");
  }

  set([first, end], { type, score }) {
    const own = this.ofWord.get(first);
    if (!type) {
      this.tags.fill("O", first, end);
    } else if (own?.type !== type || own.first !== first || own.end !== end) {
      this.tags.fill(`I-${type}`, first, end);
      this.tags[first] = `B-${type}`;
      this.scores.fill(score, first, end);
    }
  }

  text() {
    return { ...this.found, tags: this.tags, scores: this.scores };
  }
}

/** Names that are looked for in a text, longer ones first. */
class Names {
  constructor(fold = false) {
    this.fold = fold;
    this.names = new Set();
    this.lengths = new Map();
  }

  add(name, firstWord, words) {
    if (this.names.has(name)) return;
    this.names.add(name);
    const lengths = this.lengths.get(firstWord) ?? [];
    if (!lengths.includes(words)) {
      this.lengths.set(firstWord, [...lengths, words].sort((one, other) => other - one));
    }
  }

  /** Each name with its words in the text, which no two have in common. */
  *places({ words }) {
    const folded = (text) => (this.fold ? text.toLowerCase() : text);
    let free = 0;
    for (let first = 0; first < words.length; first += 1) {
      for (const length of (first >= free && this.lengths.get(folded(words[first].text))) || []) {
        const end = first + length;
        const name = end <= words.length ? folded(joined(words, first, end)) : "";
        if (this.names.has(name)) {
          yield [name, [first, end]];
          free = end;
          break;
        }
      }
    }
  }
}

function grouped(pairs, keyOf) {
  const groups = new Map();
  for (const [name, place] of pairs) {
    const key = keyOf(name);
    if (!groups.has(key)) groups.set(key, []);
    groups.get(key).push(place);
  }
  return groups;
}

function share(found, [first, end]) {
  return mean(found.inEntity.slice(first, end));
}

function mean(numbers) {
  return numbers.reduce((sum, number) => sum + number, 0) / numbers.length;
}
