// Mentions whose brackets do not pair are cut at the bracket that has no partner.

import { mentionsOf } from "./tagged_text.js";

export class Brackets {
  /** @param {[string, string][]} pairs "brackets" of "postprocessing" in tables.json. */
  constructor(pairs) {
    this.openings = new Set(pairs.map(([opening]) => opening));
    this.openingOf = new Map(pairs.map(([opening, closing]) => [closing, opening]));
  }

  /** The text with the tags of mentions that have no bracket without its partner. */
  apply(found) {
    const tags = [...found.tags];
    for (const { type, first, end } of mentionsOf(found.tags)) {
      const alone = this.alone(found.words, first, end);
      if (!alone.size) continue;
      tags.fill("O", first, end);
      for (let word = first; word < end; word += 1) {
        if (!alone.has(word)) {
          tags[word] = word > first && tags[word - 1] !== "O" ? `I-${type}` : `B-${type}`;
        } else if (word > first && !alone.has(word - 1)) {
          break;
        }
      }
    }
    return { ...found, tags };
  }

  /** Numbers of the brackets from one word to another that have no partner there. */
  alone(words, first, end) {
    const opened = [];
    const alone = new Set();
    for (let word = first; word < end; word += 1) {
      const { text } = words[word];
      if (this.openings.has(text)) {
        opened.push(word);
      } else if (this.openingOf.has(text)) {
        if (opened.length && words[opened.at(-1)].text === this.openingOf.get(text)) opened.pop();
        else alone.add(word);
      }
    }
    opened.forEach((word) => alone.add(word));
    return alone;
  }
}
