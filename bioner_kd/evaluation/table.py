"""Tables for the terminal and in Markdown, such as that of models with a row for each."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Any

from bioner_kd.evaluation.scores import EntityScore
from bioner_kd.evaluation.summary import MeanStd, Summary


@dataclass(frozen=True, slots=True)
class Row:
    """One model in a table; a value that is None is shown as "–".

    Attributes:
        model: name of the model.
        precision: percent, micro, conlleval mode.
        recall: percent, micro, conlleval mode.
        f1: percent, micro, conlleval mode.
        f1_strict: percent, micro, strict IOB2 mode.
        parameters: number of weights.
        size: number of bytes on disk.
        sentences_per_second: speed of tagging.
    """

    model: str
    precision: MeanStd | None = None
    recall: MeanStd | None = None
    f1: MeanStd | None = None
    f1_strict: MeanStd | None = None
    parameters: int | None = None
    size: int | None = None
    sentences_per_second: float | None = None

    @classmethod
    def from_summary(
        cls,
        model: str,
        summary: Summary,
        *,
        parameters: int | None = None,
        size: int | None = None,
        sentences_per_second: float | None = None,
    ) -> "Row":
        """A row with the micro scores of a summary."""
        mean, std = summary.mean, summary.std
        conlleval = mean.conlleval.micro
        conlleval_std = std.conlleval.micro if std else None
        return cls(
            model,
            precision=MeanStd(
                conlleval.precision, conlleval_std.precision if conlleval_std else None
            ),
            recall=MeanStd(conlleval.recall, conlleval_std.recall if conlleval_std else None),
            f1=MeanStd(conlleval.f1, conlleval_std.f1 if conlleval_std else None),
            f1_strict=MeanStd(mean.strict.micro.f1, std.strict.micro.f1 if std else None),
            parameters=parameters,
            size=size,
            sentences_per_second=sentences_per_second,
        )


@dataclass(frozen=True, slots=True)
class TypeRow:
    """One entity type of one model, in conlleval mode.

    Attributes:
        model: name of the model.
        type: entity type, or "all".
        precision: percent.
        recall: percent.
        f1: percent.
        interval: 95 % interval of F1, percent.
        support: number of annotated mentions.
    """

    model: str
    type: str
    precision: MeanStd
    recall: MeanStd
    f1: MeanStd
    interval: tuple[float, float]
    support: int

    @classmethod
    def from_scores(
        cls,
        model: str,
        type: str,
        mean: EntityScore,
        std: EntityScore | None,
        interval: tuple[float, float],
    ) -> "TypeRow":
        """A row with the scores of one type."""
        return cls(
            model,
            type,
            MeanStd(mean.precision, std.precision if std else None),
            MeanStd(mean.recall, std.recall if std else None),
            MeanStd(mean.f1, std.f1 if std else None),
            interval,
            mean.support,
        )


def aligned_markdown(
    lines: Sequence[Sequence[str]], text_columns: Collection[int] = frozenset({0})
) -> str:
    """A Markdown table for GitHub, which ends with a newline.

    Args:
        lines: cells of each line, first the titles; they may hold markup, and bars are escaped.
        text_columns: numbers of the columns of text, which stand to the left; the others stand to
            the right.
    """
    cells = [[cell.replace("|", "\\|") for cell in line] for line in lines]
    widths = [max(width, 2) for width in _widths(cells)]  # a rule is "-:" at least
    rule = [
        ":" + "-" * (width - 1) if column in text_columns else "-" * (width - 1) + ":"
        for column, width in enumerate(widths)
    ]
    aligned = [_aligned(line, widths, text_columns) for line in cells]
    return "".join(f"| {' | '.join(line)} |\n" for line in [aligned[0], rule, *aligned[1:]])


def text_table(rows: Sequence[Row]) -> str:
    """A table of models for the terminal, which ends with a newline."""
    return ruled_text(_lines(_COLUMNS, rows))


def type_table(rows: Sequence[TypeRow]) -> str:
    """A table of models and types for the terminal, which ends with a newline."""
    return ruled_text(_lines(_TYPE_COLUMNS, rows), frozenset({0, 1}))


def ruled_text(
    lines: Sequence[Sequence[str]], text_columns: Collection[int] = frozenset({0})
) -> str:
    """As `aligned_text`, with a rule below the first line, which holds the titles."""
    titles, *others = lines
    rule = ["-" * width for width in _widths(lines)]
    return aligned_text([titles, rule, *others], text_columns)


def aligned_text(
    lines: Sequence[Sequence[str]], text_columns: Collection[int] = frozenset({0})
) -> str:
    """Lines of cells in columns: those of text stand to the left, the others to the right."""
    widths = _widths(lines)
    return "".join("  ".join(_aligned(line, widths, text_columns)) + "\n" for line in lines)


def human_bytes(size: int) -> str:
    """A size in decimal units (1 MB = 1,000,000 bytes), such as "433 MB", "9.8 MB" or "512 B"."""
    if size < 1000:
        return f"{size} B"
    value, units = size / 1000, ["TB", "GB", "MB", "kB"]
    unit = units.pop()
    # A value that would round to 1000 gets the next unit.
    while value >= 999.5 and units:
        value, unit = value / 1000, units.pop()
    return f"{value:.1f} {unit}" if value < 99.95 else f"{value:.0f} {unit}"


def _speed(sentences_per_second: float) -> str:
    digits = 0 if sentences_per_second >= 9.95 else 1
    return f"{sentences_per_second:,.{digits}f}"


def _interval(interval: tuple[float, float]) -> str:
    return f"{interval[0]:.2f} to {interval[1]:.2f}"


_Columns = tuple[tuple[str, str, Callable[[Any], str]], ...]
_COLUMNS: _Columns = (
    ("Model", "model", str),
    ("Precision", "precision", str),
    ("Recall", "recall", str),
    ("F1 (conlleval)", "f1", str),
    ("F1 (strict)", "f1_strict", str),
    ("Parameters", "parameters", "{:,}".format),
    ("Size", "size", human_bytes),
    ("Sentences/s", "sentences_per_second", _speed),
)


_TYPE_COLUMNS: _Columns = (
    ("Model", "model", str),
    ("Type", "type", str),
    ("Precision", "precision", str),
    ("Recall", "recall", str),
    ("F1 (conlleval)", "f1", str),
    ("95 % interval", "interval", _interval),
    ("Mentions", "support", "{:,}".format),
)


def _lines(columns: _Columns, rows: Sequence[object]) -> list[list[str]]:
    return [[title for title, _, _ in columns], *(_cells(columns, row) for row in rows)]


def _cells(columns: _Columns, row: object) -> list[str]:
    values = [(getattr(row, field), show) for _, field, show in columns]
    return ["–" if value is None else show(value) for value, show in values]


def _widths(lines: Sequence[Sequence[str]]) -> list[int]:
    return [max(map(len, column)) for column in zip(*lines, strict=True)]


def _aligned(
    line: Sequence[str], widths: Sequence[int], text_columns: Collection[int] = frozenset({0})
) -> list[str]:
    return [
        cell.ljust(width) if column in text_columns else cell.rjust(width)
        for column, (cell, width) in enumerate(zip(line, widths, strict=True))
    ]
