"""Medians, and ratios within rounds."""

import pytest

from bioner_kd.lab.benchmark.records import Failure, Score
from bioner_kd.lab.benchmark.summary import Spread

from .made import measurement, results


def test_a_spread_has_median_least_and_greatest():
    assert Spread.of([3, 1, 10, 2, 4]) == Spread(3, 1, 10)
    assert Spread.of([]) is None


def test_ratios_are_taken_within_a_round_before_their_median():
    # In round 2 the whole machine is ten times slower: 4, 4 and 5 times, and never 40.
    pairs = [(400, 100), (40, 10), (500, 100)]
    records = []
    for number, (ours, theirs) in enumerate(pairs, start=1):
        records.append(measurement("int8", ours, number=number))
        records.append(measurement("spacy", theirs, number=number))
    ratio = results(records).ratio("int8", "spacy", 1)
    assert ratio == Spread(pytest.approx(4), pytest.approx(4), pytest.approx(5))


def test_a_round_that_one_of_the_two_lacks_gives_no_ratio():
    records = [
        measurement("int8", 400, number=1),
        measurement("int8", 800, number=2),
        measurement("spacy", 100, number=2),
    ]
    assert results(records).ratio("int8", "spacy", 1).median == pytest.approx(8)
    assert results(records).ratio("int8", "spacy", 2) is None
    assert results(records).ratio("int8", "nobody", 1) is None


def test_two_cores_are_compared_with_one():
    ratio = results().ratio("int8_many", "int8_many", 2, other_threads=1)
    assert ratio == Spread(*[pytest.approx(1.8)] * 3)


def test_speeds_of_all_rounds_are_summed_up():
    found = results()
    assert found.spread("spacy", 1, lambda m: m.words_per_second) == Spread(
        *map(pytest.approx, (12_000, 6_000, 24_000))
    )
    assert found.spread("spacy", 1, lambda m: m.milliseconds).median == pytest.approx(25 / 12)
    assert found.threads() == [1, 2]


def test_sizes_are_compared_where_both_are_known():
    assert results().times_smaller("int8", "biobert_fp32") == pytest.approx(107.5)
    assert results().times_smaller("int8", "nobody") is None


def test_random_weights_have_no_f1():
    found = results([Score("int8", 84.5), Failure("spacy", "F1", "exit code 1: x")])
    assert (found.f1("int8"), found.f1("biobert_fp32")) == (84.5, None)
    assert [one.contestant for one in found.failures()] == ["spacy"]
