import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st

from bioner_kd.export.text_graph import padded_batches
from bioner_kd.export.text_graph.padded_batches import tag_sentences


def run(lengths: list[int]) -> tuple[list, tf.Tensor, tf.Tensor]:
    """Tags words that are numbered from 1; also the shapes of the batches."""
    total = sum(lengths)
    numbers = np.arange(1, total + 1, dtype=np.int32)
    shapes = []

    def tagging(features: dict, sizes: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        ids, chars = features["word_ids"], features["char_ids"]
        shapes.append(tuple(ids.shape))
        present = tf.sequence_mask(sizes, tf.shape(ids)[1])
        np.testing.assert_array_equal(ids > 0, present)
        np.testing.assert_array_equal(chars[..., 1], ids * 10)
        # What is said of padding must not matter.
        return tf.where(present, ids, -7), tf.where(present, 1 / tf.cast(ids, tf.float64), 7)

    features = {
        "word_ids": tf.constant(numbers),
        "char_ids": tf.stack([tf.constant(numbers), tf.constant(numbers) * 10], axis=1),
    }
    tags, scores = tag_sentences(tagging, features, tf.constant(lengths, tf.int64))
    return shapes, tags, scores


@settings(deadline=None)
@given(st.lists(st.integers(1, 40), max_size=30))
def test_each_word_gets_what_its_sentence_was_given(lengths: list[int]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(padded_batches, "BATCH_WORDS", 50)
        shapes, tags, scores = run(lengths)
    numbers = np.arange(1, sum(lengths) + 1)
    np.testing.assert_array_equal(tags, numbers)
    np.testing.assert_allclose(scores, 1 / numbers, rtol=1e-6)
    assert scores.dtype == tf.float32
    assert sum(rows for rows, _ in shapes) == len(lengths)
    assert all(rows * longest <= 50 or rows == 1 for rows, longest in shapes)


def test_a_long_sentence_does_not_pad_the_short_ones() -> None:
    shapes, _, _ = run([3, 10_000, 2, 4])
    assert shapes == [(1, 10_000), (3, 4)]
