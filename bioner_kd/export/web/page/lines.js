// Where lines and cells cut a text, before its full stops are looked at. A mark at the start of a
// line, and what separates cells, belongs to no sentence. A line break ends a sentence where its line
// is no line of wrapped text, and none where a word is wrapped at a hyphen; docs/tables.md has the rule.

import { characterSet, WORD } from "./tokenizer.js";

export class LineSplitter {
  /**
   * @param {object} rule "lines" of "sentences" of tables.json.
   * @param {number[][]} white ranges of white space.
   * @param {number[][]} stops ranges of what ends a sentence.
   * @param {Uint8Array} classes of `characterClasses`.
   */
  constructor(rule, white, stops, classes) {
    this.rule = { hyphens: [], longest_part: 1, ...rule };
    this.classes = classes;
    const sets = Object.fromEntries(
      ["breaks", "tabs", "cells", "marks", "openers", "closers"].map((name) => [name, characterSet(rule[name])]),
    );
    const space = characterSet(white);
    const oneBreak = `(?:(?!\\r\\n)[${sets.breaks}])`;
    const number = "[0-9]{1,3}";
    const numerals = [...rule.numerals].sort((one, other) => one.length - other.length);
    const letters = ["[A-Za-z]", ...numerals.map(anyCase)].join("|");
    this.anyBreak = new RegExp(`[${sets.breaks}]`, "u");
    this.anyCell = new RegExp(`[${sets.tabs}${sets.cells}]`, "u");
    this.line = new RegExp(`[^${space}](?:[^${sets.breaks}]*[^${space}])?`, "gu");
    this.twoBreaks = new RegExp(`${oneBreak}[^]*?${oneBreak}`, "u");
    this.lastBreak = new RegExp(`^[^]*${oneBreak}`, "u");
    this.cell = new RegExp(`[${sets.tabs}]|(?<![^${space}])[${sets.cells}](?![^${space}])`, "gu");
    this.mark = new RegExp(
      `[${sets.marks}]+(?=[${space}]|$)|(?:[${sets.openers}]?(?:${number}|${letters})` +
        `[${sets.closers}]|${number}\\.)(?=[${space}])(?![${sets.breaks}])`,
      "uy",
    );
    this.stop = new RegExp(`[${characterSet(stops)}]`, "uy");
    this.hyphen = new RegExp(`[${characterSet(this.rule.hyphens)}]`, "uy");
    this.word = new RegExp(`[^${space}]+`, "gu");
  }

  /**
   * Start and end of each piece of a text in UTF-16 units.
   * @param {string} text
   * @param {Joins} joins takes the wrapped words that are joined.
   * @returns {Generator<[number, number]>}
   */
  *spans(text, joins) {
    if (!this.anyBreak.test(text) && !this.anyCell.test(text)) {
      const only = searchFrom(this.line, text, 0);
      if (only) yield [this.behindMark(text, only.index, endOf(only)), endOf(only)];
      return;
    }
    let previous = null;
    let start = 0;
    for (const [line, ends] of this.linesWithEnds(text, joins)) {
      if (!previous) start = line.begins;
      if (line.cells) {
        for (const [cell, behind] of this.cellsOf(text, line)) {
          yield [start, cell];
          start = behind;
        }
      }
      if (ends) yield [start, Math.max(start, line.end)];
      previous = ends ? null : line;
    }
  }

  // Of the line alone, so that a long text without cells is not searched once for each of its lines.
  *cellsOf(text, { begins, end }) {
    const part = text.slice(begins, end);
    for (let place = 0, cell; (cell = searchFrom(this.cell, part, place)); ) {
      place = endOf(cell);
      yield [begins + cell.index, begins + place];
    }
  }

  *linesWithEnds(text, joins) {
    for (const { block, follower } of this.blocks(text)) {
      const ends = this.endsOf(text, block, follower, joins);
      for (let number = 0; number < block.length; number += 1) yield [block[number], ends[number]];
    }
  }

  /** Each line, and whether a blank one or the start of the text is before it. */
  *lines(text) {
    let end = 0;
    let isFirst = true;
    const anyCells = this.anyCell.test(text);
    for (let found = searchFrom(this.line, text, 0); found; found = searchFrom(this.line, text, end)) {
      const gap = text.slice(end, found.index);
      const last = this.lastBreak.exec(gap);
      const start = last ? end + last[0].length : isFirst ? 0 : found.index;
      const blank = isFirst || this.twoBreaks.test(gap);
      const first = found.index;
      end = endOf(found);
      const begins = this.behindMark(text, first, end);
      const line = { start, first, end, begins, cells: false };
      line.cells = anyCells && !this.cellsOf(text, line).next().done;
      yield { line, blank };
      isFirst = false;
    }
  }

  /** Blocks of lines, each with the line behind it unless a blank one is between them. */
  *blocks(text) {
    let block = [];
    for (const { line, blank } of this.lines(text)) {
      if (block.length && (blank || block.length === this.rule.block)) {
        yield { block, follower: blank ? null : line };
        block = [];
      }
      block.push(line);
    }
    if (block.length) yield { block, follower: null };
  }

  /** Whether a sentence ends behind each line of a block. */
  endsOf(text, block, follower, joins) {
    const after = [...block.slice(1), follower];
    const ends = block.map((line, number) => {
      const next = after[number];
      return line.cells || !next || next.cells || next.begins > next.first;
    });
    const free = [...ends.keys()].filter(
      (number) => !ends[number] && !this.isWrapped(text, block[number], after[number], joins),
    );
    if (!free.length) return ends;
    const { rule } = this;
    const widest = block.reduce((most, line) => Math.max(most, width(text, line.start, line.end)), 0);
    const lengths = free.map((number) => this.withNext(text, block[number], after[number]));
    let chosen;
    if (widest >= rule.narrow) {
      const short = lengths.map((length) => 100 * length <= rule.short * widest);
      const isList = this.isList(text, block, free, short);
      chosen = short.map((one) => isList || one);
    } else {
      const columns =
        block.length >= rule.fewest && widest >= rule.narrowest && lengths.every((length) => length > widest);
      chosen = lengths.map(() => !columns);
    }
    free.forEach((number, place) => {
      ends[number] = chosen[place];
    });
    return ends;
  }

  isWrapped(text, line, next, joins) {
    const hyphen = line.end - 1;
    this.hyphen.lastIndex = hyphen;
    if (hyphen <= line.first || !this.hyphen.test(text)) return false;
    const start = this.partStart(text, line.first, hyphen);
    const end = this.partEnd(text, next.first);
    if (start === hyphen || end === next.first) return false;
    const parts = [text.slice(start, hyphen), text.slice(next.first, end)];
    const fit = parts.every((part) => width(part, 0, part.length) <= this.rule.longest_part);
    if (fit && joins.isKnown(parts.join("")) && !parts.every(joins.isKnown)) joins.hyphens.add(hyphen);
    return true;
  }

  // Both look at one character more than a part of a wrapped word has at most.
  partStart(text, first, hyphen) {
    let start = hyphen;
    for (let count = 0; start > first && count <= this.rule.longest_part; count += 1) {
      const before = codePointStart(text, start - 1);
      if (this.classes[text.codePointAt(before)] !== WORD) break;
      start = before;
    }
    return start;
  }

  partEnd(text, first) {
    let end = first;
    for (let count = 0; end < text.length && count <= this.rule.longest_part; count += 1) {
      const code = text.codePointAt(end);
      if (this.classes[code] !== WORD) break;
      end += code > 0xffff ? 2 : 1;
    }
    return end;
  }

  isList(text, block, free, short) {
    const stopped = block.map((line) => this.endsWithStop(text, line));
    const share = stopped.some(Boolean) ? this.rule.prose_share : this.rule.list_share;
    const counted = short.filter((_, place) => !stopped[free[place]]);
    return 100 * counted.filter(Boolean).length > share * counted.length;
  }

  endsWithStop(text, line) {
    this.stop.lastIndex = line.end - 1;
    return this.stop.test(text);
  }

  /** Characters of a line, a space, and the first word of the next line. */
  withNext(text, line, next) {
    const word = searchFrom(this.word, text, next.first);
    const end = Math.min(endOf(word), next.end);
    return width(text, line.start, line.end) + 1 + width(text, word.index, end);
  }

  behindMark(text, first, end) {
    this.mark.lastIndex = first;
    const mark = this.mark.exec(text);
    if (!mark) return first;
    const behind = searchFrom(this.word, text, endOf(mark));
    return behind && behind.index < end ? behind.index : end;
  }
}

/** Words of a text that are wrapped at a hyphen, and joined where a student knows them. */
export class Joins {
  /** @param {function(string): boolean} isKnown whether a student knows a word. */
  constructor(isKnown) {
    this.isKnown = isKnown;
    // Their places in UTF-16 units.
    this.hyphens = new Set();
  }

  /** The words of a part of the text, of which those on both sides of a hyphen are one. */
  join(words) {
    if (!this.hyphens.size) return words;
    const joined = [];
    for (let number = 0; number < words.length; number += 1) {
      const word = words[number];
      const before = joined.at(-1);
      if (before && this.hyphens.delete(word.from)) {
        number += 1;
        const { text, end, to } = words[number];
        joined[joined.length - 1] = { ...before, text: before.text + text, end, to };
      } else {
        joined.push(word);
      }
    }
    return joined;
  }
}

const endOf = (match) => match.index + match[0].length;

function searchFrom(pattern, text, place) {
  pattern.lastIndex = place;
  return pattern.exec(text);
}

// Where the code point begins that has this unit.
function codePointStart(text, unit) {
  return unit > 0 && text.codePointAt(unit - 1) > 0xffff ? unit - 1 : unit;
}

// Code points of a part of a text.
function width(text, from, to) {
  let count = 0;
  for (let unit = from; unit < to; unit += text.codePointAt(unit) > 0xffff ? 2 : 1) count += 1;
  return count;
}

function anyCase(numeral) {
  return [...numeral].map((letter) => `[${letter}${letter.toUpperCase()}]`).join("");
}
