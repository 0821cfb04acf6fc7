"""Sets of characters, and single characters, looked up in short tables."""

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
import tensorflow as tf

_CODE_POINTS = 0x110000


class CharacterSets:
    """Which of several sets each character is in, from one table of the places where that changes.

    A table over all code points would be a megabyte.
    """

    def __init__(self, sets: Mapping[str, Iterable[Sequence[int]]]) -> None:
        """Takes the first and last code point of each range of each set; at most 31 sets."""
        masks = np.zeros(_CODE_POINTS, np.int32)
        self._bits = {name: 1 << number for number, name in enumerate(sets)}
        for name, ranges in sets.items():
            for first, last in ranges:
                masks[first : last + 1] |= self._bits[name]
        self._starts = np.flatnonzero(np.diff(masks, prepend=-1)).astype(np.int32)
        self._masks = masks[self._starts]

    def find(self, code_points: tf.Tensor) -> dict[str, tf.Tensor]:
        """Whether each character is in each set, bool like `code_points`."""
        # One constant, where an array would be saved once for each operation that reads it.
        place = tf.searchsorted(tf.constant(self._starts), code_points, side="right") - 1
        masks = tf.gather(self._masks, place)
        return {name: masks & bit != 0 for name, bit in self._bits.items()}


def find_sorted(keys: np.ndarray, code_points: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
    """Looks characters up.

    Args:
        keys: int32 (entries,), sorted, at least one.
        code_points: int32 of any shape (characters,).

    Returns:
        Whether there is an entry, bool, and its place in `keys` (0 where there is none), int32.
    """
    entries = tf.constant(keys)
    place = tf.minimum(tf.searchsorted(entries, code_points), len(keys) - 1)
    found = tf.gather(entries, place) == code_points
    return found, tf.where(found, place, 0)
