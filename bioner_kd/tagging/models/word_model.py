"""What a model is to those who call it, and how sentences of any lengths are given to it.

Sentences of like length become padded batches. A table without a full stop may be a "sentence" of a
million words. The time that a model takes for one sentence grows faster than its length, a
browser's model has a longest one, and the recurrent state forgets what lies a few dozen words back.
So a very long sentence is read in overlapping pieces, each word with plenty of context on either
side; its tags are still decoded as one sequence.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

Features = Mapping[str, np.ndarray]
PADDING = 0
# Words of the longest piece.
LONGEST = 512


class WordModel(Protocol):
    """A student that gives every word of a sentence a row of logits.

    Attributes:
        own_threads: whether it uses all cores by itself.
    """

    own_threads: bool

    def logits(self, features: Features) -> np.ndarray:
        """Reads one sentence; nothing is carried over from one call to the next.

        Args:
            features: int32 "word_ids" (words,) and so on, "char_ids" (words, chars), as
                `WordFeatures.encode` gives them; at least one word.

        Returns:
            float32 (words, tags).
        """

    def batch_logits(self, sentences: Sequence[Features]) -> list[np.ndarray]:
        """Reads several sentences, of any lengths, faster than one after the other.

        Args:
            sentences: features of each, as `logits` takes them; there may be none.

        Returns:
            What `logits` gives for each, up to rounding, in the order of `sentences`.
        """


class ModelOnDisk(WordModel, Protocol):
    """A student that was read from files."""

    @property
    def digest(self) -> str:
        """SHA-256 of the files, hexadecimal digits."""


def number_of_words(features: Features) -> int:
    """Words of a sentence."""
    return len(next(iter(features.values())))


def pad(sentences: Sequence[Features]) -> dict[str, np.ndarray]:
    """One batch of several sentences, as long as its longest.

    Args:
        sentences: at least one; int32 "word_ids" (words,) and so on, "char_ids" (words, chars).

    Returns:
        int32 "word_ids" (sentences, longest) and so on, "char_ids" (sentences, longest, chars).
    """
    longest = max(map(number_of_words, sentences))
    batch = {}
    for name, ids in sentences[0].items():
        batch[name] = np.full((len(sentences), longest, *ids.shape[1:]), PADDING, ids.dtype)
        for row, features in enumerate(sentences):
            batch[name][row, : number_of_words(features)] = features[name]
    return batch


def logits_in_batches(
    call: Callable[[Sequence[Features]], np.ndarray],
    sentences: Sequence[Features],
    size: int,
    words: int,
) -> list[np.ndarray]:
    """Logits of any number of sentences.

    Sentences of like length come into one batch, so that little of it is padding.

    Args:
        call: sentences, at most `size` of them, to float32 logits (sentences, longest, tags), in
            their order.
        sentences: as `pad` takes them.
        size: most sentences of a batch.
        words: most words of a batch, padding included, which bounds the memory that it takes; a
            longer sentence is alone.

    Returns:
        float32 (words, tags) a sentence, in the order of `sentences`.
    """
    lengths = [number_of_words(features) for features in sentences]
    found: dict[int, np.ndarray] = {}
    for chosen in _groups(lengths, size, words):
        logits = call([sentences[number] for number in chosen])
        for number, rows in zip(chosen, logits, strict=True):
            # A copy, so that what is kept of a batch is not all of it.
            found[number] = rows[: lengths[number]].copy()
    return [found[number] for number in range(len(sentences))]


def _groups(lengths: Sequence[int], size: int, words: int) -> Iterator[list[int]]:
    group: list[int] = []
    for number in sorted(range(len(lengths)), key=lengths.__getitem__):
        # It is the longest so far, so all others are padded to it.
        if group and (len(group) == size or (len(group) + 1) * lengths[number] > words):
            yield group
            group = []
        group.append(number)
    if group:
        yield group


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
