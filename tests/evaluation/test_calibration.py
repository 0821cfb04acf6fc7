"""Curves that are fitted on mentions, and the error of scores."""

from typing import Any

import numpy as np
import pytest

from bioner_kd.evaluation.calibration import (
    calibration_error,
    cross_fitted,
    fit_calibration,
    fit_curve,
    measure_error,
)
from bioner_kd.evaluation.found_mentions import FoundMentions


def drawn(number: int, seed: int = 0, name: str = "Disease") -> FoundMentions:
    """Mentions that promise too much: right with the cube of their raw score."""
    draw = np.random.default_rng(seed)
    raw = 1 - draw.beta(0.4, 3, number)
    right = draw.random(number) < raw**3
    texts = np.sort(draw.integers(0, number, number))
    types = np.array([name] * number)
    return FoundMentions(texts, types, raw, raw, right, [{name: 1}] * number)


def joined(*parts: FoundMentions) -> FoundMentions:
    columns = ("texts", "types", "raw_scores", "scores", "right")
    most = max((part.annotated for part in parts), key=len)
    return FoundMentions(
        *(np.concatenate([getattr(part, name) for part in parts]) for name in columns), most
    )


def test_the_error_is_the_mean_distance_of_score_and_share_over_bins() -> None:
    scores = np.array([0.95, 0.95, 0.95, 0.95, 0.15, 0.15, 1.0])
    right = np.array([True, True, True, False, False, False, True])
    # Nine tenths: five mentions, 4.8 promised and 4 right. One tenth: two, 0.3 promised, none.
    assert calibration_error(scores, right) == pytest.approx((0.8 + 0.3) / 7)
    assert calibration_error(np.array([]), np.array([], bool)) == 0
    assert calibration_error(np.array([0.0, 1.0]), np.array([False, True])) == 0


def test_a_curve_of_many_mentions_is_near_what_they_were_drawn_of() -> None:
    found = drawn(20_000)
    curve = fit_curve(found.raw_scores, found.right)
    assert curve.mentions == 20_000 and len(curve.knots) <= 20
    for raw in (0.6, 0.8, 0.9, 0.95, 0.99):
        assert curve.precision(raw) == pytest.approx(raw**3, abs=0.03)
        above = found.right[found.raw_scores >= raw].mean()
        assert curve.precision_above(raw) == pytest.approx(above, abs=0.02)


def test_scores_of_new_mentions_have_a_fraction_of_the_error() -> None:
    found, others = drawn(3000), drawn(3000, seed=1)
    calibration = fit_calibration(found)
    scores = np.array(list(map(calibration.curves["Disease"].precision, others.raw_scores)))
    error = measure_error(others.raw_scores, scores, others.right)
    assert error.mentions == 3000
    assert error.raw > 0.1 and error.scores < 0.03
    assert 0 < error.chance < 0.02


def test_cross_fitted_scores_are_about_as_good_on_devel_as_on_new_mentions() -> None:
    found = drawn(800)
    scores, above = cross_fitted(found)
    assert calibration_error(scores, found.right) < 0.04
    kept = above >= 0.95
    assert found.right[kept].mean() == pytest.approx(0.95, abs=0.03)
    assert 0 < kept.sum() < 800
    # Not the scores of the curve that has seen the mentions themselves.
    curve = fit_calibration(found).curves["Disease"]
    assert not np.allclose(scores, list(map(curve.precision, found.raw_scores)))


def test_a_type_of_few_mentions_stays_raw_and_is_named_once(absl_log: Any) -> None:
    found = joined(drawn(60), drawn(49, name="Gene"))
    calibration = fit_calibration(found)
    assert list(calibration.curves) == ["Disease"]
    (message,) = {(one.levelname, one.getMessage()) for one in absl_log.records}
    assert message[0] == "WARNING" and message[1].startswith("Gene: fewer than 50")
    scores, above = cross_fitted(found)
    genes = found.of_type("Gene")
    assert scores[genes].tolist() == found.raw_scores[genes].tolist()
    assert not above[genes].any() and above[~genes].all()


def test_a_type_that_is_annotated_and_never_found_has_no_curve(absl_log: Any) -> None:
    found = drawn(60)
    annotated = [{"Disease": 1, "Gene": 1}] * 60
    found = FoundMentions(*list(vars(found).values())[:-1], annotated)
    assert list(fit_calibration(found).curves) == ["Disease"]
    assert "Gene: fewer than 50" in absl_log.text


@pytest.mark.parametrize("right", [True, False])
def test_mentions_that_are_all_right_or_all_wrong_have_a_curve(right: bool) -> None:
    raw = np.linspace(0.5, 1, 60)
    curve = fit_curve(raw, np.full(60, right))
    values = [curve.precision(place) for place in (0.0, 0.7, 1.0)]
    assert all(value > 0.9 if right else value < 0.1 for value in values)


def test_mentions_of_one_raw_score_have_a_curve_of_one_knot() -> None:
    curve = fit_curve(np.full(100, 0.9), np.arange(100) < 70)
    assert len(curve.knots) == 1
    assert curve.precision(0.5) == pytest.approx(0.7, abs=0.02)
    assert curve.precision_above(0.9) == pytest.approx(0.7, abs=0.02)


def test_mentions_whose_raw_scores_mislead_have_a_level_curve() -> None:
    draw = np.random.default_rng(2)
    raw = draw.random(1000)
    curve = fit_curve(raw, draw.random(1000) < 0.9 - 0.5 * raw)
    assert curve.precision(1) - curve.precision(0) < 0.05
