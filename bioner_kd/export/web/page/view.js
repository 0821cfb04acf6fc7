// What stands beside the marked text: the table, the legend, the lines of words.

import { colour } from "./marked_text.js";

// More than this makes a browser slow. Whatever is not shown is said, and is in JSON and CSV.
export const SHOWN_CHARACTERS = 200_000;
export const SHOWN_ROWS = 1000;

const number = (value, digits = 0) =>
  value.toLocaleString("en", { minimumFractionDigits: digits, maximumFractionDigits: digits });
const plural = (count, one) => `${number(count)} ${one}${count === 1 ? "" : "s"}`;

/** Rows of the table of mentions. */
export function tableRows(entities, types) {
  return entities.slice(0, SHOWN_ROWS).map((entity) => {
    const row = document.createElement("tr");
    const type = cell(row, "");
    type.append(label(entity.type, types));
    cell(row, entity.text).className = "mention";
    for (const value of [entity.start, entity.end, entity.score.toFixed(4)]) {
      cell(row, String(value)).className = "number";
    }
    return row;
  });
}

function cell(row, text) {
  const element = row.insertCell();
  element.textContent = text;
  return element;
}

function label(type, types) {
  const element = document.createElement("span");
  element.className = `label ${colour(type, types)}`;
  element.textContent = type;
  return element;
}

/** Entries of the legend: each type with its colour, and how often it was found. */
export function legendEntries(entities, types) {
  const counts = countTypes(entities);
  return types.map((type) => {
    const entry = document.createElement("li");
    entry.append(label(type, types), ` ${number(counts.get(type) ?? 0)}`);
    return entry;
  });
}

/** One sentence on what was found. */
export function summary({ entities, sentences }) {
  const counts = [...countTypes(entities)].map(([type, count]) => `${number(count)} ${type}`);
  const found = entities.length ? `${plural(entities.length, "mention")} (${counts.join(", ")})` : "No mentions";
  return `${found} in ${plural(sentences, "sentence")}.`;
}

/** How long it took. */
export function speed({ words, milliseconds }) {
  const rate = milliseconds > 0 && words ? `, ${number((words / milliseconds) * 1000)} words/s` : "";
  return `${plural(words, "word")} in ${number(milliseconds, milliseconds < 100 ? 1 : 0)} ms${rate}.`;
}

/** What a reader has to know of this result, "" where there is nothing. */
export function notes({ entities, longSentences }, text, longest) {
  const said = [];
  if (longSentences) {
    said.push(
      `${plural(longSentences, "sentence")} of more than ${longest} words ${longSentences === 1 ? "was" : "were"} read in overlapping windows of ${longest} words.`,
    );
  }
  if (text.length > SHOWN_CHARACTERS) {
    said.push(`Only the first ${number(SHOWN_CHARACTERS)} characters are shown here; all were read.`);
  }
  if (entities.length > SHOWN_ROWS) {
    said.push(`The table shows the first ${number(SHOWN_ROWS)} mentions; JSON and CSV have all ${number(entities.length)}.`);
  }
  return said.join(" ");
}

function countTypes(entities) {
  const counts = new Map();
  for (const { type } of entities) counts.set(type, (counts.get(type) ?? 0) + 1);
  return counts;
}
