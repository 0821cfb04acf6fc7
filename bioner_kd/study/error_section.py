"""The section of a report on what students get wrong and teachers do not."""

from collections.abc import Sequence

from bioner_kd.evaluation.errors import INVENTED, MISSED, Error, most_frequent
from bioner_kd.study.document import Block, Cell, Heading, Marked, Paragraph, Table
from bioner_kd.study.results import Results, StudentErrors

_NONE = "–"
# Words of an example sentence on each side of its mention.
_CONTEXT = 12


def error_section(results: Results) -> list[Block]:
    """The section; empty where no errors were looked for."""
    if results.errors is None:
        return []
    errors, rows = results.errors, results.config.error_rows
    return [
        Heading(f"What {errors.students} gets wrong and {' and '.join(errors.teachers)} does not"),
        Paragraph(
            f"Of {results.split.name}, where the majority of the runs of each side speaks. A "
            "mention is in training where the training split has a mention of the same text and "
            "type."
        ),
        _error_counts(errors),
        *_error_list("Missed most often", "Students say", errors.missed, rows),
        *_error_list("Made up most often", "Annotated", errors.false, rows),
    ]


def _error_counts(errors: StudentErrors) -> Table:
    rows = []
    for side, found in (("missed mention", errors.missed), ("false mention", errors.false)):
        for kind in dict.fromkeys(error.kind for error in found):
            alike = [error for error in found if error.kind == kind]
            seen = sum(error.in_training for error in alike)
            label = side if kind in (MISSED, INVENTED) else f"{side}, {kind}"
            rows.append([label, str(len(alike)), str(seen), str(len(alike) - seen)])
    rows.append(_sum_row(errors))
    return Table(("Error", "All", "In training", "Not in training"), rows)


def _sum_row(errors: StudentErrors) -> list[str]:
    found = [*errors.missed, *errors.false]
    seen = sum(error.in_training for error in found)
    return ["together", str(len(found)), str(seen), str(len(found) - seen)]


def _error_list(title: str, other: str, errors: Sequence[Error], rows: int) -> list[Block]:
    if not errors:
        return []
    titles = ("Mention", "Type", "Error", "Times", "In training", other, "Example")
    cells: list[list[Cell]] = []
    for row in most_frequent(errors, rows):
        error = row.example
        known = "yes" if error.in_training else "no"
        start = [error.text, error.type, error.kind, str(row.count), known]
        cells.append([*start, error.instead or _NONE, example(error)])
    return [Paragraph(f"{title}:"), Table(titles, cells, frozenset({0, 1, 2, 4, 5, 6}))]


def example(error: Error) -> Marked:
    """The sentence of an error, cut to a dozen words on each side of the mention."""
    words = error.sentence.words
    first, last = max(0, error.start - _CONTEXT), min(len(words), error.end + _CONTEXT)
    before = [*(["…"] if first else []), *words[first : error.start]]
    after = [*words[error.end : last], *(["…"] if last < len(words) else [])]
    return Marked(" ".join(before), " ".join(words[error.start : error.end]), " ".join(after))
