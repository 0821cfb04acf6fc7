"""The loop that is exported beside the Keras layer that was trained."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from bioner_kd.export import edge_graph
from bioner_kd.export.edge_graph import PIECE, multiply, read_both_ways

UNITS, SIZE = 5, 4


@pytest.fixture(scope="module")
def layer() -> keras.layers.Bidirectional:
    layer = keras.layers.Bidirectional(keras.layers.LSTM(UNITS, return_sequences=True))
    layer(tf.zeros([1, 2, SIZE]))
    draw = np.random.default_rng(3).normal
    layer.set_weights([draw(size=weight.shape) for weight in layer.get_weights()])
    return layer


def difference(
    layer: keras.layers.Bidirectional,
    lengths: list[int],
    words: int,
    monkeypatch: pytest.MonkeyPatch,
    batch: int | None,
    known: int | None,
) -> float:
    """The largest difference from Keras at the words that are present."""
    monkeypatch.setattr(edge_graph.xla, "dynamic_update_slice", place)
    present = np.arange(words) < np.array(lengths)[:, np.newaxis]
    inputs = np.random.default_rng(1).normal(size=(len(lengths), words, SIZE)).astype(np.float32)
    specs = [
        tf.TensorSpec([batch, known, SIZE], tf.float32),
        tf.TensorSpec([batch, known], tf.bool),
    ]
    read = tf.function(lambda *given: read_both_ways(layer, *given), input_signature=specs)
    found = read(inputs, present).numpy()
    expected = layer(inputs, mask=tf.constant(present)).numpy()
    return float(np.abs(found - expected)[present].max())


def place(array: tf.Tensor, rows: tf.Tensor, where: tf.Tensor) -> tf.Tensor:
    """What XLA's operation does, which TensorFlow alone cannot run, on the first axis."""
    before, behind = array[: where[0]], array[where[0] + tf.shape(rows)[0] :]
    joined = tf.concat([before, rows, behind], axis=0)
    joined.set_shape(array.shape)
    return joined


@pytest.mark.parametrize("lengths", [[1], [7], [3, 7, 1]])
@pytest.mark.parametrize("known", [None, 9])
def test_it_gives_what_keras_gives(
    layer: keras.layers.Bidirectional,
    lengths: list[int],
    known: int | None,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    batch = None if known is None else len(lengths)
    assert difference(layer, lengths, known or max(lengths), monkeypatch, batch, known) < 1e-6


@pytest.mark.parametrize("words", [PIECE - 1, PIECE, PIECE + 1, 2 * PIECE, 3 * PIECE - 5])
def test_pieces_of_a_long_sentence_hang_together(
    layer: keras.layers.Bidirectional, words: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert difference(layer, [words, words // 2, 2], words, monkeypatch, None, None) < 1e-6


@pytest.mark.parametrize("words", [PIECE, 2 * PIECE])
def test_a_known_length_may_be_many_pieces(
    layer: keras.layers.Bidirectional, words: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert difference(layer, [words - 3], words, monkeypatch, 1, words) < 1e-6


def test_a_row_of_padding_alone_gives_zeros(
    layer: keras.layers.Bidirectional, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(edge_graph.xla, "dynamic_update_slice", place)
    inputs = tf.random.normal([2, 3, SIZE], seed=1)
    present = tf.constant([[True, True, False], [False, False, False]])
    read = tf.function(lambda: read_both_ways(layer, inputs, present))
    assert not read()[1].numpy().any()


@pytest.mark.parametrize("shape", [[None, None], [1, None], [2, 3]])
def test_products_are_the_same_for_any_shape(shape: list[int | None]) -> None:
    rows, kernel = tf.random.normal([1, 3, 4]), tf.random.normal([4, 2])
    rows = tf.repeat(rows, shape[0] or 1, axis=0)
    run = tf.function(
        lambda given: multiply(given, kernel), input_signature=[tf.TensorSpec([*shape, 4])]
    )
    np.testing.assert_allclose(run(rows), tf.einsum("bws,so->bwo", rows, kernel), atol=1e-6)
