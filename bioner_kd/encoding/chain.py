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


def best_path(scores: np.ndarray, start: np.ndarray, steps: np.ndarray) -> list[int]:
    """The sequence of the highest score.

    Args:
        scores: float (words, tags), of at least one word.
        start: float (tags,), of opening a sentence.
        steps: float (tags, tags), from row to column.

    Returns:
        Ids of tags, one a word; of equal sequences, that of the lower ids at its end.

    Source:
        Viterbi (1967).
    """
    best = start + scores[0]
    came_from = []
    for row in scores[1:]:
        through = best[:, np.newaxis] + steps
        came_from.append(through.argmax(axis=0))
        best = through.max(axis=0) + row
    path = [int(best.argmax())]
    for origin in reversed(came_from):
        path.append(int(origin[path[-1]]))
    return path[::-1]


def marginals(scores: np.ndarray, start: np.ndarray, steps: np.ndarray) -> np.ndarray:
    """Probability of each tag at each word, over all sequences in proportion to exp(score).

    Training takes the same from the gradient of the log-partition function; here, where there are
    no gradients, it is the forward-backward algorithm.

    Args:
        scores: float64 (words, tags), of at least one word.
        start: float64 (tags,), of opening a sentence.
        steps: float64 (tags, tags), from row to column.

    Returns:
        float64 (words, tags), each row sums to 1.

    Source:
        Lafferty, McCallum and Pereira (2001), "Conditional random fields".
    """
    before, after = [start + scores[0]], [np.zeros_like(start)]
    for row in scores[1:]:
        before.append(np.logaddexp.reduce(before[-1][:, np.newaxis] + steps, axis=0) + row)
    for row in scores[:0:-1]:
        after.append(np.logaddexp.reduce(steps + row + after[-1], axis=1))
    through = np.array(before) + np.array(after[::-1])
    return np.exp(through - np.logaddexp.reduce(through, axis=1, keepdims=True))
