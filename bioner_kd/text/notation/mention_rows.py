"""Tables of mentions: a row for each, with the other fields of its document."""

import csv
import io
import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from bioner_kd.errors import InputError, shown
from bioner_kd.text.document import Annotation, Document
from bioner_kd.text.format import RecordWriter

MENTION_COLUMNS = ("id", "type", "text", "start", "end", "score", "identifiers")
_SCORE_DIGITS = 6
_BETWEEN_IDENTIFIERS = "|"
_FORMULA = tuple("=+-@\t\r")
_NUMBER = re.compile(r"[+-]?[0-9.]+(?:[eE][+-]?[0-9]+)?")


class MentionRows(RecordWriter):
    """Writes a row for each mention."""

    def __init__(self, delimiter: str, *, for_spreadsheets: bool) -> None:
        """Takes the delimiter of cells, and whether the table is for spreadsheets."""
        self._delimiter = delimiter
        self._for_spreadsheets = for_spreadsheets
        self._fields: tuple[str, ...] | None = None

    def start(self, first: Document | None) -> str:
        """The names of the columns, with those of the first document's other fields."""
        self._fields = tuple(_fields(first)) if first is not None else ()
        names = [*MENTION_COLUMNS, *map(_free, self._fields)]
        return ("\ufeff" if self._for_spreadsheets else "") + self._row(names)

    def record(self, document: Document) -> str:
        """A row for each mention, none where there is none."""
        fields = _fields(document)
        names = tuple(fields) if self._fields is None else self._fields
        if unknown := [name for name in fields if name not in names]:
            raise InputError(
                f"{document.place}: it has a field {shown(unknown[0])}, for which this table has "
                "no column, as the first document has no such field; write JSON lines, or give all "
                "documents the same fields."
            )
        try:
            others = [_cell(fields.get(name)) for name in names]
        except RecursionError as error:
            raise InputError(
                f"{document.place}: lists and dictionaries in a field of this document are nested "
                "too deeply for a cell; leave that field out."
            ) from error
        return "".join(
            self._row([document.name, *_cells(annotation), *others])
            for annotation in document.annotations
        )

    def _row(self, cells: Sequence[str]) -> str:
        if self._for_spreadsheets:
            cells = [_harmless(cell) for cell in cells]
        row = io.StringIO()
        csv.writer(row, delimiter=self._delimiter, lineterminator="\n").writerow(cells)
        return row.getvalue()


def _fields(document: Document) -> Mapping[str, Any]:
    fields: Mapping[str, Any] = document.extra.get("fields", {})
    return fields


def _free(name: str) -> str:
    while name in MENTION_COLUMNS:
        name += "_"
    return name


def _cells(annotation: Annotation) -> list[str]:
    placed = bool(annotation.spans)
    score = annotation.score
    return [
        annotation.type,
        annotation.text,
        str(annotation.start) if placed else "",
        str(annotation.end) if placed else "",
        "" if score is None else str(round(score, _SCORE_DIGITS)),
        _BETWEEN_IDENTIFIERS.join(annotation.identifiers),
    ]


def _cell(value: Any) -> str:
    if value is None or isinstance(value, str):
        return value or ""
    return json.dumps(value, ensure_ascii=False, default=str)


def _harmless(cell: str) -> str:
    # A spreadsheet would compute what begins so; an apostrophe says that it is text.
    is_formula = cell.startswith(_FORMULA) and not _NUMBER.fullmatch(cell)
    return f"'{cell}" if is_formula else cell
