"""A BiLSTM's forward and backward pass for training on a CPU: Keras's numbers in half of its time.

Keras multiplies inputs by weights inside its loop over words, and its gradient adds up the weights'
gradients there too, word after word, each time through all of their memory. Neither depends on the
word before, so here both are one large product outside the loop; inside remains what is recurrent.
Both directions run in one loop, and gradients are written out instead of recorded.

Source:
    Hochreiter and Schmidhuber (1997); the split into one large and many small products as in
    Appleyard, Kocisky and Blunsom (2016), arXiv:1604.01946, section 3.
"""

from collections.abc import Callable, Sequence

import keras
import tensorflow as tf


def bilstm(layer: keras.layers.Bidirectional, inputs: tf.Tensor, present: tf.Tensor) -> tf.Tensor:
    """What a bidirectional Keras LSTM gives, for the words that are present.

    Args:
        layer: of two LSTMs with Keras's default activations, built, returning sequences,
            concatenated.
        inputs: float32 (batch, words, size).
        present: bool (batch, words), False at the padding behind each sentence.

    Returns:
        float32 (batch, words, 2 * units); padding has no meaning.
    """
    lengths = tf.reduce_sum(tf.cast(present, tf.int32), axis=1)
    weights = [
        [_gates_together(weight) for weight in (cell.kernel, cell.recurrent_kernel, cell.bias)]
        for cell in (layer.forward_layer.cell, layer.backward_layer.cell)
    ]
    by_word = tf.transpose(inputs, [1, 0, 2])
    ahead, behind = (_project(by_word, kernel, bias) for kernel, _, bias in weights)
    gates = tf.stack([ahead, _reverse(behind, lengths)], axis=1)
    hidden = _recur(gates, tf.stack([recurrent for _, recurrent, _ in weights]))
    both = tf.concat([hidden[:, 0], _reverse(hidden[:, 1], lengths)], axis=-1)
    return tf.transpose(both, [1, 0, 2])


def _gates_together(weight: tf.Tensor) -> tf.Tensor:
    # Keras has input, forget, candidate, output; the three that are sigmoids come first here.
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
        gates: float32 (words, 2, batch, 4 * units), what inputs and bias give to each gate.
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
    """Gradient of the loss by the gates' totals, (words, 2, batch, 4 * units), last word first."""
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
