"""Word dropout, the character CNN and fixed word vectors."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from bioner_kd.student.layers import CharacterCNN, FixedVectors, WordDropout, bilstm
from bioner_kd.tagging.word_features import PAD, UNKNOWN

IDS = tf.constant(np.tile([2, 3, 4, 5, UNKNOWN, PAD, PAD], (200, 1)), tf.int32)


def test_word_dropout_reads_a_share_of_the_words_as_unknown_and_leaves_padding_alone():
    keras.utils.set_random_seed(1)
    dropped = WordDropout(0.3)(IDS, training=True).numpy()
    assert dropped.dtype == np.int32
    np.testing.assert_array_equal(dropped[:, 5:], 0)
    changed = dropped != IDS.numpy()
    assert (dropped[changed] == UNKNOWN).all()
    # 800 words that could change: within four standard deviations of their share.
    assert changed[:, :4].mean() == pytest.approx(0.3, abs=0.065)


@pytest.mark.parametrize(("rate", "training"), [(0.3, False), (0.3, None), (0.0, True)])
def test_word_dropout_acts_in_training_alone(rate, training):
    np.testing.assert_array_equal(WordDropout(rate)(IDS, training=training), IDS)


def make_cnn(width=3):
    keras.utils.set_random_seed(1)
    layer = CharacterCNN(characters=9, size=4, filters=5, width=width)
    layer(tf.zeros((1, 1, 6), tf.int32))
    layer.set_weights([weight + 0.3 for weight in layer.get_weights()])  # biases that show
    return layer


def test_the_vector_of_a_word_is_the_maximum_over_its_own_characters():
    layer = make_cnn()
    table, kernel, bias = (weight.astype(np.float64) for weight in layer.get_weights())
    characters = [3, 7, 2, 5]
    rows = np.concatenate([np.zeros((1, 4)), table[characters], np.zeros((1, 4))])
    outputs = [np.einsum("wi,wif->f", rows[i : i + 3], kernel[0]) + bias for i in range(4)]
    expected = np.maximum(outputs, 0).max(axis=0)
    found = layer(tf.constant([[[*characters, PAD, PAD]]]))
    np.testing.assert_allclose(found[0, 0], expected, rtol=1e-5)


@pytest.mark.parametrize("width", [1, 2, 3, 5])
def test_padding_of_characters_changes_nothing(width):
    layer = make_cnn(width)
    words = tf.constant([[[3, 7, 2], [4, 0, 0], [0, 0, 0]]])
    padded = tf.pad(words, [[0, 0], [0, 2], [0, 6]])
    # An even filter looks further to one side, which the padding makes up for.
    np.testing.assert_allclose(layer(padded)[:, :3], layer(words), atol=1e-6)
    np.testing.assert_array_equal(layer(padded)[0, 2:], np.zeros((3, 5)))


def test_words_do_not_see_their_neighbours():
    layer = make_cnn()
    alone = layer(tf.constant([[[3, 7, 2]]]))
    beside = layer(tf.constant([[[5, 5, 5], [3, 7, 2], [6, 1, 0]]]))
    np.testing.assert_allclose(beside[0, 1], alone[0, 0], atol=1e-6)


def make_vectors(rows):
    layer = FixedVectors(*rows.shape)
    layer(tf.zeros([1, 1], tf.int32))
    layer.set_rows(rows)
    return layer


def test_fixed_vectors_are_a_byte_a_number_and_round_by_half_a_step_at_most():
    rows = np.random.default_rng(1).normal(size=(40, 6)).clip(-3, 3).astype(np.float32)
    layer = make_vectors(rows)
    assert layer.trainable_weights == []
    assert [weight.dtype for weight in layer.weights] == [tf.int8, tf.float32]
    found = layer(tf.constant([[3, 39], [0, 3]])).numpy()
    assert found.shape == (2, 2, 6)
    step = 4 * np.sqrt(np.mean(rows**2)) / 127
    np.testing.assert_allclose(found, rows[[[3, 39], [0, 3]]], atol=0.5001 * step)


def test_numbers_far_out_are_cut_and_do_not_coarsen_the_rest():
    rows = np.ones((50, 4), np.float32)
    rows[0, 0] = 1000.0
    found = make_vectors(rows)(tf.constant([[0, 1]])).numpy()[0]
    size = np.sqrt(np.mean(rows**2))
    assert found[0, 0] == pytest.approx(4 * size, rel=1e-5)


def test_vectors_of_zeros_stay_zeros():
    assert not make_vectors(np.zeros((3, 2), np.float32))(tf.constant([[1, 2]])).numpy().any()


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
