"""The course of a setting over a training."""

import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given
from hypothesis import strategies as st

from bioner_kd.training.losses import annealed

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
