"""Bounds of the student's sizes."""

import pytest

from bioner_kd.errors import UsageError
from bioner_kd.student.config import STUDENT_TRAINING, StudentConfig


@pytest.mark.parametrize("name", ["word_size", "char_filters", "char_width", "units", "layers"])
def test_sizes_below_one_are_refused(name):
    with pytest.raises(UsageError, match=f"--{name}=0: must be at least 1"):
        StudentConfig(**{name: 0})


def test_more_layers_than_anybody_needs_are_refused():
    assert StudentConfig(layers=64).layers == 64
    with pytest.raises(UsageError, match="--layers=65: must be at least 1 and at most 64"):
        StudentConfig(layers=65)


@pytest.mark.parametrize("name", ["dropout", "word_dropout"])
@pytest.mark.parametrize("value", [-0.1, 1.0, float("nan")])
def test_shares_outside_their_bounds_are_refused(name, value):
    with pytest.raises(UsageError, match=f"--{name}={value}: must be at least 0 and below 1"):
        StudentConfig(**{name: value})


def test_the_bounds_themselves_are_allowed():
    StudentConfig(units=1, layers=1, dropout=0.0, word_dropout=0.0)


def test_students_are_trained_with_averaged_weights():
    assert STUDENT_TRAINING.average > 0


@pytest.mark.parametrize("head", ["", "CRF", "linear"])
def test_an_unknown_head_is_refused(head):
    with pytest.raises(UsageError, match=f"--head={head}: must be one of softmax, crf"):
        StudentConfig(head=head)
