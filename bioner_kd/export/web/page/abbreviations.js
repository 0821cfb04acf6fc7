// Short forms that a text defines beside their long forms, such as "chronic renal failure (CRF)":
// Schwartz and Hearst (2003), as bioner_kd/tagging/abbreviations.py has it.

import { joined, touches } from "./tagged_text.js";

const [OPENING, CLOSING] = ["(", ")"];
const MOST_WORDS = 60;
const COMPARED = /^[0-9a-z]$/;

/**
 * Definitions in the words of a text, "long form (SF)" and "SF (long form)".
 * @param {object[]} words as `tokenize` gives them.
 * @param {object} rules "abbreviations" of "document_step" in tables.json.
 * @returns {{long: [number, number], short: [number, number]}[]} first word, and the word behind the
 *     last, of both forms.
 */
export function findDefinitions(words, rules) {
  const found = [];
  for (const [opening, closing] of brackets(words)) {
    let end = opening + 1;
    while (end < closing && !rules.separators.includes(words[end].text)) end += 1;
    if (!opening || end === opening + 1) continue;
    const inner = [opening + 1, end];
    const definition = longBefore(words, inner, rules) ?? longInside(words, inner, rules);
    if (definition) found.push(definition);
  }
  return found;
}

function brackets(words) {
  const opened = [];
  const found = [];
  words.forEach(({ text }, word) => {
    if (text === OPENING) {
      opened.push(word);
    } else if (text === CLOSING && opened.length) {
      const first = opened.pop();
      if (word - first <= MOST_WORDS) found.push([first, word]);
    }
  });
  return found;
}

function longBefore(words, short, rules) {
  const form = shortForm(words, short, rules);
  if (!form) return null;
  const opening = short[0] - 1;
  let first = opening;
  let left = mostWords(form, rules);
  while (first > 0 && opening - first < MOST_WORDS) {
    const { text } = words[first - 1];
    const border = rules.borders.includes(text) && !touches(words, first) && first < opening;
    if (text === OPENING || text === CLOSING || border) break;
    first -= 1;
    if (!first || !touches(words, first)) {
      left -= 1;
      if (!left) break;
    }
  }
  const start = match(form, words, first, opening);
  const long = [start, opening];
  return start >= 0 && isLonger(form, words, long) ? { long, short } : null;
}

function longInside(words, long, rules) {
  const end = long[0] - 1;
  let first = end - 1;
  const separate = [OPENING, CLOSING, ...rules.separators, ...rules.borders];
  while (first > 0 && touches(words, first) && !separate.includes(words[first - 1].text)) {
    if (end - first > rules.longest) return null;
    first -= 1;
  }
  const form = shortForm(words, [first, end], rules);
  // A word in small letters before a bracket is no abbreviation.
  if (!form || form === form.toLowerCase()) return null;
  let spaces = 0;
  for (let word = long[0] + 1; word < long[1]; word += 1) spaces += touches(words, word) ? 0 : 1;
  const fits = spaces > 0 && spaces < mostWords(form, rules);
  if (!fits || match(form, words, ...long) !== long[0] || !isLonger(form, words, long)) return null;
  return { long, short: [first, end] };
}

function shortForm(words, [first, end], rules) {
  if (end - first > rules.longest) return "";
  const form = joined(words, first, end);
  const characters = [...form];
  const good =
    characters.length >= rules.shortest &&
    characters.length <= rules.longest &&
    form.split(" ").length <= rules.words &&
    COMPARED.test(characters[0].toLowerCase()) &&
    /[a-z]/.test(form.toLowerCase()) &&
    ![...rules.forbidden].some((character) => form.includes(character));
  return good ? form : "";
}

function compared(form) {
  return [...form.toLowerCase()].filter((character) => COMPARED.test(character));
}

function mostWords(form, rules) {
  const { length } = compared(form);
  return Math.min(length + rules.more, length * rules.times);
}

// First word of the shortest long form that ends before a word; -1 where there is none.
function match(form, words, first, end) {
  const letters = compared(form);
  for (let number = end - 1; number >= first; number -= 1) {
    const word = words[number].text.toLowerCase();
    for (let place = word.length - 1; place >= 0; place -= 1) {
      if (word[place] === letters.at(-1) && (letters.length > 1 || !place)) {
        letters.pop();
        if (!letters.length) return number;
      }
    }
  }
  return -1;
}

function isLonger(form, words, [first, end]) {
  const text = joined(words, first, end);
  const longer = [...text].length > [...form].length;
  return longer && !text.endsWith(form) && !text.includes(`${form} `);
}
