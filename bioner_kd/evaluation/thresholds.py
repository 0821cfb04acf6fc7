"""Precision and recall of the mentions that a threshold keeps, with bootstrap intervals."""

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from bioner_kd.evaluation.calibration import CalibrationError, measure_error
from bioner_kd.evaluation.found_mentions import FoundMentions
from bioner_kd.evaluation.significance import bootstrap, percentile_interval

MIN_PRECISIONS = (0.8, 0.85, 0.9, 0.95, 0.98)
SCORES = (0.0, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95)
_RESAMPLES = 1000


@dataclass(frozen=True)
class Kept:
    """The mentions of one type that a threshold keeps.

    Attributes:
        type: entity type.
        threshold: precision that was asked for, or least score, from 0 to 1.
        mentions: number of mentions that are kept.
        precision: percent; None where none is kept.
        precision_interval: 95 % bootstrap interval over texts, percent.
        recall: percent of the annotated mentions; None where none is annotated.
        recall_interval: as for precision.
    """

    type: str
    threshold: float
    mentions: int
    precision: float | None
    precision_interval: tuple[float, float] | None
    recall: float | None
    recall_interval: tuple[float, float] | None


@dataclass(frozen=True)
class ScoreReport:
    """What the scores of a student are worth on a split.

    Attributes:
        texts: number of sentences or documents.
        error: calibration error over all types.
        found: number of found mentions by type.
        min_precisions: what each precision that a user may ask for keeps.
        scores: what each least score keeps.
    """

    texts: int
    error: CalibrationError
    found: Mapping[str, int]
    min_precisions: Sequence[Kept]
    scores: Sequence[Kept]

    def to_json(self) -> dict[str, Any]:
        """A dictionary of plain values, ready for `json.dump`."""
        return dataclasses.asdict(self)


def report_scores(found: FoundMentions, scores: np.ndarray, above: np.ndarray) -> ScoreReport:
    """Measures scores on a split.

    Args:
        found: mentions of the split.
        scores: float64 (found,), the scores that are measured.
        above: float64 (found,), the precision that is expected of all mentions with at least the
            raw score; 0 where none can be expected.
    """
    names = found.names
    return ScoreReport(
        len(found.annotated),
        measure_error(found.raw_scores, scores, found.right),
        {name: int(found.of_type(name).sum()) for name in names},
        _rates(found, [(p, above >= p) for p in MIN_PRECISIONS]),
        _rates(found, [(least, scores >= least) for least in SCORES]),
    )


def _rates(found: FoundMentions, chosen: Sequence[tuple[float, np.ndarray]]) -> list[Kept]:
    names = found.names
    systems = [(name, threshold) for threshold, _ in chosen for name in names]
    counts = [_counts(found, name, kept) for _, kept in chosen for name in names]
    if not systems or not len(counts[0]):
        return []
    table = np.concatenate(counts, axis=1)
    drawn = bootstrap(lambda times: (times @ table).T, len(table), resamples=_RESAMPLES)
    drawn = drawn.T.reshape(-1, len(systems), 3)
    sums = table.sum(axis=0).reshape(len(systems), 3)
    rates = zip(systems, sums, np.moveaxis(drawn, 1, 0), strict=True)
    return [_kept(*system, row, samples) for system, row, samples in rates]


def _counts(found: FoundMentions, name: str, kept: np.ndarray) -> np.ndarray:
    """Mentions of a type that are right and kept, kept, and annotated, (texts, 3)."""
    number, rows = len(found.annotated), found.of_type(name) & kept
    right, every = (
        np.bincount(found.texts[some], minlength=number) for some in (rows & found.right, rows)
    )
    annotated = np.array([one.get(name, 0) for one in found.annotated], np.int64)
    return np.stack([right, every, annotated], axis=1).astype(np.float64)


def _kept(name: str, threshold: float, sums: np.ndarray, drawn: np.ndarray) -> Kept:
    right, kept, annotated = sums
    precision, recall = _interval(drawn, 1), _interval(drawn, 2)
    return Kept(
        name, threshold, int(kept),
        100 * right / kept if kept else None, precision if kept else None,
        100 * right / annotated if annotated else None, recall if annotated else None,
    )  # fmt: skip


def _interval(drawn: np.ndarray, column: int) -> tuple[float, float] | None:
    some = drawn[drawn[:, column] > 0]
    return percentile_interval(100 * some[:, 0] / some[:, column]) if len(some) else None
