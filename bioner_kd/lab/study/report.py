"""Results become a folder: a page, its pictures, and tables for other programs.

index.html   the page, which needs no other file
report.md    the same as Markdown, with the pictures as files
scores.csv   a row for each run
groups.csv   a row for each group
pairs.csv    a row for each pair of groups that were compared
f1.svg, …    the pictures, each as .svg and .png
flags/       flagfiles that repeat the runs
run.cfg      the flags of the report itself
"""

import csv
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from bioner_kd.atomic import atomic_file
from bioner_kd.evaluation.summary import Summary
from bioner_kd.lab.study.analysis import Difference, ScoredGroup, ScoredRun, told_settings
from bioner_kd.lab.study.collection import StudyResults
from bioner_kd.lab.study.costs import Cost
from bioner_kd.lab.study.page import Picture, to_html, to_markdown
from bioner_kd.lab.study.plots import (
    FEW,
    Curve,
    curves,
    find_curves,
    overview,
    overview_height,
    pareto,
    save_picture,
)
from bioner_kd.lab.study.sections import make_page
from bioner_kd.training.run_folder import DEVEL_F1

PAGE, MARKDOWN = "index.html", "report.md"
SCORES, GROUPS, PAIRS = "scores.csv", "groups.csv", "pairs.csv"
_MODES = ("conlleval", "strict")
_SCORES = ("precision", "recall", "f1")
_COUNTS = ("right", "predicted", "annotated")
_DIFFERENCE = ("f1", "low", "high", "p_sentences", "p_holm", "p_paired", "p_welch")
# Settings over which F1 is drawn where groups differ in them: title, and whether on a log scale.
_CURVES = {
    "alpha": ("α, weight of the annotated tags", False),
    "temperature": ("temperature T", False),
    "transfer_size": ("number of sentences in the transfer set", True),
}


def write_report(folder: Path, results: StudyResults, commands: Mapping[str, str]) -> None:
    """Writes everything but the flagfiles into an existing folder.

    Args:
        folder: unfinished folder of the report.
        results: results of the study.
        commands: commands that made the runs and the report, by what they make.
    """
    pictures = draw_pictures(folder, results)
    svg = {picture.stem: (folder / f"{picture.stem}.svg").read_bytes() for picture in pictures}
    page = make_page(results, pictures, commands)
    with atomic_file(folder / PAGE) as file:
        file.write(to_html(page, svg))
    with atomic_file(folder / MARKDOWN) as file:
        file.write(to_markdown(page))
    write_csv_files(folder, results)


def draw_pictures(folder: Path, results: StudyResults) -> list[Picture]:
    """Draws the overview, curves, and F1 over cost where the cost was measured."""
    groups, baseline = results.groups, results.config.baseline
    save_picture(folder / "f1", overview(groups, baseline), height=overview_height(groups))
    dashed = f" The dashed line is {baseline}." if baseline else ""
    text = (
        "F1 of each group: the mean (dot), its runs (ticks) and the 95 % bootstrap interval over "
        f"sentences (bar).{dashed}"
    )
    pictures = [Picture("f1", text)]
    for setting, (title, logarithmic) in _CURVES.items():
        found = find_curves(groups, setting)
        if found:
            stem = f"f1_over_{setting}"
            dots = "; small dots are runs" if len(found) <= FEW else ""
            lines = _level_lines(groups, found, baseline)
            save_picture(folder / stem, curves(found, lines, title, logarithmic=logarithmic))
            text = f"F1 over {title}: mean and standard deviation over runs{dots}."
            pictures.append(Picture(stem, text))
    return pictures + _cost_pictures(folder, results)


def _level_lines(
    groups: Sequence[ScoredGroup], found: Sequence[Curve], baseline: str
) -> list[ScoredGroup]:
    drawn = {group.name for curve in found for _, group in curve.points}
    return [g for g in groups if g.teacher or (g.name == baseline and g.name not in drawn)]


def _cost_pictures(folder: Path, results: StudyResults) -> list[Picture]:
    if not results.costs:
        return []
    bytes_of: list[tuple[float, ScoredGroup]] = []
    for group in results.groups:
        int8 = results.costs[group.name].int8_bytes
        bytes_of.append((int8 or group.runs[0].predictions.size, group))
    times = [(results.costs[group.name].milliseconds, group) for group in results.groups]
    front = "Groups that no cheaper one equals are joined and named; grey dots are the others."
    save_picture(
        folder / "f1_over_bytes",
        pareto(bytes_of, "size: students as int8 .tflite, teachers as they are on disk", size=True),
    )
    save_picture(
        folder / "f1_over_time",
        pareto(times, "ms a sentence, one at a time: students as int8 .tflite, teachers in Keras",
               size=False),
    )  # fmt: skip
    return [
        Picture("f1_over_bytes", f"F1 over size. {front}"),
        Picture("f1_over_time", f"F1 over time. {front}"),
    ]


def write_csv_files(folder: Path, results: StudyResults) -> None:
    """Writes the tables of runs, groups and pairs; a cell is empty where its value is unknown."""
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
