"""The section of a report on errors that students make and teachers do not."""

from collections.abc import Sequence

from bioner_kd.evaluation.errors import (
    BORDER,
    INVENTED,
    MISSED,
    TYPE,
    Error,
    FrequentError,
    most_frequent,
)
from bioner_kd.lab.study.collection import StudentErrors, StudyResults
from bioner_kd.lab.study.page import Block, Cell, Heading, Marked, Paragraph, Table

_NONE = "–"
# Number of words of an example sentence on each side of its mention.
_CONTEXT = 12


def error_section(results: StudyResults) -> list[Block]:
    """The blocks of the section; none where the results have no errors of students."""
    if results.errors is None:
        return []
    errors, rows = results.errors, results.config.error_rows
    several = len(errors.teachers) > 1
    others = "most teachers do" if several else f"{errors.teachers[0]} does"
    told = f"Teachers: {'; '.join(errors.teachers)}. " if several else ""
    return [
        Heading(f"Errors of {errors.students} that {others} not make"),
        Paragraph(
            f"{told}Counted on the {results.split.name} split; of several runs of students or of "
            "teachers the majority speaks. A mention is in training where the training split has a "
            "mention of the same text and type, in upper or lower case."
        ),
        _error_counts(errors),
        Paragraph(
            "Recall in percent, mean over runs, of mentions by whether they are in training:"
        ),
        _recalls(errors),
        *_error_list("Missed most often", "Students say", errors.missed, rows),
        *_error_list("Made up most often", "Annotated", errors.false, rows),
    ]


def _error_counts(errors: StudentErrors) -> Table:
    rows = []
    for side, found in (("missed mention", errors.missed), ("false mention", errors.false)):
        for kind in (MISSED, INVENTED, BORDER, TYPE):
            alike = [error for error in found if error.kind == kind]
            if not alike:
                continue
            seen = sum(error.in_training for error in alike)
            label = side if kind in (MISSED, INVENTED) else f"{side}, {kind}"
            rows.append([label, str(len(alike)), str(seen), str(len(alike) - seen)])
    rows.append(_sum_row(errors))
    return Table(("Error", "All", "In training", "Not in training"), rows)


def _recalls(errors: StudentErrors) -> Table:
    rows = [
        [name, *(_NONE if share is None else f"{share:.2f}" for share in recall)]
        for name, recall in errors.recalls.items()
    ]
    return Table(("Group", "In training", "Not in training"), rows)


def _sum_row(errors: StudentErrors) -> list[str]:
    found = [*errors.missed, *errors.false]
    seen = sum(error.in_training for error in found)
    return ["together", str(len(found)), str(seen), str(len(found) - seen)]


def _error_list(title: str, other: str, errors: Sequence[Error], rows: int) -> list[Block]:
    frequent = most_frequent(errors, rows)
    if not frequent:
        return []
    titles = ("Mention", "Type", "Error", "Times", "In training", other, "Example")
    cells = [_error_cells(row) for row in frequent]
    return [Paragraph(f"{title}:"), Table(titles, cells, frozenset({0, 1, 2, 4, 5, 6}))]


def _error_cells(row: FrequentError) -> list[Cell]:
    error = row.example
    known = "yes" if error.in_training else "no"
    start = [error.text, error.type, error.kind, str(row.count), known]
    return [*start, error.instead or _NONE, example(error)]


def example(error: Error) -> Marked:
    """The sentence of an error, cut to a dozen words on each side of the mention."""
    words = error.sentence.words
    first, last = max(0, error.start - _CONTEXT), min(len(words), error.end + _CONTEXT)
    before = [*(["…"] if first else []), *words[first : error.start]]
    after = [*words[error.end : last], *(["…"] if last < len(words) else [])]
    return Marked(" ".join(before), " ".join(words[error.start : error.end]), " ".join(after))
