"""The layers of the student: what a word looks like, and a fast BiLSTM for training on a CPU.

`bilstm` gives Keras's numbers in half of its time. Keras multiplies inputs by weights inside its
loop over words. Its gradient adds up the weights' gradients there too, word after word, each time
through all of their memory. Neither depends on the word before, so here both are one large product
outside the loop, which has the recurrent products alone. Both directions run in one loop, and the
gradients are written out instead of recorded.
"""

from collections.abc import Callable, Sequence
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from bioner_kd.tagging.word_features import PAD, UNKNOWN

_STEPS = 127


class WordDropout(keras.layers.Layer):
    """Replaces a share of the words by the unknown word in training, so that it is trained too.

    Source:
        Iyyer et al. (2015), "Deep unordered composition rivals syntactic methods", section 3.2.
    """

    def __init__(self, rate: float, **options: Any) -> None:
        """Makes the layer.

        Args:
            rate: share of the words, in [0, 1).
            **options: as in keras.layers.Layer.
        """
        super().__init__(**options)
        self.rate = rate
        self._dropout = keras.layers.Dropout(rate)

    def call(self, ids: tf.Tensor, training: bool | None = None) -> tf.Tensor:
        """Maps int32 ids (batch, words) to ids of the same shape; padding stays padding."""
        if not training or self.rate == 0:
            return ids
        kept = self._dropout(tf.ones(tf.shape(ids)), training=training) > 0
        return tf.where(kept | tf.equal(ids, PAD), ids, UNKNOWN)


class CharacterCNN(keras.layers.Layer):
    """The characters of a word as one vector: embedding, convolution, maximum over the characters.

    Source:
        Ma and Hovy (2016), arXiv:1603.01354, section 2.1.
    """

    def __init__(
        self, characters: int, size: int, filters: int, width: int, **options: Any
    ) -> None:
        """Makes the layer, whose weights are built by its first call.

        Args:
            characters: number of rows of the embedding.
            size: width of the embedding.
            filters: width of the output.
            width: number of characters that a filter spans.
            **options: as in keras.layers.Layer.
        """
        super().__init__(**options)
        self._embedding = keras.layers.Embedding(characters, size)
        self._convolution = keras.layers.Conv2D(filters, (1, width), padding="same")

    def call(self, char_ids: tf.Tensor) -> tf.Tensor:
        """Maps int32 ids (batch, words, chars) to float32 (batch, words, filters)."""
        present = tf.expand_dims(tf.cast(tf.not_equal(char_ids, PAD), self.compute_dtype), -1)
        convolved = self._convolution(self._embedding(char_ids) * present)
        # ReLU comes before the mask: padding then gives 0, which no character goes below.
        return tf.reduce_max(tf.nn.relu(convolved) * present, axis=2)


class FixedVectors(keras.layers.Layer):
    """Word vectors that are not trained, with one byte per number in memory and in every export.

    They are rounded when they are set, before training, so that an export with one byte per number
    loses nothing.
    """

    def __init__(self, rows: int, size: int, **options: Any) -> None:
        """Makes the layer.

        Args:
            rows: number of vectors.
            size: width of a vector.
            **options: as in keras.layers.Layer.
        """
        super().__init__(**options)
        self._shape = (rows, size)

    def build(self, input_shape: tf.TensorShape) -> None:
        """Makes a table of zeros."""
        options = {"initializer": "zeros", "trainable": False}
        self._steps = self.add_weight("steps", self._shape, tf.int8, **options)
        self._step = self.add_weight("step", (), tf.float32, **options)

    def call(self, ids: tf.Tensor) -> tf.Tensor:
        """Maps int32 ids (batch, words) to float32 (batch, words, size)."""
        return tf.cast(tf.gather(self._steps, ids), self.compute_dtype) * self._step

    def set_rows(self, rows: np.ndarray) -> None:
        """Rounds vectors to 255 even steps and keeps them.

        The steps end at four times the root mean square. The few numbers beyond are cut.

        Args:
            rows: float (rows, size).
        """
        step = 4 * np.sqrt(np.mean(np.square(rows), dtype=np.float64)) / _STEPS
        steps = np.rint(rows / (step or 1.0)).clip(-_STEPS, _STEPS)
        self.set_weights([steps.astype(np.int8), np.float32(step)])


def bilstm(layer: keras.layers.Bidirectional, inputs: tf.Tensor, present: tf.Tensor) -> tf.Tensor:
    """Output of a bidirectional Keras LSTM, for the words that are present.

    Args:
        layer: of two LSTMs with Keras's default activations, built, returning sequences,
            concatenated.
        inputs: float32 (batch, words, size).
        present: bool (batch, words), False at the padding after each sentence.

    Returns:
        float32 (batch, words, 2 * units); values at padding have no meaning.

    Source:
        Hochreiter and Schmidhuber (1997); the split into one large and many small products as in
        Appleyard, Kocisky and Blunsom (2016), arXiv:1604.01946, section 3.
    """
    lengths = tf.reduce_sum(tf.cast(present, tf.int32), axis=1)
    weights = [
        [gates_together(weight) for weight in (cell.kernel, cell.recurrent_kernel, cell.bias)]
        for cell in (layer.forward_layer.cell, layer.backward_layer.cell)
    ]
    by_word = tf.transpose(inputs, [1, 0, 2])
    ahead, behind = (_project(by_word, kernel, bias) for kernel, _, bias in weights)
    gates = tf.stack([ahead, _reverse(behind, lengths)], axis=1)
    hidden = _recur(gates, tf.stack([recurrent for _, recurrent, _ in weights]))
    both = tf.concat([hidden[:, 0], _reverse(hidden[:, 1], lengths)], axis=-1)
    return tf.transpose(both, [1, 0, 2])


def gates_together(weight: tf.Tensor) -> tf.Tensor:
    """Moves the three gates that are sigmoids to the front of an LSTM's weight.

    Args:
        weight: float32 (..., 4 * units), in Keras's order: input, forget, candidate, output.

    Returns:
        float32 (..., 4 * units), in the order input, forget, output, candidate.
    """
    entry, forget, candidate, output = tf.split(weight, 4, axis=-1)
    return tf.concat([entry, forget, output, candidate], axis=-1)


def _project(by_word: tf.Tensor, kernel: tf.Tensor, bias: tf.Tensor) -> tf.Tensor:
    shape = tf.shape(by_word)
    flat = tf.reshape(by_word, [-1, by_word.shape[-1]])
    return tf.reshape(tf.nn.bias_add(flat @ kernel, bias), [shape[0], shape[1], bias.shape[0]])


def _reverse(by_word: tf.Tensor, lengths: tf.Tensor) -> tf.Tensor:
    return tf.reverse_sequence(by_word, lengths, seq_axis=0, batch_axis=1)


def _multiply(rows: tf.Tensor, weights: tf.Tensor) -> tf.Tensor:
    # Two plain products are faster than a batched one of two.
    pairs = zip(tf.unstack(rows, num=2), tf.unstack(weights, num=2), strict=True)
    return tf.stack([row @ weight for row, weight in pairs])


def _array(words: tf.Tensor) -> tf.TensorArray:
    return tf.TensorArray(tf.float32, size=words, element_shape=[2, None, None])


@tf.custom_gradient
def _recur(
    gates: tf.Tensor, recurrent: tf.Tensor
) -> tuple[tf.Tensor, Callable[[tf.Tensor], Sequence[tf.Tensor]]]:
    """Runs both directions over the words.

    Args:
        gates: float32 (words, 2, batch, 4 * units), sum of inputs and bias for each gate.
        recurrent: float32 (2, units, 4 * units).

    Returns:
        Hidden states, float32 (words, 2, batch, units), and their gradient function.
    """
    words, units = tf.shape(gates)[0], recurrent.shape[1]
    start = tf.zeros([2, tf.shape(gates)[2], units])
    from_inputs = _array(words).unstack(gates)

    def step(word, hidden, cell, hiddens, cells, sigmoids, candidates):  # type: ignore[no-untyped-def]
        total = from_inputs.read(word) + _multiply(hidden, recurrent)
        sigmoid = tf.sigmoid(total[..., : 3 * units])
        candidate = tf.tanh(total[..., 3 * units :])
        entry, forget, output = tf.split(sigmoid, 3, axis=-1)
        cell = forget * cell + entry * candidate
        hidden = output * tf.tanh(cell)
        return (
            word + 1,
            hidden,
            cell,
            hiddens.write(word, hidden),
            cells.write(word, cell),
            sigmoids.write(word, sigmoid),
            candidates.write(word, candidate),
        )

    arrays = [_array(words) for _ in range(4)]
    *_, hiddens, cells, sigmoids, candidates = tf.while_loop(
        lambda word, *_: word < words, step, (tf.constant(0), start, start, *arrays)
    )
    hidden = hiddens.stack()

    def gradient(wanted: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        before = _before(start)
        of_gates = _gate_gradients(
            wanted, recurrent, start, cells.stack(), sigmoids.stack(), candidates.stack(), before
        )
        rows = _by_direction(before(hidden))
        return of_gates, tf.matmul(rows, _by_direction(of_gates), transpose_a=True)

    return hidden, gradient


def _before(start: tf.Tensor) -> Callable[[tf.Tensor], tf.Tensor]:
    return lambda states: tf.concat([start[tf.newaxis], states[:-1]], axis=0)


def _by_direction(values: tf.Tensor) -> tf.Tensor:
    return tf.reshape(tf.transpose(values, [1, 0, 2, 3]), [2, -1, values.shape[-1]])


def _gate_gradients(
    wanted: tf.Tensor,
    recurrent: tf.Tensor,
    start: tf.Tensor,
    cells: tf.Tensor,
    sigmoids: tf.Tensor,
    candidates: tf.Tensor,
    before: Callable[[tf.Tensor], tf.Tensor],
) -> tf.Tensor:
    """Gradient of the loss by the sums of the gates, float32 (words, 2, batch, 4 * units)."""
    words = tf.shape(wanted)[0]
    entry, forget, output = tf.split(sigmoids, 3, axis=-1)
    squashed = tf.tanh(cells)
    # Everything that does not depend on the loop, for all words at once.
    of_cell = output * (1 - squashed**2)
    slopes = tf.concat(
        [
            candidates * entry * (1 - entry),
            before(cells) * forget * (1 - forget),
            squashed * output * (1 - output),
            entry * (1 - candidates**2),
        ],
        axis=-1,
    )
    by_hidden, by_cell, by_forget, by_slope = (
        _array(words).unstack(values) for values in (wanted, of_cell, forget, slopes)
    )
    backwards = tf.transpose(recurrent, [0, 2, 1])

    def step(word, hidden, cell, gates):  # type: ignore[no-untyped-def]
        hidden = hidden + by_hidden.read(word)
        cell = cell + hidden * by_cell.read(word)
        gate = tf.concat([cell, cell, hidden, cell], axis=-1) * by_slope.read(word)
        return (
            word - 1,
            _multiply(gate, backwards),
            cell * by_forget.read(word),
            gates.write(word, gate),
        )

    *_, gates = tf.while_loop(
        lambda word, *_: word >= 0, step, (words - 1, start, start, _array(words))
    )
    return tf.ensure_shape(gates.stack(), [None, 2, None, recurrent.shape[-1]])
