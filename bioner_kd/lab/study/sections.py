"""The page of a report, made of the results of a study."""

from collections.abc import Callable, Mapping, Sequence

from bioner_kd.evaluation.summary import MeanStd
from bioner_kd.evaluation.table import human_bytes
from bioner_kd.lab.study.analysis import (
    Difference,
    Interval,
    ScoredGroup,
    best_student,
    told_settings,
)
from bioner_kd.lab.study.collection import StudyResults
from bioner_kd.lab.study.error_section import error_section
from bioner_kd.lab.study.page import Block, Code, Heading, Listing, Page, Paragraph, Picture, Table

_NONE = "–"
_DIFFERENCE = (
    "Δ F1", "95 % interval of Δ", "p (sentences)", "p (Holm)", "p (same seeds)", "p (Welch)",
)  # fmt: skip
# Columns of the name and of F1, which are bold for the best students.
_BOLD = (0, 4)


def make_page(
    results: StudyResults, pictures: Sequence[Picture], commands: Mapping[str, str]
) -> Page:
    """Makes the page of a report.

    Args:
        results: results of the study.
        pictures: pictures in order; the first is the overview.
        commands: commands that made the runs and the report, by what they make.
    """
    blocks: list[Block] = [*_introduction(results), *pictures[:1], _scores(results)]
    blocks += _types(results)
    blocks += _comparisons(results)
    if pictures[1:]:
        blocks += [Heading("What F1 depends on, and what it costs"), *pictures[1:]]
    blocks += _costs(results)
    blocks += error_section(results)
    blocks += _settings(results)
    blocks += _commands(commands)
    return Page(results.config.title, blocks)


def _introduction(results: StudyResults) -> list[Block]:
    split, groups = results.split, results.groups
    mentions = groups[0].summary.mean.conlleval.micro.support
    trainings = (part for group in groups for run in group.runs for part in run.run.trainings)
    runs = len({run.folder for run in trainings})
    devel = " F1 (devel) is that of the epoch that was kept." if _tells_devel(results) else ""
    blocks: list[Block] = [
        Paragraph(
            f"{runs} runs in {len(groups)} groups, scored on the {split.name} split of "
            f"{split.corpus}: {len(split.sentences):,} sentences with {mentions:,} mentions. "
            "Precision, recall and F1 are of whole mentions (exact borders and type), in percent, "
            "micro-averaged, as conlleval counts; mean ± standard deviation over seeds. Bold: the "
            f"students of the best mean F1.{devel}"
        )
    ]
    return [*blocks, Listing(results.notes)] if results.notes else blocks


def _scores(results: StudyResults) -> Table:
    best = best_student(results.groups)
    titles = ["Group", "Runs", "Precision", "Recall", "F1", "95 % interval", "F1 (strict)"]
    rows = [_score_row(group) for group in results.groups]
    if _tells_devel(results):
        titles.append("F1 (devel)")
        for row, group in zip(rows, results.groups, strict=True):
            row.append(str(group.devel_f1 or _NONE))
    return Table(
        titles,
        rows,
        strong=frozenset(
            (row, column)
            for row, group in enumerate(results.groups)
            if group is best
            for column in _BOLD
        ),
    )


def _tells_devel(results: StudyResults) -> bool:
    chosen_on_devel = any(group.devel_f1 for group in results.groups)
    return chosen_on_devel and results.split.name != "devel"


def _score_row(group: ScoredGroup) -> list[str]:
    mean, std = group.summary.mean, group.summary.std
    spread = {
        name: str(
            MeanStd(
                getattr(mean.conlleval.micro, name),
                getattr(std.conlleval.micro, name) if std else None,
            )
        )
        for name in ("precision", "recall", "f1")
    }
    strict = MeanStd(mean.strict.micro.f1, std.strict.micro.f1 if std else None)
    interval = _interval(group.interval)
    return [group.name, str(len(group.runs)), *spread.values(), interval, str(strict)]


def _types(results: StudyResults) -> list[Block]:
    types = results.split.tag_set.entity_types
    if len(types) < 2:
        return []
    rows = [[group.name, *(_type_f1(group, name) for name in types)] for group in results.groups]
    return [Paragraph("F1 of each entity type:"), Table(("Group", *types), rows)]


def _type_f1(group: ScoredGroup, entity_type: str) -> str:
    mean, std = group.summary.mean, group.summary.std
    if entity_type not in mean.conlleval.per_type:
        return _NONE
    return str(
        MeanStd(
            mean.conlleval.per_type[entity_type].f1,
            std.conlleval.per_type[entity_type].f1 if std else None,
        )
    )


def _comparisons(results: StudyResults) -> list[Block]:
    blocks: list[Block] = []
    if results.config.baseline:
        compared = [group for group in results.groups if group.difference]
        rows = [[group.name, *_difference_cells(group.difference)] for group in compared]
        blocks.append(Heading(f"Against the baseline: {results.config.baseline}"))
        blocks.append(Table(("Group", *_DIFFERENCE), rows))
    if results.pairs:
        rows = [[p.group, p.base, *_difference_cells(p.difference)] for p in results.pairs]
        blocks.append(Heading("Pair by pair"))
        blocks.append(Table(("Group", "against", *_DIFFERENCE), rows))
    return [*blocks, *_tests(results)] if blocks else []


def _tests(results: StudyResults) -> list[Block]:
    return [
        Listing(
            [
                "95 % interval: percentile bootstrap over sentences (Efron and Tibshirani 1993), "
                f"{results.config.resamples:,} resamples, the mean F1 over runs in each.",
                "p (sentences): two-sided paired approximate randomisation over sentences (Noreen "
                f"1989, Yeh 2000), {results.config.rounds:,} rounds, each sentence's counts being "
                "the mean over runs: would other sentences have shown the difference?",
                "p (Holm): the same, adjusted for the number of groups of students or of pairs "
                "(Holm 1979).",
                "p (same seeds): exact sign flips of the differences of runs with the same seed, "
                "which with n seeds gives no p below 2 / 2^n: would other seeds have shown it?",
                "p (Welch): Welch's t-test across seeds, which takes F1 to be normally distributed "
                "over seeds.",
            ]
        ),
    ]


def _difference_cells(difference: Difference | None) -> list[str]:
    if difference is None:
        return [_NONE] * 6
    low, high = difference.interval
    p_values = (
        difference.p_sentences, difference.p_holm, difference.p_paired, difference.p_welch,
    )  # fmt: skip
    return [f"{difference.f1:+.2f}", f"{low:+.2f} to {high:+.2f}", *map(p_value, p_values)]


def p_value(p: float | None) -> str:
    """A p-value with enough digits to show on which side of 0.05 it lies; "–" for None."""
    if p is None:
        return _NONE
    if p < 0.0001:
        return "< 0.0001"
    near = f"{p:.3f}" == "0.050"
    digits = 4 if p < 0.01 or near else 3 if p < 0.1 else 2
    return f"{p:.{digits}f}"


def _costs(results: StudyResults) -> list[Block]:
    titles = ("Group", "Parameters", "On disk", "As int8", "F1 lost as int8", "ms a sentence")
    columns = titles if results.costs else titles[:3]
    rows = [_cost_row(group, results)[: len(columns)] for group in results.groups]
    blocks: list[Block] = [Heading("Size and speed"), Table(columns, rows)]
    if results.costs:
        text = (
            "Measured on one run of each group. Students: the int8 .tflite file with all its "
            "signatures, one sentence at a time on one thread, from words to tags; teachers: the "
            "Keras model with the report's threads. Median over sentences."
        )
        blocks.append(Paragraph(text))
    return blocks


def _cost_row(group: ScoredGroup, results: StudyResults) -> list[str]:
    predictions, cost = group.runs[0].predictions, results.costs.get(group.name)
    row = [group.name, f"{predictions.parameters:,}", human_bytes(predictions.size)]
    if cost is None:
        return [*row, _NONE, _NONE, _NONE]
    lost = None if cost.int8_f1 is None else group.run_f1[0] - cost.int8_f1
    return [
        *row,
        _or_none(cost.int8_bytes, human_bytes),
        _or_none(lost, "{:.2f}".format),
        f"{cost.milliseconds:.2f}",
    ]


def _or_none(value: float | None, show: Callable[..., str]) -> str:
    return _NONE if value is None else show(value)


def _settings(results: StudyResults) -> list[Block]:
    groups = [group.group for group in results.groups]
    names = told_settings(results.groups)
    if not names:
        return []
    rows = [[g.name, *(g.settings.get(name, "") or _NONE for name in names)] for g in groups]
    text = frozenset(range(len(names) + 1))
    return [
        Heading("Settings in which the groups differ"),
        Table(("Group", *(f"--{name}" for name in names)), rows, text),
    ]


def _commands(commands: Mapping[str, str]) -> list[Block]:
    blocks: list[Block] = [Heading("How to make this again")]
    for what, command in commands.items():
        blocks += [Paragraph(f"{what}:"), Code(command)]
    return blocks if commands else []


def _interval(interval: Interval) -> str:
    return f"{interval[0]:.2f} to {interval[1]:.2f}"
