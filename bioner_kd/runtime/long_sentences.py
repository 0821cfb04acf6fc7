"""Sentences that are longer than any student was trained on, read in overlapping pieces.

A table without a full stop may be a "sentence" of a million words. The time that a model takes for
one sentence grows faster than its length, and the recurrent state forgets what lies a few dozen
words back. So a very long one is read in pieces, each word with plenty of context on either side;
its tags are still decoded as one sequence.
"""

from collections.abc import Callable, Mapping, Sequence

import numpy as np

Features = Mapping[str, np.ndarray]

# Words of a piece, and of the context on either side that is read but not used.
PIECE, CONTEXT = 512, 64


def read_in_pieces(
    read: Callable[[Sequence[Features]], list[np.ndarray]], sentences: Sequence[Features]
) -> list[np.ndarray]:
    """Logits of sentences of any lengths.

    Args:
        read: `WordModel.batch_logits`.
        sentences: features of each, as that takes them.

    Returns:
        float32 (words, tags) each; of sentences up to `PIECE` words, what the model gives for them.
    """
    starts = [_starts(len(features["word_ids"])) for features in sentences]
    pieces = [
        {name: ids[start : start + PIECE] for name, ids in features.items()}
        for features, begun in zip(sentences, starts, strict=True)
        for start in begun
    ]
    found = iter(read(pieces))
    return [_join(begun, [next(found) for _ in begun]) for begun in starts]


def _starts(words: int) -> list[int]:
    if words <= PIECE:
        return [0]
    return [*range(0, words - PIECE, PIECE - 2 * CONTEXT), words - PIECE]


def _join(starts: Sequence[int], logits: Sequence[np.ndarray]) -> np.ndarray:
    if len(starts) == 1:
        return logits[0]
    # Neighbouring pieces meet in the middle of what they share.
    ends = [start + PIECE for start in starts]
    joints = [(end + start) // 2 for end, start in zip(ends[:-1], starts[1:], strict=True)]
    firsts, lasts = [0, *joints], [*joints, ends[-1]]
    return np.concatenate(
        [
            rows[first - start : last - start]
            for rows, start, first, last in zip(logits, starts, firsts, lasts, strict=True)
        ]
    )
