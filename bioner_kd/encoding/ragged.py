"""Rows of different lengths in one flat array: how a corpus is kept in memory and on disk."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import tensorflow as tf


@dataclass(frozen=True)
class Ragged:
    """Rows of different lengths.

    Attributes:
        flat: (items of all rows, ...), the rows one after the other.
        lengths: int64 (rows,), number of items of each row.
    """

    flat: np.ndarray
    lengths: np.ndarray

    @classmethod
    def from_lists(cls, rows: Sequence[Sequence[int]], dtype: np.dtype | type) -> "Ragged":
        """Makes rows of lists of numbers."""
        lengths = np.array([len(row) for row in rows], np.int64)
        flat = np.fromiter((item for row in rows for item in row), dtype, int(lengths.sum()))
        return cls(flat, lengths)

    @classmethod
    def from_arrays(cls, rows: Sequence[np.ndarray]) -> "Ragged":
        """Makes rows of arrays, whose shapes may differ in the first axis alone."""
        return cls(np.concatenate(rows), np.array([len(row) for row in rows], np.int64))

    def append(self, other: "Ragged") -> "Ragged":
        """Puts other rows behind these."""
        return Ragged(
            np.concatenate([self.flat, other.flat]), np.concatenate([self.lengths, other.lengths])
        )

    def take(self, indices: Sequence[int] | np.ndarray) -> "Ragged":
        """Takes at least one row by number, in the given order."""
        rows = self.rows()
        return Ragged.from_arrays([rows[index] for index in indices])

    def rows(self) -> list[np.ndarray]:
        """Splits the rows into arrays."""
        return np.split(self.flat, np.cumsum(self.lengths)[:-1])

    def tensor(self) -> "tf.RaggedTensor":
        """Makes a ragged tensor of TensorFlow."""
        import tensorflow as tf  # here, so that reading a cache does not import it

        return tf.RaggedTensor.from_row_lengths(tf.constant(self.flat), self.lengths)
