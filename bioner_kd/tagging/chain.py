"""A sentence's tags as a chain: which may follow which, the best sequence, each tag's probability.

Scores are logarithms, up to a constant: of a tag at each word, of a tag that opens a sentence, of a
step from one tag to the next. Minus infinity forbids. numpy alone, since that is all a device has.
"""

from collections.abc import Sequence

import numpy as np


def iob2_allows(tags: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
    """Whether a tag may open a sentence, bool (tags,), and follow another, bool (before, after)."""
    inside = [tag.startswith("I-") for tag in tags]
    opens = np.array([not within for within in inside])
    follows = np.array(
        [
            [
                not within or before[2:] == after[2:]
                for after, within in zip(tags, inside, strict=True)
            ]
            for before in tags
        ]
    )
    return opens, follows


def best_paths(
    sentences: Sequence[np.ndarray], start: np.ndarray, steps: np.ndarray
) -> list[list[int]]:
    """The sequence of the highest score of each sentence.

    Args:
        sentences: float (words, tags) each, of at least one word.
        start: float (tags,), of opening a sentence.
        steps: float (tags, tags), from row to column.

    Returns:
        Ids of tags, one a word; of equal sequences, that of the lower ids at its end.

    Source:
        Viterbi (1967).
    """
    columns = _Columns(sentences)
    best = start + columns[0]
    came_from = []
    for word in range(1, len(columns)):
        row = columns[word]
        through = best[: len(row), :, np.newaxis] + steps
        came_from.append(through.argmax(axis=1))
        # A sentence that has ended keeps what it had at its last word.
        best[: len(row)] = through.max(axis=1) + row
    tags = best.argmax(axis=1)
    path = np.zeros(columns.shape, np.int64)
    for word in range(len(columns) - 1, 0, -1):
        origin = came_from[word - 1]
        path[: len(origin), word] = tags[: len(origin)]
        tags[: len(origin)] = origin[np.arange(len(origin)), tags[: len(origin)]]
    path[:, 0] = tags
    return [row.tolist() for row in columns.take_apart(path)]


def marginals(
    sentences: Sequence[np.ndarray], start: np.ndarray, steps: np.ndarray
) -> list[np.ndarray]:
    """Probability of each tag at each word, over all sequences in proportion to exp(score).

    Training takes the same from the gradient of the log-partition function; here, where there are
    no gradients, it is the forward-backward algorithm.

    Args:
        sentences: float64 (words, tags) each, of at least one word.
        start: float64 (tags,), of opening a sentence.
        steps: float64 (tags, tags), from row to column.

    Returns:
        float64 (words, tags) each, each row sums to 1.

    Source:
        Lafferty, McCallum and Pereira (2001), "Conditional random fields".
    """
    columns = _Columns(sentences)
    before = np.zeros((*columns.shape, len(start)))
    after = np.zeros_like(before)
    before[:, 0] = start + columns[0]
    for word in range(1, len(columns)):
        row = columns[word]
        through = before[: len(row), word - 1, :, np.newaxis] + steps
        before[: len(row), word] = np.logaddexp.reduce(through, axis=1) + row
    for word in range(len(columns) - 1, 0, -1):
        row = columns[word]
        onward = (row + after[: len(row), word])[:, np.newaxis] + steps
        after[: len(row), word - 1] = np.logaddexp.reduce(onward, axis=2)
    through = before + after
    # Padding divides by a sum like any other, so that no warning comes of it.
    shares = np.exp(through - np.logaddexp.reduce(through, axis=2, keepdims=True))
    return columns.take_apart(shares)


class _Columns:
    """The first words of several sentences, their second words and so on.

    Sentences stand in the order of their lengths, the longest first: those that have an n-th word
    are the first so many.
    """

    def __init__(self, sentences: Sequence[np.ndarray]) -> None:
        lengths = np.array([len(rows) for rows in sentences])
        self._order = np.argsort(-lengths, kind="stable")
        self._lengths = lengths[self._order]
        self.shape = (len(sentences), int(lengths.max()))
        self._rows = np.zeros((*self.shape, sentences[0].shape[1]))
        for number, place in enumerate(self._order):
            self._rows[number, : lengths[place]] = sentences[place]
        words = np.arange(self.shape[1])
        self._longer = np.searchsorted(-self._lengths, -words, side="left")

    def __len__(self) -> int:
        return self.shape[1]

    def __getitem__(self, word: int) -> np.ndarray:
        return self._rows[: self._longer[word], word]

    def take_apart(self, values: np.ndarray) -> list[np.ndarray]:
        """(sentences, words, ...) without padding, in the order that the sentences came in."""
        back = np.argsort(self._order)
        return [values[place, : self._lengths[place]] for place in back]
