"""The scores of a report as tables for other programs."""

import csv
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from bioner_kd.atomic import atomic_file
from bioner_kd.evaluation.summary import Summary
from bioner_kd.lab.study.analysis import Difference, ScoredGroup, ScoredRun, told_settings
from bioner_kd.lab.study.costs import Cost
from bioner_kd.lab.study.results import Results
from bioner_kd.training.run_folder import DEVEL_F1

SCORES, GROUPS, PAIRS = "scores.csv", "groups.csv", "pairs.csv"
_MODES = ("conlleval", "strict")
_SCORES = ("precision", "recall", "f1")
_COUNTS = ("right", "predicted", "annotated")
_DIFFERENCE = ("f1", "low", "high", "p_sentences", "p_holm", "p_paired", "p_welch")


def write_csv_files(folder: Path, results: Results) -> None:
    """Writes a row a run, a group, a pair: percentages at full precision, empty where unknown."""
    settings = told_settings(results.groups)
    modes = [f"{score}_{mode}" for mode in _MODES for score in _SCORES]
    _write(
        folder / SCORES,
        ["group", "folder", "seed", *settings, DEVEL_F1, *modes, *_COUNTS],
        (_run_row(g, run, settings) for g in results.groups for run in g.runs),
    )
    stds = [name for mode in modes for name in (mode, f"{mode}_std")]
    differences = [f"difference_{name}" for name in _DIFFERENCE]
    costs = ["parameters", "bytes", "int8_bytes", "int8_f1", "milliseconds"]
    _write(
        folder / GROUPS,
        [
            *("group", "kind", "runs", *settings, DEVEL_F1, f"{DEVEL_F1}_std", *stds),
            *("f1_low", "f1_high", *differences, *costs),
        ],
        (_group_row(g, settings, results.costs.get(g.name)) for g in results.groups),
    )
    if results.pairs:
        _write(
            folder / PAIRS,
            ["group", "against", *differences],
            ([pair.group, pair.base, *_difference(pair.difference)] for pair in results.pairs),
        )


def _write(path: Path, titles: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    with atomic_file(path) as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(titles)
        writer.writerows(["" if cell is None else _plain(cell) for cell in row] for row in rows)


def _plain(cell: Any) -> Any:
    return f"{cell:.6g}" if isinstance(cell, float) else cell


def _run_row(group: ScoredGroup, run: ScoredRun, settings: Sequence[str]) -> list[Any]:
    own = run.run.settings
    scores = [getattr(getattr(run.scores, mode).micro, s) for mode in _MODES for s in _SCORES]
    start = [group.name, run.run.folder.as_posix(), run.run.seed]
    told = [own.get(name) for name in settings]
    return [*start, *told, run.devel_f1, *scores, *run.counts.sum(axis=0)]


def _group_row(group: ScoredGroup, settings: Sequence[str], cost: Cost | None) -> list[Any]:
    own, predictions = group.group.settings, group.runs[0].predictions
    kind = "teacher" if group.teacher else "student"
    return [
        *(group.name, kind, len(group.runs), *(own.get(name) for name in settings)),
        *((devel.mean, devel.std) if (devel := group.devel_f1) else (None, None)),
        *_means(group.summary),
        *group.interval,
        *_difference(group.difference),
        *(predictions.parameters, predictions.size),
        *((cost.int8_bytes, cost.int8_f1, cost.milliseconds) if cost else (None, None, None)),
    ]


def _means(summary: Summary) -> list[Any]:
    values = []
    for mode in _MODES:
        for name in _SCORES:
            values.append(getattr(getattr(summary.mean, mode).micro, name))
            std = summary.std and getattr(getattr(summary.std, mode).micro, name)
            values.append(std)
    return values


def _difference(found: Difference | None) -> list[Any]:
    if found is None:
        return [None] * len(_DIFFERENCE)
    p_values = (found.p_sentences, found.p_holm, found.p_paired, found.p_welch)
    return [found.f1, *found.interval, *p_values]
