"""The losses against values computed by hand, their mean over words, and the course of alpha."""

import math

import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st

from bioner_kd.training.losses import (
    annealed,
    cross_entropy_per_word,
    kl_per_word,
    masked_mean,
)
from tests.distill.tiny import distillation_loss, hard_loss

LN2, LN3 = math.log(2), math.log(3)


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


def word(*logits):
    return tf.constant([[logits]], tf.float32)


def divergence(student, teacher, temperature):
    """KL of a single word."""
    return kl_per_word(student, teacher, temperature=temperature).numpy().item()


def random_logits(seed, *shape):
    return tf.random.stateless_normal(shape, [seed, 1], stddev=3.0)


def test_hard_loss_by_hand():
    # Probabilities 1/2 and 1/2, then 3/4 and 1/4; tags 0 and 1: (ln 2 + ln 4) / 2.
    logits = tf.constant([[[0.0, 0.0], [LN3, 0.0]]])
    loss = hard_loss(logits, tf.constant([[0, 1]]), tf.ones((1, 2)))
    assert float(loss) == pytest.approx((LN2 + 2 * LN2) / 2, rel=1e-6)


def test_kl_by_hand_is_from_teacher_to_student_in_nats():
    # Teacher (3/4, 1/4), student (1/2, 1/2): 3/4 ln(3/2) + 1/4 ln(1/2) = 0.1308 nats.
    expected = 0.75 * math.log(1.5) + 0.25 * math.log(0.5)
    assert divergence(word(0, 0), word(LN3, 0), 1.0) == pytest.approx(expected, rel=1e-5)
    # The other way round it is another number: 1/2 ln(2/3) + 1/2 ln 2 = 0.1438.
    turned = 0.5 * math.log(2 / 3) + 0.5 * LN2
    assert divergence(word(LN3, 0), word(0, 0), 1.0) == pytest.approx(turned, rel=1e-5)


def test_temperature_softens_both_and_its_square_weighs():
    # At T = 2 logits of 2 ln 3 are softened to those of the case above.
    expected = 0.75 * math.log(1.5) + 0.25 * math.log(0.5)
    assert divergence(word(0, 0), word(2 * LN3, 0), 2.0) == pytest.approx(4 * expected, rel=1e-5)
    turned = 0.5 * math.log(2 / 3) + 0.5 * LN2
    assert divergence(word(2 * LN3, 0), word(0, 0), 2.0) == pytest.approx(4 * turned, rel=1e-5)


@pytest.mark.parametrize("temperature", [0.5, 1.0, 2.0, 5.0])
def test_gradient_is_temperature_times_the_difference_of_probabilities(temperature):
    student = tf.Variable(random_logits(1, 2, 3, 5))
    teacher = random_logits(2, 2, 3, 5)
    with tf.GradientTape() as tape:
        loss = tf.reduce_sum(kl_per_word(student, teacher, temperature=temperature))
    difference = tf.nn.softmax(student / temperature) - tf.nn.softmax(teacher / temperature)
    np.testing.assert_allclose(
        tape.gradient(loss, student), temperature * difference, rtol=1e-4, atol=1e-5
    )


def test_high_temperature_matches_centred_logits():
    # Hinton et al. (2015), section 2.1: T² KL tends to half the mean squared difference over tags.
    student, teacher = word(1.0, -1.0, 0.0), word(0.0, 2.0, -2.0)
    expected = 0.5 * np.mean(np.square([1.0 - 0.0, -1.0 - 2.0, 0.0 + 2.0]))
    assert divergence(student, teacher, 100.0) == pytest.approx(expected, rel=0.02)


def test_the_axis_is_the_tags():
    student, teacher = random_logits(1, 2, 3, 4), random_logits(2, 2, 3, 4)
    together = kl_per_word(student, teacher, temperature=2.0)
    assert together.shape == (2, 3)
    for sentence in range(2):
        for place in range(3):
            alone = divergence(student[sentence, place], teacher[sentence, place], 2.0)
            assert alone == pytest.approx(float(together[sentence, place]), rel=1e-5)


def test_a_teacher_takes_no_gradient():
    teacher = tf.Variable(random_logits(1, 1, 3, 4))
    student = tf.Variable(random_logits(2, 1, 3, 4))
    with tf.GradientTape() as tape:
        loss = distillation_loss(student, teacher * 1.0, tf.ones((1, 3)), temperature=2.0)
    of_student, of_teacher = tape.gradient(loss, [student, teacher])
    assert of_teacher is None
    assert float(tf.norm(of_student)) > 0


def test_distillation_loss_is_the_mean_over_scored_words():
    student, teacher = random_logits(1, 2, 3, 4), random_logits(2, 2, 3, 4)
    mask = tf.constant([[1.0, 0.0, 1.0], [0.0, 0.0, 1.0]])
    values = kl_per_word(student, teacher, temperature=3.0).numpy()
    expected = (values[0, 0] + values[0, 2] + values[1, 2]) / 3
    loss = distillation_loss(student, teacher, mask, temperature=3.0)
    assert float(loss) == pytest.approx(expected, rel=1e-5)


def losses(student, teacher, tags, mask):
    return (
        float(hard_loss(student, tags, mask)),
        float(distillation_loss(student, teacher, mask, temperature=2.0)),
    )


def test_no_scored_word_is_a_loss_of_zero():
    student, teacher = random_logits(1, 1, 2, 3), random_logits(2, 1, 2, 3)
    tags = tf.zeros((1, 2), tf.int32)
    assert losses(student, teacher, tags, tf.zeros((1, 2))) == (0.0, 0.0)


@pytest.mark.parametrize(("words", "sentences"), [(5, 0), (0, 2), (3, 1)])
def test_padding_does_not_change_the_loss(words, sentences):
    student, teacher = random_logits(1, 2, 3, 4), random_logits(2, 2, 3, 4)
    tags = tf.constant([[0, 1, 2], [3, 0, 0]])
    mask = tf.constant([[1.0, 1.0, 1.0], [1.0, 1.0, 0.0]])
    more = [[0, sentences], [0, words]]
    padded = losses(
        tf.pad(student, [*more, [0, 0]], constant_values=9.0),
        tf.pad(teacher, [*more, [0, 0]], constant_values=-7.0) + tf.one_hot(0, 4),
        tf.pad(tags, more, constant_values=3),
        tf.pad(mask, more),
    )
    plain = losses(student, teacher + tf.one_hot(0, 4), tags, mask)
    assert padded == pytest.approx(plain, rel=1e-6)


@given(st.integers(0, 2**31 - 1), st.floats(0.1, 20.0))
@settings(max_examples=30, deadline=None)
def test_divergence_is_never_negative_and_zero_for_equal_logits(seed, temperature):
    student, teacher = random_logits(seed, 2, 3, 4), random_logits(seed + 1, 2, 3, 4)
    values = kl_per_word(student, teacher, temperature=temperature).numpy()
    assert (values > -1e-3).all()
    same = kl_per_word(student, student + 5.0, temperature=temperature).numpy()
    np.testing.assert_allclose(same, np.zeros((2, 3)), atol=2e-3)


def test_extreme_logits_stay_finite():
    assert divergence(word(1e4, -1e4), word(-1e4, 1e4), 1.0) == pytest.approx(2e4)


SHARES = st.floats(0, 1, width=32)


@pytest.mark.parametrize(("step", "expected"), [(0, 0.2), (25, 0.35), (50, 0.5), (100, 0.8)])
def test_the_course_is_linear_from_the_first_to_the_last_step(step, expected):
    value = annealed(0.2, 0.8, step=tf.constant(step, tf.int64), total_steps=101)
    assert value.dtype == tf.float32
    assert float(value) == pytest.approx(expected, abs=1e-6)


def test_it_stays_at_its_end():
    assert float(annealed(1.0, 0.25, step=tf.constant(40), total_steps=10)) == 0.25


def test_a_single_step_is_at_the_start():
    assert float(annealed(0.5, 1.0, step=tf.constant(0), total_steps=1)) == 0.5


@given(SHARES, SHARES, st.integers(0, 50), st.integers(1, 50))
def test_it_never_leaves_its_two_ends(start, end, step, total_steps):
    value = float(annealed(start, end, step=tf.constant(step), total_steps=total_steps))
    assert min(start, end) - 1e-6 <= value <= max(start, end) + 1e-6


def test_it_is_computed_in_the_graph():
    course = tf.function(lambda step: annealed(0.0, 1.0, step=step, total_steps=3))
    values = [float(course(tf.constant(step))) for step in range(3)]
    np.testing.assert_allclose(values, [0.0, 0.5, 1.0])
    assert course.experimental_get_tracing_count() == 1
