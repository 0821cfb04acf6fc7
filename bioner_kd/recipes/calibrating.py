"""The scores of a student are calibrated on a devel split, and measured there and elsewhere."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from bioner_kd.evaluation.calibration import cross_fitted, fit_calibration
from bioner_kd.evaluation.found_mentions import AnnotatedText, FoundMentions, find_mentions
from bioner_kd.evaluation.thresholds import report_scores
from bioner_kd.export.config import Split
from bioner_kd.student.saved_student import SavedStudent
from bioner_kd.student.student_tagger import student_tagger
from bioner_kd.tagging.calibration import Calibration

DEVEL = "devel"


def calibrate(
    student: SavedStudent, devel: Sequence[AnnotatedText]
) -> tuple[SavedStudent, dict[str, Any]]:
    """Calibrates the scores of a student.

    Args:
        student: the student, with all other rules that it will have.
        devel: texts that it was not trained on.

    Returns:
        The student with the calibration, and as JSON values how good the scores are on the same
        texts, where each mention is scored by curves that were fitted on other texts.
    """
    # Whatever the student was calibrated by before counts no more.
    raw = with_calibration(student, Calibration())
    found = find_mentions(student_tagger(raw), devel)
    calibrated = with_calibration(student, fit_calibration(found))
    return calibrated, report_scores(found, *cross_fitted(found)).to_json()


def calibrate_and_report(
    student: SavedStudent,
    devel: Sequence[AnnotatedText],
    compared: Split,
    measured: Sequence[AnnotatedText] = (),
) -> tuple[SavedStudent, dict[str, Any]]:
    """Calibrates a student, and says what its scores are worth.

    Args:
        student: the student.
        devel: documents or sentences; if there are none, the student stays as it is.
        compared: split on which the scores are measured too.
        measured: documents of that split; its sentences if there are none.

    Returns:
        The student, and as JSON values the number of mentions behind each curve, the types without
        a curve, and a report for each split.
    """
    reports = []
    if devel:
        student, report = calibrate(student, devel)
        reports.append({"corpus": compared.corpus, "split": DEVEL, "cross_fitted": True, **report})
    curves = student.postprocessing.calibration.curves
    if curves and not (devel and compared.name == DEVEL):
        texts = measured or [*map(AnnotatedText.of_sentence, compared.sentences)]
        report = report_of(student, texts)
        split = {"corpus": compared.corpus, "split": compared.name, "cross_fitted": False}
        reports.append({**split, **report})
    return student, {
        "mentions": {name: curve.mentions for name, curve in curves.items()},
        "without": [name for name in student.tag_set.entity_types if name not in curves],
        "reports": reports,
    }


def with_calibration(student: SavedStudent, calibration: Calibration) -> SavedStudent:
    """The student with another calibration."""
    rules = replace(student.postprocessing, calibration=calibration)
    return replace(student, postprocessing=rules)


def report_of(student: SavedStudent, texts: Sequence[AnnotatedText]) -> dict[str, Any]:
    """How good the scores of a calibrated student are on a split, as JSON values."""
    found = find_mentions(student_tagger(student), texts)
    above = precisions_above(found, student.postprocessing.calibration)
    return report_scores(found, found.scores, above).to_json()


def precisions_above(found: FoundMentions, calibration: Calibration) -> np.ndarray:
    """Precision that is expected of all mentions with at least the raw score of each, (found,)."""
    return np.array(
        [
            curve.precision_above(raw) if (curve := calibration.curves.get(name)) else 0.0
            for name, raw in zip(found.types.tolist(), found.raw_scores.tolist(), strict=True)
        ]
    )
