"""Results become a folder: a page, its pictures, and tables for other programs.

index.html   the page, which needs no other file
report.md    the same as Markdown, with the pictures as files
scores.csv   a row a run
groups.csv   a row a group
f1.svg, …    the pictures, each as .svg and .png
flags/       flagfiles that repeat the runs
run.cfg      the flags of the report itself
"""

from collections.abc import Mapping, Sequence
from pathlib import Path

from bioner_kd.atomic import atomic_file
from bioner_kd.lab.study.analysis import ScoredGroup
from bioner_kd.lab.study.csv_files import write_csv_files
from bioner_kd.lab.study.curves import Curve, find_curves
from bioner_kd.lab.study.document import Picture
from bioner_kd.lab.study.html_page import html_page
from bioner_kd.lab.study.markdown import markdown
from bioner_kd.lab.study.plots import FEW, curves, overview, overview_height, pareto, save_picture
from bioner_kd.lab.study.results import Results
from bioner_kd.lab.study.sections import make_document

PAGE, MARKDOWN = "index.html", "report.md"
# Settings that F1 is drawn over where groups differ in them: title, and whether they double.
_CURVES = {
    "alpha": ("α, weight of the annotated tags", False),
    "temperature": ("temperature T", False),
    "transfer_size": ("number of sentences in the transfer set", True),
}


def write_report(folder: Path, results: Results, commands: Mapping[str, str]) -> None:
    """Writes everything but the flagfiles into an existing folder.

    Args:
        folder: of the report, unfinished.
        results: what there is to tell.
        commands: what made the runs and the report, by what it made.
    """
    pictures = draw_pictures(folder, results)
    svg = {picture.stem: (folder / f"{picture.stem}.svg").read_bytes() for picture in pictures}
    document = make_document(results, pictures, commands)
    with atomic_file(folder / PAGE) as file:
        file.write(html_page(document, svg))
    with atomic_file(folder / MARKDOWN) as file:
        file.write(markdown(document))
    write_csv_files(folder, results)


def draw_pictures(folder: Path, results: Results) -> list[Picture]:
    """Draws what the groups allow: the overview, curves, and F1 over cost where it was measured."""
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


def _cost_pictures(folder: Path, results: Results) -> list[Picture]:
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
