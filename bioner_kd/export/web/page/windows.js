// A model in the browser reads a fixed number of words. A sentence is padded to the next length; one
// that is longer than the longest is read in overlapping windows, and no word is dropped.

/**
 * How a sentence is read.
 * @param {number} words of the sentence, at least 1.
 * @param {number[]} lengths of the model's signatures.
 * @returns {{length: number, start: number, from: number, to: number}[]} windows: `length` is the
 *     signature's, `start` the window's first word; of its rows, those of the words `from` to
 *     `to` - 1 count. Neighbours share a quarter of their words or more, and each word takes its
 *     row from the window in which it has more context.
 */
export function readingPlan(words, lengths) {
  const fitting = lengths.filter((length) => length >= words);
  if (fitting.length) return [{ length: Math.min(...fitting), start: 0, from: 0, to: words }];
  const length = Math.max(...lengths);
  const stride = length - Math.floor(length / 4);
  const starts = [];
  for (let start = 0; start < words - length; start += stride) starts.push(start);
  starts.push(words - length);
  const cuts = starts.slice(1).map((start, number) => Math.floor((starts[number] + length + start) / 2));
  return starts.map((start, number) => ({
    length,
    start,
    from: cuts[number - 1] ?? 0,
    to: cuts[number] ?? words,
  }));
}
