"""Cross-entropy a word, and the mean over the words that count."""

import math

import numpy as np
import pytest
import tensorflow as tf

from bioner_kd.training.losses import cross_entropy_per_word, masked_mean


def test_cross_entropy_is_in_nats_and_over_tags():
    # Two tags and three words, so that an axis mixed up would not even fit.
    logits = tf.constant([[[0.0, 0.0], [math.log(3.0), 0.0], [0.0, math.log(3.0)]]])
    values = cross_entropy_per_word(logits, tf.constant([[1, 0, 0]]))
    np.testing.assert_allclose(values, [[math.log(2), math.log(4 / 3), math.log(4)]], rtol=1e-6)


def test_mean_counts_the_scored_words_alone():
    values = tf.constant([[1.0, 2.0, 100.0], [6.0, 100.0, 100.0]])
    mask = tf.constant([[1.0, 1.0, 0.0], [1.0, 0.0, 0.0]])
    assert float(masked_mean(values, mask)) == pytest.approx(3.0)


def test_no_scored_word_is_a_loss_of_zero_without_gradient():
    values = tf.Variable([[1.0, 2.0]])
    with tf.GradientTape() as tape:
        loss = masked_mean(values * 1.0, tf.zeros((1, 2)))
    assert float(loss) == 0.0
    np.testing.assert_array_equal(tape.gradient(loss, values), [[0.0, 0.0]])
