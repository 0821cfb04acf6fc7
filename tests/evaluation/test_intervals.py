import numpy as np
import pytest

from bioner_kd.evaluation.intervals import f1_intervals
from bioner_kd.evaluation.significance import bootstrap_f1, percentile_interval, sentence_counts

A, B, NONE = ["B-A"], ["B-B"], ["O"]


def test_intervals_are_those_of_the_bootstrap_of_each_type():
    gold, predicted = [A, A, B, B, NONE] * 4, [A, NONE, B, A, NONE] * 4
    found = f1_intervals([(gold, predicted)])
    (samples,) = bootstrap_f1([sentence_counts(gold, predicted)[np.newaxis]])
    assert found.micro == percentile_interval(samples)
    one = [[tags if tags != B else NONE for tags in side] for side in (gold, predicted)]
    (samples,) = bootstrap_f1([sentence_counts(*one)[np.newaxis]])
    assert found.per_type["A"] == percentile_interval(samples)
    assert list(found.per_type) == ["A", "B"]


def test_what_is_always_right_has_no_width():
    found = f1_intervals([([A, B] * 30, [A, NONE] * 30)])
    assert found.per_type["A"] == (100, 100)
    assert found.per_type["B"] == (0, 0)


def test_a_type_that_only_one_seed_finds_counts_for_the_others_as_nothing():
    gold = [A] * 10
    found = f1_intervals([(gold, gold), (gold, [B] * 10)])
    assert found.micro == (50, 50)
    assert found.per_type == {"A": (50, 50), "B": (0, 0)}


@pytest.mark.parametrize("gold", [[], [NONE], [NONE, NONE]])
def test_without_mentions_there_are_no_types(gold):
    found = f1_intervals([(gold, gold)])
    assert (found.micro, found.per_type) == ((0, 0), {})
    assert found.to_json() == {"micro": (0, 0), "per_type": {}}
