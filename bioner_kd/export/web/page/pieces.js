// A model in the browser reads a fixed number of words. A sentence is padded to the next length; one
// that is longer than the longest is read in overlapping pieces, and no word is dropped.

/**
 * How a sentence is read, as `bioner_kd/tagging/models/word_model.py` says it.
 * @param {number} words of the sentence, at least 1.
 * @param {number} longest most words of a piece.
 * @returns {{start: number, end: number, first: number, last: number}[]} the words from `start` to
 *     `end` - 1 are read together, and of their rows those of the words `first` to `last` - 1 count.
 */
export function cutInPieces(words, longest) {
  if (words <= longest) return [{ start: 0, end: words, first: 0, last: words }];
  const starts = [];
  for (let start = 0; start < words - longest; start += longest - Math.floor(longest / 4)) {
    starts.push(start);
  }
  starts.push(words - longest);
  const joints = starts.slice(1).map((start, number) => Math.floor((starts[number] + longest + start) / 2));
  return starts.map((start, number) => ({
    start,
    end: start + longest,
    first: joints[number - 1] ?? 0,
    last: joints[number] ?? words,
  }));
}
