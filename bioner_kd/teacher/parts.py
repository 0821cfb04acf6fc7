"""Reads the windows of a batch in parts of bounded size.

Memory then depends on the size of a part, and not on the longest sentence of a batch: a window is
padded to the longest window of its part, and the empty windows of short sentences are left out.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

import tensorflow as tf

from bioner_kd.encoding.batches import round_up_length
from bioner_kd.training.dropout import draws_of_part


class Part(NamedTuple):
    """Windows that are read together.

    Attributes:
        ids: int32 (windows, subwords), padded.
        words: int64 (words, 2), number of the sentence, and number in the sentence, of each word
            whose first subword is in these windows.
        places: int32 (words,), positions of these first subwords in the windows laid end to end.
    """

    ids: tf.Tensor
    words: tf.Tensor
    places: tf.Tensor


class WindowRows(NamedTuple):
    """The windows of a batch, the shortest first.

    Attributes:
        ids: int32 (windows, subwords), padded to the longest window.
        widths: int32 (windows,), the length to which each window would be padded alone.
        window: int32 (batch, words), number of the window that has the word's first subword.
        offset: int32 (batch, words), position of the word's first subword in this window.
        budget: largest number of subwords of a part, padding included, unless a single window has
            more.
    """

    ids: tf.Tensor
    widths: tf.Tensor
    window: tf.Tensor
    offset: tf.Tensor
    budget: int

    @classmethod
    def of(cls, features: Mapping[str, tf.Tensor], *, pad_id: int, budget: int) -> "WindowRows":
        """Makes the rows of a teacher's features, which are those of `Teacher.call`."""
        ids, positions = features["subword_ids"], features["word_positions"]
        longest = tf.shape(ids)[2]
        rows = tf.reshape(ids, [-1, longest])
        lengths = tf.reduce_sum(tf.cast(tf.not_equal(rows, pad_id), tf.int32), axis=1)
        order = tf.argsort(lengths, stable=True)
        rank = tf.math.invert_permutation(order)
        # Sentences with few windows have empty ones, which stand first.
        empty = tf.reduce_sum(tf.cast(tf.equal(lengths, 0), tf.int32))
        order = order[empty:]
        of_sentence = tf.range(tf.shape(ids)[0])[:, None] * tf.shape(ids)[1]
        return cls(
            tf.gather(rows, order),
            tf.minimum(round_up_length(tf.gather(lengths, order)), longest),
            tf.gather(rank, of_sentence + positions // longest) - empty,
            positions % longest,
            budget,
        )

    def part(self, start: tf.Tensor, word_mask: tf.Tensor | None) -> tuple[Part, tf.Tensor]:
        """Makes the part that begins with a window.

        Args:
            start: int32 scalar, number of the first window.
            word_mask: float32 (batch, words), 1 for a word that is wanted; None for all words.

        Returns:
            The part, and the number of the first window after it, int32 scalar.
        """
        widths = self.widths[start:]
        sizes = tf.range(1, tf.size(widths) + 1) * widths
        end = start + tf.maximum(tf.reduce_sum(tf.cast(sizes <= self.budget, tf.int32)), 1)
        width = self.widths[end - 1]
        inside = (self.window >= start) & (self.window < end)
        if word_mask is not None:
            inside &= word_mask > 0
        words = tf.where(inside)
        rows = tf.gather_nd(self.window, words) - start
        places = rows * width + tf.gather_nd(self.offset, words)
        return Part(self.ids[start:end, :width], words, places), end


def for_each_part(
    windows: WindowRows,
    word_mask: tf.Tensor | None,
    step: Callable[[Part, list[tf.Tensor]], list[tf.Tensor]],
    state: list[tf.Tensor],
) -> list[tf.Tensor]:
    """Runs a step on each part of a batch, one after the other.

    Args:
        windows: the windows of the batch.
        word_mask: as in `WindowRows.part`.
        step: takes a part and the state, and returns the state after the part.
        state: tensors whose shapes a step does not change.

    Returns:
        The state after the last part.
    """

    def read(start: tf.Tensor, state: list[tf.Tensor]) -> tuple[tf.Tensor, list[tf.Tensor]]:
        part, end = windows.part(start, word_mask)
        return end, step(part, state)

    return one_after_the_other(tf.size(windows.widths), read, state)


def one_after_the_other(
    rows: tf.Tensor,
    step: Callable[[tf.Tensor, list[tf.Tensor]], tuple[tf.Tensor, list[tf.Tensor]]],
    state: list[tf.Tensor],
) -> list[tf.Tensor]:
    """Runs a step on parts of rows, one part in memory at a time.

    Args:
        rows: int32 scalar, number of rows.
        step: takes the number of the first row of a part and the state; returns the number of the
            first row after the part, and the state after the part.
        state: tensors whose shapes a step does not change.

    Returns:
        The state after the last part.
    """

    def body(start: tf.Tensor, *state: tf.Tensor) -> list[tf.Tensor]:
        with draws_of_part(start):
            end, after = step(start, list(state))
        return [end, *after]

    _, *state = tf.while_loop(
        lambda start, *_: start < rows, body, [tf.constant(0), *state], parallel_iterations=1
    )
    return state


def no_gradients(variables: Sequence[tf.Variable]) -> list[tf.Tensor]:
    """Makes the zeros to which gradients are added."""
    return [tf.zeros(variable.shape) for variable in variables]


def add_gradients(sums: Sequence[tf.Tensor], found: Sequence[tf.Tensor]) -> list[tf.Tensor]:
    """Adds the gradients of a part; the gradients of embeddings may be sparse."""
    return [total + gradient for total, gradient in zip(sums, found, strict=True)]
