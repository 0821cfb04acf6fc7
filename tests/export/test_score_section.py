"""What a model card says of the scores of mentions."""

from typing import Any

import pytest

from bioner_kd.export.score_section import score_section


def kept(name: str, threshold: float, mentions: int) -> dict[str, Any]:
    found = mentions > 0
    return {
        "type": name, "threshold": threshold, "mentions": mentions,
        "precision": 95.04 if found else None,
        "precision_interval": [92.5, 97.0] if found else None,
        "recall": 60.0 if found else 0.0, "recall_interval": [55.0, 65.0],
    }  # fmt: skip


def report(split: str, *, cross_fitted: bool) -> dict[str, Any]:
    return {
        "corpus": "demo", "split": split, "cross_fitted": cross_fitted, "texts": 9,
        "error": {"mentions": 1234, "raw": 0.113, "scores": 0.021, "chance": 0.02},
        "found": {"Disease": 1234},
        "min_precisions": [kept("Disease", 0.95, 800), kept("Disease", 0.98, 0)],
        "scores": [kept("Disease", 0.5, 1000)],
    }  # fmt: skip


@pytest.fixture
def scores() -> dict[str, Any]:
    reports = [report("devel", cross_fitted=True), report("test", cross_fitted=False)]
    return {"mentions": {"Disease": 794}, "without": [], "reports": reports}


def cells(text: str) -> list[list[str]]:
    lines = [line for line in text.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def test_each_threshold_is_a_row_with_both_splits(scores: dict[str, Any]) -> None:
    rows = cells(score_section(scores))
    rate = "95.0 (92.5 to 97.0)", "60.0 (55.0 to 65.0)"
    assert ["Disease", "0.95", "800", *rate, "800", *rate] in rows
    assert ["Disease", "0.98", *["0", "–", "0.0 (55.0 to 65.0)"] * 2] in rows
    assert ["Disease", "0.50", "1,000", *rate, "1,000", *rate] in rows
    assert ["test", "9", "1,234", "0.113", "0.021", "0.020"] in rows


def test_the_number_of_mentions_and_the_selection_are_said(scores: dict[str, Any]) -> None:
    text = score_section(scores)
    assert "fitted on mentions that were found on devel: Disease 794." in text
    assert "chosen the epoch" in text


def test_types_without_a_curve_are_named(scores: dict[str, Any]) -> None:
    scores["without"] = ["Gene"]
    assert "Too few were found of Gene" in score_section(scores)


def test_a_type_that_one_split_lacks_has_dashes_there(scores: dict[str, Any]) -> None:
    scores["reports"][1]["min_precisions"].append(kept("Gene", 0.95, 3))
    rows = cells(score_section(scores))
    rate = "95.0 (92.5 to 97.0)", "60.0 (55.0 to 65.0)"
    assert ["Gene", "0.95", "–", "–", "–", "3", *rate] in rows


@pytest.mark.parametrize("none", [None, {}, {"mentions": {}, "without": [], "reports": []}])
def test_a_student_without_calibration_says_so(none: dict[str, Any] | None) -> None:
    assert "not calibrated" in score_section(none)
