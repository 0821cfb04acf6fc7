import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bioner_kd.errors import InputError
from bioner_kd.evaluation.scores import EntityScore, ModeScores, Scores
from bioner_kd.evaluation.summary import summarise


def run_with(conlleval: float, strict: float = 0.0, *, words: int = 50, support: int = 7) -> Scores:
    """Scores of a run whose F1 matters alone."""
    micro = EntityScore(conlleval / 2, conlleval / 4, conlleval, support)
    strict_micro = EntityScore(strict, strict, strict, support)
    return Scores(ModeScores(micro, {"D": micro}), ModeScores(strict_micro, {}), 5, words)


def test_hand_computed_mean_and_sample_standard_deviation() -> None:
    summary = summarise([run_with(80.0, 81.0), run_with(82.0, 81.0), run_with(84.0, 84.0)])
    assert summary.n == 3
    assert summary.mean.conlleval.micro.f1 == pytest.approx(82.0)
    assert summary.mean.strict.micro.f1 == pytest.approx(82.0)
    assert summary.std is not None
    assert summary.std.conlleval.micro.f1 == pytest.approx(2.0)
    assert summary.std.conlleval.micro.precision == pytest.approx(1.0)
    assert summary.std.conlleval.micro.recall == pytest.approx(0.5)
    assert summary.std.strict.micro.f1 == pytest.approx(math.sqrt(3.0))
    assert summary.std.conlleval.per_type["D"].f1 == pytest.approx(2.0)


def test_numbers_of_the_split_are_kept() -> None:
    mean = summarise([run_with(80.0), run_with(90.0)]).mean
    assert (mean.sentences, mean.words, mean.conlleval.micro.support) == (5, 50, 7)


def test_one_run_is_its_own_mean_and_has_no_deviation() -> None:
    run = run_with(81.25, 83.5)
    summary = summarise([run])
    assert (summary.n, summary.mean, summary.std) == (1, run, None)


def test_a_type_that_one_run_never_predicted_counts_as_zero_there() -> None:
    found, nothing = EntityScore(0.0, 0.0, 0.0, 0), ModeScores(EntityScore(0.0, 0.0, 0.0, 7), {})
    stray = Scores(ModeScores(nothing.micro, {"X": found}), nothing, 5, 50)
    summary = summarise([Scores(nothing, nothing, 5, 50), stray])
    assert summary.mean.conlleval.per_type == {"X": found}


@pytest.mark.parametrize("other", [run_with(80.0, words=51), run_with(80.0, support=8)])
def test_runs_on_different_splits_are_not_averaged(other: Scores) -> None:
    with pytest.raises(InputError, match="different splits"):
        summarise([run_with(80.0), other])


def test_no_run_is_refused() -> None:
    with pytest.raises(ValueError, match="no run"):
        summarise([])


def test_a_summary_goes_into_json() -> None:
    record = json.loads(json.dumps(summarise([run_with(80.0), run_with(82.0)]).to_json()))
    assert record["n"] == 2
    assert record["mean"]["conlleval"]["micro"]["f1"] == 81.0
    assert record["std"]["conlleval"]["micro"]["f1"] == pytest.approx(math.sqrt(2.0))
    assert summarise([run_with(80.0)]).to_json()["std"] is None


@given(st.lists(st.floats(0, 100), min_size=2, max_size=8), st.randoms(use_true_random=False))
def test_the_order_of_the_runs_changes_nothing(values: list[float], generator) -> None:
    shuffled = list(values)
    generator.shuffle(shuffled)
    ordered = summarise([run_with(value) for value in values])
    assert summarise([run_with(value) for value in shuffled]) == ordered
    assert min(values) <= ordered.mean.conlleval.micro.f1 + 1e-9
    assert ordered.mean.conlleval.micro.f1 <= max(values) + 1e-9
