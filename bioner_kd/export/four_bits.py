"""Word vectors of four bits a number, two to a byte, which builtin operations unpack.

Words are most of a student's bytes. A column is divided by its root mean square; a row then has a
step of its own, and each number is one of 16 of these steps.
"""

import numpy as np
import tensorflow as tf

_LOWEST, _HIGHEST = -8, 7
# A row's step is kept in its last byte, in units of a step that is common to all rows.
_LARGEST_STEP = 127
# Steps that a row is tried with, as shares of the one that cuts none of its numbers.
_SHARES = np.linspace(0.4, 1.0, 25)


def pack(rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Rounds a table, each row with the step that moves it least.

    Args:
        rows: float32 (rows, size).

    Returns:
        int8 (rows, (size + 1) // 2 + 1) and float32 (size rounded up to even), as `unpack` takes
        them.
    """
    even = np.pad(rows, [(0, 0), (0, rows.shape[1] % 2)])
    columns = np.sqrt(np.mean(np.square(even), axis=0, dtype=np.float64))
    columns[columns == 0] = 1.0
    scaled = even / columns
    unit = np.abs(scaled).max(initial=0.0) / _HIGHEST / _LARGEST_STEP or 1.0
    numbers, steps = _round(scaled / unit)
    left, right = np.split(numbers, 2, axis=1)
    # The left one is signed, the right one counts from the lowest.
    cells = left * 16 + (right - _LOWEST)
    return np.concatenate([cells, steps], axis=1).astype(np.int8), (columns * unit).astype("f4")


def _round(rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    largest = np.abs(rows).max(axis=1, keepdims=True) / _HIGHEST
    numbers, steps = np.zeros_like(rows), np.ones_like(largest)
    least = np.full_like(largest, np.inf)
    for share in _SHARES:
        step = np.rint(largest * share).clip(1, _LARGEST_STEP)
        rounded = np.rint(rows / step).clip(_LOWEST, _HIGHEST)
        error = np.square(rounded * step - rows).sum(axis=1, keepdims=True)
        better = error < least
        numbers, steps = np.where(better, rounded, numbers), np.where(better, step, steps)
        least = np.minimum(error, least)
    return numbers, steps


def unpack(cells: tf.Tensor, columns: tf.Tensor) -> tf.Tensor:
    """The numbers of packed rows, by arithmetic that is exact in float32.

    Args:
        cells: int8 (..., bytes), rows of what `pack` gives first.
        columns: float32 (size), what it gives second.

    Returns:
        float32 (..., size).
    """
    pairs, steps = tf.split(tf.cast(cells, tf.float32), [cells.shape[-1] - 1, 1], axis=-1)
    left = tf.floor(pairs * (1 / 16))
    right = pairs - left * 16 + _LOWEST
    return tf.concat([left, right], axis=-1) * steps * columns


class FourBitTable(tf.Module):
    """A table of vectors that is read like an embedding."""

    def __init__(self, rows: np.ndarray) -> None:
        """Packs float32 (rows, size)."""
        super().__init__()
        cells, columns = pack(rows)
        self._size = rows.shape[1]
        self._cells = tf.Variable(cells, trainable=False)
        self._columns = tf.Variable(columns, trainable=False)

    def __call__(self, ids: tf.Tensor) -> tf.Tensor:
        """Int32 (batch, words) to float32 (batch, words, size)."""
        found = unpack(tf.gather(self._cells, ids), self._columns)
        return found if found.shape[-1] == self._size else found[..., : self._size]
