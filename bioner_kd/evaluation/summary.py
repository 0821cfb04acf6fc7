"""Mean and standard deviation of the scores of several runs."""

import dataclasses
import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from bioner_kd.errors import InputError
from bioner_kd.evaluation.scores import EntityScore, ModeScores, Scores

_NOTHING_FOUND = EntityScore(0.0, 0.0, 0.0, 0)


@dataclass(frozen=True, slots=True)
class MeanStd:
    """A percentage and, over several runs, its standard deviation in percentage points."""

    mean: float
    std: float | None = None

    def __str__(self) -> str:
        """Two decimals, as the field's tables have them."""
        return f"{self.mean:.2f}" + ("" if self.std is None else f" ± {self.std:.2f}")


@dataclass(frozen=True, slots=True)
class Summary:
    """Scores of one model over several runs, which differ in their seed.

    Attributes:
        n: number of runs.
        mean: arithmetic mean of each score, percent.
        std: sample standard deviation (n - 1 in the denominator) of each score, percentage points,
            beside the support and sizes of `mean`; None for a single run, which has none.
    """

    n: int
    mean: Scores
    std: Scores | None

    def to_json(self) -> dict[str, Any]:
        """A dictionary of plain values, ready for `json.dump`."""
        return dataclasses.asdict(self)


def summarise(runs: Sequence[Scores]) -> Summary:
    """Mean and sample standard deviation of the scores of several runs on the same split.

    Args:
        runs: scores of each run, at least one run.

    Raises:
        ValueError: there is no run.
        InputError: runs that were scored on different splits.
    """
    if not runs:
        raise ValueError("There is no run to summarise.")
    splits = {(run.sentences, run.words, run.conlleval.micro.support) for run in runs}
    if len(splits) > 1:
        raise InputError(
            "These runs were scored on different splits: (sentences, words, mentions) are "
            f"{sorted(splits)}. Score all of them on the same one."
        )
    std = _over_runs(statistics.stdev, runs) if len(runs) > 1 else None
    return Summary(len(runs), _over_runs(statistics.fmean, runs), std)


def _over_runs(statistic: Callable[[list[float]], float], runs: Sequence[Scores]) -> Scores:
    return Scores(
        conlleval=_over_modes(statistic, [run.conlleval for run in runs]),
        strict=_over_modes(statistic, [run.strict for run in runs]),
        sentences=runs[0].sentences,
        words=runs[0].words,
    )


def _over_modes(
    statistic: Callable[[list[float]], float], runs: Sequence[ModeScores]
) -> ModeScores:
    # A type that is missing in a run is not annotated and was not predicted by that run.
    types = sorted({name for run in runs for name in run.per_type})
    return ModeScores(
        micro=_over_scores(statistic, [run.micro for run in runs]),
        per_type={
            name: _over_scores(statistic, [run.per_type.get(name, _NOTHING_FOUND) for run in runs])
            for name in types
        },
    )


def _over_scores(
    statistic: Callable[[list[float]], float], runs: Sequence[EntityScore]
) -> EntityScore:
    return EntityScore(
        precision=statistic([run.precision for run in runs]),
        recall=statistic([run.recall for run in runs]),
        f1=statistic([run.f1 for run in runs]),
        support=runs[0].support,
    )
