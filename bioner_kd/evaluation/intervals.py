"""Intervals of F1, over all types together and for each type."""

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from bioner_kd.evaluation.significance import bootstrap_f1, percentile_interval, type_counts

Interval = tuple[float, float]
Tagged = Sequence[Sequence[str]]


@dataclass(frozen=True)
class Intervals:
    """95 % bootstrap intervals of F1 in conlleval mode, percent; of several seeds, of their mean.

    Attributes:
        micro: over the mentions of all types together.
        per_type: by entity type, in alphabetical order.
    """

    micro: Interval
    per_type: dict[str, Interval]

    def to_json(self) -> dict[str, Any]:
        """A dictionary of plain values, ready for `json.dump`."""
        return dataclasses.asdict(self)


def f1_intervals(runs: Sequence[tuple[Tagged, Tagged]], *, resamples: int = 2000) -> Intervals:
    """Intervals of the mean F1 of runs.

    Args:
        runs: annotated and predicted tags of each seed, one sequence for each unit that the
            bootstrap draws, such as a sentence; all seeds have the same units.
        resamples: number of draws.
    """
    counts = [type_counts(*run) for run in runs]
    types = sorted({name for one in counts for name in one})
    nothing = np.zeros((len(runs[0][0]), 3), np.int64)
    systems = [np.stack([one.get(name, nothing) for one in counts]) for name in types]
    every = np.stack([_total(one, nothing) for one in counts])
    samples = bootstrap_f1([every, *systems], resamples=resamples)
    micro, *others = [percentile_interval(row) for row in samples]
    return Intervals(micro, dict(zip(types, others, strict=True)))


def _total(counts: Mapping[str, np.ndarray], nothing: np.ndarray) -> np.ndarray:
    return sum(counts.values(), start=nothing)
