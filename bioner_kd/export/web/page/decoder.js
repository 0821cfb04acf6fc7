// Logits become tags, and tags become mentions: the rules of evaluation and of every other runtime.

import { argmax, bestPath, constraints, marginals } from "./chain.js";

export class Decoder {
  /**
   * @param {string[]} tags in the order of the logits' last axis.
   * @param {number[][]|null} transitions of a student with a CRF.
   */
  constructor(tags, transitions = null) {
    this.tags = tags;
    this.hasCrf = transitions !== null;
    this.constraints = constraints(tags, transitions);
  }

  /**
   * The most probable sequence of tags that IOB2 allows, and of each word the probability of its tag
   * and that of being part of any mention.
   * @param {Float32Array[]} logits a row of tags for each word.
   * @returns {{tags: string[], scores: number[], inEntity: number[]}}
   */
  decode(logits) {
    if (!logits.length) return { tags: [], scores: [], inEntity: [] };
    const relative = logits.map(relativeToBest);
    const ids = this.path(logits);
    const rows = this.hasCrf ? marginals(relative, this.constraints) : relative.map(softmax);
    return {
      tags: ids.map((id) => this.tags[id]),
      scores: rows.map((row, word) => row[ids[word]]),
      inEntity: rows.map((row) => 1 - row[0]),
    };
  }

  path(logits) {
    // Without a CRF most sentences need no search: a maximum that happens to be allowed is the best
    // allowed one.
    const ids = logits.map(argmax);
    const { start, steps } = this.constraints;
    const allowed = ids.every((id, word) =>
      Number.isFinite(word ? steps[ids[word - 1]][id] : start[id]),
    );
    return allowed && !this.hasCrf ? ids : bestPath(logits, this.constraints);
  }
}

function relativeToBest(row) {
  const best = row[argmax(row)];
  if (!Number.isFinite(best)) throw new Error("The model gave no finite number for a word.");
  return Array.from(row, (logit) => logit - best);
}

function softmax(relative) {
  const odds = relative.map(Math.exp);
  const sum = odds.reduce((total, one) => total + one, 0);
  return odds.map((one) => one / sum);
}

/**
 * Joins tagged words to mentions, read as conlleval does (a stray I- opens one).
 * @param {string} text
 * @param {{start: number, end: number, from: number, to: number}[]} words
 * @param {string[]} tags one a word.
 * @param {number[]} scores one a word.
 * @returns {{type: string, text: string, start: number, end: number, score: number, from: number,
 *     to: number}[]} `start` and `end` count code points, `from` and `to` UTF-16 units; the score is
 *     the mean probability of the mention's tags.
 */
export function entitiesFromTags(text, words, tags, scores) {
  const runs = [];
  let previous = "";
  tags.forEach((tag, word) => {
    const type = tag.slice(2);
    if (tag.startsWith("I-") && type === previous) runs.at(-1).push(word);
    else if (type) runs.push([word]);
    previous = type;
  });
  return runs.map((run) => {
    const [first, last] = [words[run[0]], words[run.at(-1)]];
    return {
      type: tags[run[0]].slice(2),
      text: text.slice(first.from, last.to),
      start: first.start,
      end: last.end,
      score: run.reduce((sum, word) => sum + scores[word], 0) / run.length,
      from: first.from,
      to: last.to,
    };
  });
}
