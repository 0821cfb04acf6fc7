"""The runs of a study side by side: mean and standard deviation over seeds."""

import statistics
from collections.abc import Sequence

from bioner_kd.evaluation.table import Spread, ruled_text
from bioner_kd.lab.study.grid import SEED
from bioner_kd.lab.study.runs_csv import RunRow


def group_by_seed(rows: Sequence[RunRow]) -> dict[str, list[RunRow]]:
    """Runs that differ in their seed alone, by what they share: "scratch, alpha=0.3"."""
    groups: dict[str, list[RunRow]] = {}
    for row in rows:
        settings = [f"{name}={value}" for name, value in row.values if name != SEED]
        groups.setdefault(", ".join(filter(None, [row.arm, *settings])) or "all", []).append(row)
    return groups


def seeds_table(rows: Sequence[RunRow]) -> str:
    """A line for each group with its mean ± sample standard deviation of devel F1, percent."""
    lines = [["Settings", "Scored", "Devel F1"]]
    for name, group in group_by_seed(rows).items():
        scores = [row.devel_f1 for row in group if row.devel_f1 is not None]
        lines.append([name, f"{len(scores)} of {len(group)}", _spread(scores)])
    return ruled_text(lines)


def _spread(scores: Sequence[float]) -> str:
    if not scores:
        return "–"
    std = statistics.stdev(scores) if len(scores) > 1 else None
    return str(Spread(statistics.fmean(scores), std))
