"""The losses of a CRF against values computed by hand."""

import math

import numpy as np
import pytest
import tensorflow as tf

from bioner_kd.student.crf import CRF
from bioner_kd.training.losses import crf_kl_per_word, crf_nll_per_word, kl_per_word, masked_mean

LN2, LN3 = math.log(2), math.log(3)
LENGTHS = tf.constant([3, 1])


def random_logits(seed, *shape):
    return tf.random.stateless_normal(shape, [seed, 1], stddev=3.0)


def make_crf(*tags, size=1.0):
    crf = CRF(tags)
    crf.transitions.assign(tf.random.stateless_normal((len(tags),) * 2, [9, 1], stddev=size))
    return crf


def test_crf_loss_by_hand():
    # One word: 1/2. Two words under two equal tags with ln 3 for staying: of O O, O B, B O, B B
    # with weights 3, 1, 1, 3 the first has 3/8.
    crf = CRF(("O", "B-A"))
    crf.transitions.assign([[LN3, 0.0], [0.0, LN3]])
    tag_ids, lengths = tf.zeros((2, 2), tf.int32), tf.constant([1, 2])
    losses = crf_nll_per_word(crf, tf.zeros((2, 2, 2)), tag_ids, lengths)
    share = math.log(8 / 3) / 2
    np.testing.assert_allclose(losses, [[LN2, 0.0], [share, share]], rtol=1e-6)


def test_the_mean_over_words_is_the_likelihood_of_all_sentences_for_each_word():
    crf, logits = make_crf("O", "B-A", "I-A"), random_logits(1, 2, 4, 3)
    tag_ids, mask = tf.constant([[1, 2, 0, 0]] * 2), tf.sequence_mask(LENGTHS, 4, tf.float32)
    total = -tf.reduce_sum(crf.log_likelihood(logits, tag_ids, LENGTHS))
    mean = masked_mean(crf_nll_per_word(crf, logits, tag_ids, LENGTHS), mask)
    assert float(mean) == pytest.approx(float(total) / 4, rel=1e-6)


@pytest.mark.parametrize("temperature", [0.5, 1.0, 2.0, 5.0])
def test_where_nothing_follows_from_anything_the_crf_losses_are_those_of_softmax(temperature):
    crf = CRF(("O", "B-A", "B-B"))
    student, teacher = random_logits(1, 2, 4, 3), random_logits(2, 2, 4, 3)
    words = tf.sequence_mask(LENGTHS, 4, tf.float32).numpy()
    found = crf_kl_per_word(crf, student, teacher, LENGTHS, temperature=temperature)
    expected = kl_per_word(student, teacher, temperature=temperature).numpy() * words
    np.testing.assert_allclose(found, expected, rtol=1e-3, atol=1e-5)


@pytest.mark.parametrize("temperature", [0.5, 1.0, 4.0])
def test_a_crf_that_says_what_its_teacher_says_has_nothing_to_learn(temperature):
    # Although the teacher breaks IOB2: an I- opens a sentence, and one follows an O.
    teacher = tf.constant([[[0.0, 0.0, 9.0], [9.0, 0.0, 0.0], [0.0, 0.0, 9.0]]])
    crf, lengths = CRF(("O", "B-A", "I-A")), tf.constant([3])
    with tf.GradientTape() as tape:
        tape.watch(teacher)
        student = teacher + 1.0
        losses = crf_kl_per_word(crf, student, teacher, lengths, temperature=temperature)
    np.testing.assert_allclose(losses, np.zeros((1, 3)), atol=1e-5)
    gradients = tape.gradient(losses, [student, crf.transitions])
    for gradient in gradients:
        np.testing.assert_allclose(gradient, np.zeros(gradient.shape), atol=1e-4)


def test_crf_divergence_by_hand_is_from_teacher_to_student():
    # Teacher (3/4, 1/4) twice. The student's transitions give O O 3, others 1 of 6: O has 4/6.
    crf = CRF(("O", "B-A"))
    crf.transitions.assign([[LN3, 0.0], [0.0, 0.0]])
    teacher = tf.constant([[[LN3, 0.0]] * 2])
    losses = crf_kl_per_word(crf, tf.zeros((1, 2, 2)), teacher, tf.constant([2]), temperature=1.0)
    expected = 0.75 * math.log(0.75 * 6 / 4) + 0.25 * math.log(0.25 * 6 / 2)
    np.testing.assert_allclose(losses, [[expected] * 2], rtol=1e-4)


def test_a_crf_follows_its_teacher_downhill():
    crf, student = make_crf("O", "B-A", "I-A"), tf.Variable(random_logits(1, 2, 4, 3))
    teacher = tf.Variable(random_logits(2, 2, 4, 3))
    weights = [student, crf.transitions]

    def loss():
        return tf.reduce_sum(crf_kl_per_word(crf, student, teacher, LENGTHS, temperature=2.0))

    with tf.GradientTape() as tape:
        before = loss()
    of_teacher, *gradients = tape.gradient(before, [teacher, *weights])
    assert of_teacher is None
    for weight, gradient in zip(weights, gradients, strict=True):
        weight.assign_sub(1e-3 * gradient)
    squared = sum(float(tf.reduce_sum(gradient**2)) for gradient in gradients)
    assert float(before - loss()) == pytest.approx(1e-3 * squared, rel=0.05)


@pytest.mark.parametrize(("words", "sentences"), [(5, 0), (0, 2), (3, 1)])
def test_padding_does_not_change_the_losses_of_a_crf(words, sentences):
    crf, more = make_crf("O", "B-A", "I-A"), [[0, sentences], [0, words]]
    student, teacher = random_logits(1, 2, 3, 3), random_logits(2, 2, 3, 3)
    tags = tf.constant([[0, 1, 2], [1, 0, 0]])

    def both(student, teacher, tags, lengths):
        return (
            crf_nll_per_word(crf, student, tags, lengths).numpy(),
            crf_kl_per_word(crf, student, teacher, lengths, temperature=2.0).numpy(),
        )

    padded = both(
        tf.pad(student, [*more, [0, 0]], constant_values=9.0),
        tf.pad(teacher, [*more, [0, 0]], constant_values=-7.0),
        tf.pad(tags, more, constant_values=2),
        tf.pad(LENGTHS, more[:1]),
    )
    for found, plain in zip(padded, both(student, teacher, tags, LENGTHS), strict=True):
        np.testing.assert_allclose(found[:2, :3], plain, rtol=1e-4, atol=1e-6)
        assert not found[2:].any() and not found[:, 3:].any()


@pytest.mark.parametrize("size", [30.0, 1e3])
def test_a_crf_that_is_sure_and_wrong_has_finite_losses_and_gradients(size):
    crf = make_crf("O", "B-A", "I-A", size=3.0)
    right, wrong = tf.one_hot([[1, 2, 0]], 3) * size, tf.one_hot([[0, 0, 1]], 3) * size
    with tf.GradientTape() as tape:
        tape.watch(wrong)
        losses = [
            crf_nll_per_word(crf, wrong, tf.constant([[1, 2, 0]]), tf.constant([3])),
            crf_kl_per_word(crf, wrong, right, tf.constant([3]), temperature=1.0),
        ]
        loss = tf.reduce_sum(losses)
    assert np.isfinite(losses).all() and float(loss) > size
    for gradient in tape.gradient(loss, [wrong, crf.transitions]):
        assert np.isfinite(gradient).all() and np.abs(gradient).max() > 0.1
