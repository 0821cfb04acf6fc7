"""Precision and recall of what a threshold keeps."""

import numpy as np
import pytest

from bioner_kd.evaluation.found_mentions import FoundMentions
from bioner_kd.evaluation.thresholds import MIN_PRECISIONS, SCORES, report_scores

# Text, type, raw score, score, precision above, right.
ROWS = [
    (0, "Disease", 0.9, 0.8, 0.9, True),
    (0, "Disease", 0.8, 0.6, 0.85, False),
    (1, "Disease", 0.99, 0.96, 0.97, True),
    (2, "Gene", 0.7, 0.7, 0.0, True),
]
ANNOTATED = [{"Disease": 2}, {"Disease": 1}, {"Gene": 1}, {"Disease": 1}]


def found() -> tuple[FoundMentions, np.ndarray, np.ndarray]:
    texts, types, raw, scores, above, right = (
        np.array(column) for column in zip(*ROWS, strict=True)
    )
    return FoundMentions(texts, types, raw, scores, right, ANNOTATED), scores, above


def test_precision_and_recall_are_counted_by_hand() -> None:
    report = report_scores(*found())
    rows = {(one.type, one.threshold): one for one in report.min_precisions}
    assert {threshold for _, threshold in rows} == set(MIN_PRECISIONS)
    every, best = rows["Disease", 0.85], rows["Disease", 0.95]
    assert (every.mentions, every.precision, every.recall) == (3, pytest.approx(200 / 3), 50)
    assert (best.mentions, best.precision, best.recall) == (1, 100, 25)
    assert rows["Disease", 0.98].precision is None and rows["Disease", 0.98].recall == 0
    assert (rows["Gene", 0.8].mentions, rows["Gene", 0.8].precision_interval) == (0, None)
    least = {(one.type, one.threshold): one for one in report.scores}
    assert {threshold for _, threshold in least} == set(SCORES)
    assert least["Gene", 0.7].precision == 100 and least["Gene", 0.8].mentions == 0
    assert least["Disease", 0.7].mentions == 2


def test_intervals_hold_the_value() -> None:
    for one in report_scores(*found()).scores:
        for value, interval in (
            (one.precision, one.precision_interval),
            (one.recall, one.recall_interval),
        ):
            if value is not None:
                assert interval and interval[0] <= value <= interval[1]


def test_intervals_of_a_known_share_have_the_binomial_width() -> None:
    number = 400
    right = np.arange(number) % 5 > 0
    scores = np.full(number, 0.8)
    types = np.array(["Disease"] * number)
    mentions = FoundMentions(
        np.arange(number), types, scores, scores, right, [{"Disease": 1}] * number
    )
    one = report_scores(mentions, scores, scores).scores[0]
    assert one.precision == 80 and one.recall == 80
    assert one.precision_interval == pytest.approx((76, 84), abs=0.7)


def test_the_report_counts_texts_mentions_and_error() -> None:
    report = report_scores(*found()).to_json()
    assert report["texts"] == 4 and report["found"] == {"Disease": 3, "Gene": 1}
    assert report["error"]["mentions"] == 4
    assert report["error"]["scores"] == pytest.approx((0.2 + 0.6 + 0.04 + 0.3) / 4)


@pytest.mark.parametrize("texts", [0, 1])
def test_a_split_of_hardly_any_text_has_a_report(texts: int) -> None:
    none = np.array([])
    nothing = FoundMentions(
        none.astype(int), none.astype(str), none, none, none.astype(bool), [{"Disease": 1}] * texts
    )
    report = report_scores(nothing, none, none)
    assert report.error.scores == 0 and report.found == ({"Disease": 0} if texts else {})
    assert all(one.precision is None for one in report.min_precisions)
