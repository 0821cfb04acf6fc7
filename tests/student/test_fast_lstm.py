"""The BiLSTM of training beside Keras's own."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from bioner_kd.student.fast_lstm import bilstm

SIZE, UNITS = 5, 4


def make(*lengths, words=0, seed=1):
    """A layer, its inputs and which words are there."""
    keras.utils.set_random_seed(seed)
    width = max(words, *lengths)
    layer = keras.layers.Bidirectional(keras.layers.LSTM(UNITS, return_sequences=True))
    inputs = tf.random.normal([len(lengths), width, SIZE])
    layer(inputs)
    # Biases that differ, so that a gate in the wrong place would show.
    layer.set_weights(
        [weight + np.random.normal(size=weight.shape) for weight in layer.get_weights()]
    )
    return layer, inputs, tf.sequence_mask(lengths, width)


def outputs_and_gradients(layer, inputs, present, call):
    """Outputs of the words that are there, and the gradients of a random function of them."""
    counted = tf.cast(present, tf.float32)[..., tf.newaxis]
    factors = np.random.default_rng(2).normal(size=(*present.shape, 2 * UNITS))
    with tf.GradientTape() as tape:
        tape.watch(inputs)
        outputs = call(inputs) * counted
        value = tf.reduce_sum(outputs * factors.astype(np.float32))
    return [outputs, *tape.gradient(value, [inputs, *layer.trainable_variables])]


@pytest.mark.parametrize("lengths", [(6, 6), (1,), (3, 9, 1, 5)])
@pytest.mark.parametrize("in_graph", [False, True])
def test_outputs_and_all_gradients_are_those_of_keras(lengths, in_graph):
    layer, inputs, present = make(*lengths, words=max(lengths) + 2)

    def ours(values):
        return bilstm(layer, values, present)

    def theirs(values):
        return layer(values, mask=present)

    found, expected = (
        outputs_and_gradients(layer, inputs, present, tf.function(call) if in_graph else call)
        for call in (ours, theirs)
    )
    assert len(found) == 8
    for one, other in zip(found, expected, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-4, atol=1e-5)


def test_words_and_sentences_of_any_number_share_one_graph():
    layer, *_ = make(2)
    signature = [tf.TensorSpec([None, None, SIZE]), tf.TensorSpec([None, None], tf.bool)]
    graph = tf.function(lambda values, present: bilstm(layer, values, present), signature)
    for shape in ((1, 3), (4, 7)):
        inputs = tf.random.normal([*shape, SIZE])
        present = tf.ones(shape, tf.bool)
        np.testing.assert_allclose(graph(inputs, present), layer(inputs), rtol=1e-4, atol=1e-5)
