// A sentence's tags as a chain: the best sequence that IOB2 allows, and each tag's probability.
// Scores are logarithms; minus infinity forbids.

/**
 * Scores of opening a sentence, and of each step from one tag to the next.
 * @param {string[]} tags of the tag set.
 * @param {number[][]|null} transitions of a CRF, [before][after]; null for a model without one.
 * @returns {{start: number[], steps: number[][]}}
 */
export function constraints(tags, transitions) {
  const inside = (tag) => tag.startsWith("I-");
  const allows = (before, after) => !inside(after) || before.slice(2) === after.slice(2);
  return {
    start: tags.map((tag) => (inside(tag) ? -Infinity : 0)),
    steps: tags.map((before, row) =>
      tags.map((after, column) =>
        allows(before, after) ? (transitions?.[row][column] ?? 0) : -Infinity,
      ),
    ),
  };
}

/** Place of the largest number; of equal ones, the first. */
export function argmax(numbers) {
  let best = 0;
  for (let place = 1; place < numbers.length; place += 1) {
    if (numbers[place] > numbers[best]) best = place;
  }
  return best;
}

/**
 * The sequence of the highest score (Viterbi).
 * @param {ArrayLike<number>[]} scores a row of tags for each word, at least one.
 * @returns {number[]} ids of tags, one a word; of equal sequences, that of the lower ids at its end.
 */
export function bestPath(scores, { start, steps }) {
  let best = start.map((score, tag) => score + scores[0][tag]);
  const cameFrom = [];
  for (const row of scores.slice(1)) {
    const origins = best.map((_, after) => argmax(best.map((score, tag) => score + steps[tag][after])));
    cameFrom.push(origins);
    best = origins.map((origin, after) => best[origin] + steps[origin][after] + row[after]);
  }
  const path = [argmax(best)];
  for (const origins of cameFrom.reverse()) path.push(origins[path.at(-1)]);
  return path.reverse();
}

/**
 * Probability of each tag at each word over all sequences (forward-backward).
 * @param {ArrayLike<number>[]} scores a row of tags for each word, at least one.
 * @returns {number[][]} a row for each word; each sums to 1.
 */
export function marginals(scores, { start, steps }) {
  const before = [start.map((score, tag) => score + scores[0][tag])];
  for (const row of scores.slice(1)) {
    const last = before.at(-1);
    before.push(
      start.map((_, after) => logSumExp(last.map((score, tag) => score + steps[tag][after])) + row[after]),
    );
  }
  const after = [start.map(() => 0)];
  for (const row of scores.slice(1).reverse()) {
    const next = after.at(-1);
    after.push(steps.map((step) => logSumExp(step.map((score, tag) => score + row[tag] + next[tag]))));
  }
  after.reverse();
  return before.map((row, word) => {
    const through = row.map((score, tag) => score + after[word][tag]);
    const total = logSumExp(through);
    return through.map((score) => Math.exp(score - total));
  });
}

function logSumExp(numbers) {
  const largest = Math.max(...numbers);
  if (largest === -Infinity) return largest;
  return largest + Math.log(numbers.reduce((sum, number) => sum + Math.exp(number - largest), 0));
}
