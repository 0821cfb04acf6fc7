"""Cuts sentences that are longer than a teacher can read into overlapping windows.

The first subword of a word stands for the word. It is read in the window where it has most context.
No word is left out.
"""

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass

from bioner_kd.errors import UsageError
from bioner_kd.settings import Settings, setting


@dataclass(frozen=True)
class WindowConfig(Settings):
    """How long sentences are cut."""

    max_subwords: int = setting(
        256,
        "Subwords of a window, [CLS] and [SEP] included; at most what the checkpoint has positions "
        "for. A longer sentence is read in overlapping windows; no word is dropped.",
    )
    overlap: int = setting(64, "Subwords that neighbouring windows share.")

    def __post_init__(self) -> None:
        """Checks the bounds.

        Raises:
            UsageError: the windows would not advance.
        """
        super().__post_init__()
        if self.max_subwords < 3 or not 0 <= self.overlap < self.max_subwords - 2:
            raise UsageError(
                f"--max_subwords={self.max_subwords} --overlap={self.overlap}: a window "
                "needs at least 3 subwords, and the overlap must lie between 0 and max_subwords - "
                "3."
            )


@dataclass(frozen=True)
class Windows:
    """A sentence as windows of subwords.

    Attributes:
        ids: subword ids of each window, [CLS] and [SEP] included.
        positions: (window, offset) of each word's first subword.
    """

    ids: list[list[int]]
    positions: list[tuple[int, int]]


def split_windows(
    words: Sequence[Sequence[int]], config: WindowConfig, *, cls_id: int, sep_id: int
) -> Windows:
    """Cuts a sentence into windows.

    Args:
        words: subword ids of each word, at least one per word.
        config: length and overlap of the windows.
        cls_id: id of [CLS].
        sep_id: id of [SEP].

    Returns:
        The windows, and for each word the window where its first subword has most context. The
        context is the distance to the nearer end of the window; an end of the window that is an end
        of the sentence counts as infinitely far away.
    """
    flat = [subword for word in words for subword in word]
    firsts = list(itertools.accumulate(map(len, words[:-1]), initial=0)) if words else []
    capacity = config.max_subwords - 2
    starts = _window_starts(len(flat), capacity, capacity - config.overlap)
    spans = [(start, min(start + capacity, len(flat))) for start in starts]
    best = [_most_context(first, spans, len(flat)) for first in firsts]
    return Windows(
        [[cls_id, *flat[start:end], sep_id] for start, end in spans],
        [(window, first - starts[window] + 1) for window, first in zip(best, firsts, strict=True)],
    )


def _window_starts(length: int, capacity: int, stride: int) -> list[int]:
    if length <= capacity:
        return [0]
    return [*range(0, length - capacity, stride), length - capacity]


def _most_context(first: int, spans: Sequence[tuple[int, int]], length: int) -> int:
    def context(window: int) -> float:
        start, end = spans[window]
        left = math.inf if start == 0 else first - start
        right = math.inf if end == length else end - 1 - first
        return min(left, right)

    return max((w for w, (start, end) in enumerate(spans) if start <= first < end), key=context)
