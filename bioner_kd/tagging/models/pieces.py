"""Sentences that are longer than any student was trained on are read in overlapping pieces.

A table without a full stop may be a "sentence" of a million words. The time that a model takes for
one sentence grows faster than its length, a browser's model has a longest one, and the recurrent
state forgets what lies a few dozen words back. So a very long one is read in pieces, each word with
plenty of context on either side; its tags are still decoded as one sequence.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

Features = Mapping[str, np.ndarray]

# Words of the longest piece.
LONGEST = 512


@dataclass(frozen=True)
class Piece:
    """Words of a sentence that are read together, and those of them whose rows count.

    Attributes:
        start: first word that is read.
        end: word after the last that is read.
        first: first word whose row counts.
        last: word after the last whose row counts.
    """

    start: int
    end: int
    first: int
    last: int


def cut_in_pieces(words: int, longest: int = LONGEST) -> list[Piece]:
    """How a sentence is read; `export/web/page/pieces.js` says the same.

    Neighbouring pieces share a quarter of their words or more and meet in the middle of what they
    share, so that each word takes its row from the piece in which it has more context.

    Args:
        words: of the sentence, at least 1.
        longest: most words of a piece.
    """
    if words <= longest:
        return [Piece(0, words, 0, words)]
    starts = [*range(0, words - longest, longest - longest // 4), words - longest]
    joints = [
        (start + longest + following) // 2
        for start, following in zip(starts, starts[1:], strict=False)
    ]
    bounds = zip(starts, [0, *joints], [*joints, words], strict=True)
    return [Piece(start, start + longest, first, last) for start, first, last in bounds]


def read_in_pieces(
    read: Callable[[Sequence[Features]], list[np.ndarray]],
    sentences: Sequence[Features],
    longest: int = LONGEST,
) -> list[np.ndarray]:
    """Logits of sentences of any lengths.

    Args:
        read: features of sentences to their logits, as `WordModel.batch_logits`.
        sentences: features of each, as that takes them.
        longest: most words that are read together.

    Returns:
        float32 (words, tags) each; of sentences up to `longest` words, what `read` gives for them.
    """
    cuts = [cut_in_pieces(len(features["word_ids"]), longest) for features in sentences]
    pieces = [
        {name: ids[piece.start : piece.end] for name, ids in features.items()}
        for features, cut in zip(sentences, cuts, strict=True)
        for piece in cut
    ]
    found = iter(read(pieces))
    return [_join(cut, [next(found) for _ in cut]) for cut in cuts]


def _join(cut: Sequence[Piece], logits: Sequence[np.ndarray]) -> np.ndarray:
    if len(cut) == 1:
        return logits[0]
    rows = zip(cut, logits, strict=True)
    return np.concatenate([part[p.first - p.start : p.last - p.start] for p, part in rows])
