"""The student as a graph that becomes a .tflite file: builtin operations only, no state.

Three things make its BiLSTM several times faster than what a Keras LSTM becomes:

- The products of inputs and weights are one large product before the loop over words. The loop has
  the recurrent products alone.
- Both directions are two rows of one loop.
- A long sentence is read in pieces. An interpreter copies the whole array that a loop writes to in
  each step, which for a loop over n words is n² in all.

No step asks which words are present. At padding `_SHUT` closes all gates, so that the state stays
zero there, and the direction that starts with padding starts its sentence afresh.
"""

from collections.abc import Callable, Mapping
from typing import Any

import keras
import tensorflow as tf
from tensorflow.compiler.tf2xla.python import xla

from bioner_kd.student.layers import gates_together
from bioner_kd.student.saved_student import SavedStudent
from bioner_kd.tagging.models.layout import LOGITS
from bioner_kd.tagging.word_features import PAD

Lookup = Callable[[tf.Tensor], tf.Tensor]
# A sigmoid of this is 0 in float32, not merely small; it also fits into float16.
_SHUT = -1e4
PIECE = 64


class EdgeGraph(tf.Module):
    """The weights of a student, and functions that a converter turns into few, fast operations."""

    def __init__(self, student: SavedStudent, tables: Mapping[str, Lookup] | None = None) -> None:
        """Reads the weights of a student.

        Args:
            student: the student.
            tables: functions that replace embeddings, by name of the feature. Each maps int32 ids
                (batch, words) to float32 (batch, words, size).
        """
        super().__init__()
        self.weights = student.model.weights
        self._tables = dict(tables or {})
        self._student = student

    def signature(self, batch: int | None, words: int | None) -> Any:
        """Makes a function of named tensors, like `StudentGraph.signature`."""
        run = tf.function(lambda **ids: {LOGITS: self._logits(ids)}, autograph=False)
        return run.get_concrete_function(**self._student.inputs(batch, words))

    def _logits(self, ids: Mapping[str, tf.Tensor]) -> tf.Tensor:
        parts = self._student.model.parts()
        present = tf.not_equal(ids["word_ids"], PAD)
        vectors = [
            self._tables.get(name, table)(ids[f"{name}_ids"])
            for name, table in parts.embeddings.items()
        ]
        hidden = parts.norm(tf.concat(vectors, axis=-1))
        for layer in parts.recurrent:
            hidden = read_both_ways(layer, hidden, present)
        return multiply(hidden, parts.classifier.kernel) + parts.classifier.bias


def read_both_ways(
    layer: keras.layers.Bidirectional, inputs: tf.Tensor, present: tf.Tensor
) -> tf.Tensor:
    """Output of a bidirectional Keras LSTM, for the words that are present.

    Args:
        layer: of two LSTMs with Keras's default activations, built, returning sequences,
            concatenated.
        inputs: float32 (batch, words, size), at least one word.
        present: bool (batch, words), False at the padding after each sentence.

    Returns:
        float32 (batch, words, 2 * units); values at padding have no meaning.
    """
    cells = (layer.forward_layer.cell, layer.backward_layer.cell)
    shut = tf.expand_dims(tf.cast(tf.logical_not(present), tf.float32) * _SHUT, -1)
    ahead, behind = (
        tf.transpose(
            multiply(inputs, gates_together(cell.kernel)) + gates_together(cell.bias) + shut,
            [1, 0, 2],
        )
        for cell in cells
    )
    gates = tf.concat([ahead, tf.reverse(behind, [0])], axis=1)
    hidden = _read(gates, [gates_together(cell.recurrent_kernel) for cell in cells])
    ahead, behind = tf.split(hidden, 2, axis=1)
    return tf.transpose(tf.concat([ahead, tf.reverse(behind, [0])], axis=-1), [1, 0, 2])


def multiply(rows: tf.Tensor, kernel: tf.Tensor) -> tf.Tensor:
    """Product of the rows and a kernel.

    If both batch and words are unknown, reshaping tells the converter that this is one product.

    Args:
        rows: float32 (batch, words, size).
        kernel: float32 (size, outputs).

    Returns:
        float32 (batch, words, outputs).
    """
    if None not in rows.shape[:2]:
        return tf.matmul(rows, kernel)
    shape = tf.shape(rows)
    flat = tf.matmul(tf.reshape(rows, [-1, rows.shape[-1]]), kernel)
    return tf.reshape(flat, [shape[0], shape[1], kernel.shape[-1]])


def _read(gates: tf.Tensor, recurrent: list[tf.Tensor]) -> tf.Tensor:
    """Reads a sentence, in pieces if it is long.

    Args:
        gates: float32 (words, rows, 4 * units), sum of inputs and bias for each gate. The first
            half of the rows is one direction, the second half the other.
        recurrent: float32 (units, 4 * units) of each direction.

    Returns:
        float32 (words, rows, units).
    """
    words, rows, _ = gates.shape
    units = recurrent[0].shape[0]
    start = tf.zeros([tf.shape(gates)[1] if rows is None else rows, units])
    if words is not None and words <= PIECE:
        return _read_piece(gates, start, start, recurrent)[0]
    size = tf.shape(gates)[0] if words is None else words

    def read(first, hidden, cell, hiddens, gates):  # type: ignore[no-untyped-def]
        # Fixed lengths above that of a piece are multiples of it.
        here = PIECE if words is not None else tf.minimum(PIECE, size - first)
        piece = tf.slice(gates, [first, 0, 0], [here, tf.shape(gates)[1], 4 * units])
        piece.set_shape([None if words is None else PIECE, rows, 4 * units])
        found, hidden, cell = _read_piece(piece, hidden, cell, recurrent)
        hiddens = xla.dynamic_update_slice(hiddens, found, tf.stack([first, 0, 0]))
        return first + PIECE, hidden, cell, hiddens, gates

    return tf.while_loop(
        lambda first, *_: first < size,
        read,
        (tf.constant(0), start, start, _room(gates, units), gates),
        shape_invariants=_shapes(words, rows, units),
    )[3]


def _read_piece(
    gates: tf.Tensor, hidden: tf.Tensor, cell: tf.Tensor, recurrent: list[tf.Tensor]
) -> tuple[tf.Tensor, tf.Tensor, tf.Tensor]:
    words, rows, _ = gates.shape
    units = recurrent[0].shape[0]
    size = tf.shape(gates)[0] if words is None else words

    def step(word, hidden, cell, hiddens, gates):  # type: ignore[no-untyped-def]
        products = [
            tf.matmul(state, weight)
            for state, weight in zip(tf.split(hidden, 2, axis=0), recurrent, strict=True)
        ]
        total = tf.gather(gates, word) + tf.concat(products, axis=0)
        sigmoids, candidate = tf.split(total, [3 * units, units], axis=-1)
        entry, forget, output = tf.split(tf.sigmoid(sigmoids), 3, axis=-1)
        cell = forget * cell + entry * tf.tanh(candidate)
        hidden = output * tf.tanh(cell)
        place = tf.stack([word, 0, 0])
        hiddens = xla.dynamic_update_slice(hiddens, tf.expand_dims(hidden, 0), place)
        return word + 1, hidden, cell, hiddens, gates

    _, hidden, cell, hiddens, _ = tf.while_loop(
        lambda word, *_: word < size,
        step,
        (tf.constant(0), hidden, cell, _room(gates, units), gates),
        shape_invariants=_shapes(words, rows, units),
    )
    return hiddens, hidden, cell


def _room(gates: tf.Tensor, units: int) -> tf.Tensor:
    # A loop writes over every row. Zeros of a known shape would be stored in the file, again for
    # each length; these numbers exist anyway.
    return gates[:, :, :units]


def _shapes(words: int | None, rows: int | None, units: int) -> tuple[tf.TensorShape, ...]:
    state = tf.TensorShape([rows, units])
    sentence = [tf.TensorShape([words, rows, size]) for size in (units, 4 * units)]
    return (tf.TensorShape([]), state, state, *sentence)
