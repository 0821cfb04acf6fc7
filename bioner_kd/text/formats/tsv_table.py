"""TSV with a header line: a row is a document when it is read, and a mention when it is written.

Columns are those of CSV, which `csv_table` describes, with a TAB between cells. A cell may be in
quotation marks, and may then have TABs and line breaks. Where a line has as many cells as the first
one and its quotation marks are none of this kind, they are part of the text.

The file that is written is for programs: it has no byte order mark, and no cell is changed. A
spreadsheet may compute cells that begin with =, +, - or @; write CSV for spreadsheets.
"""

from collections.abc import Iterator

from bioner_kd.text.document import Document
from bioner_kd.text.format import Faults, Format, ReadOptions
from bioner_kd.text.notation.mention_rows import MentionRows
from bioner_kd.text.notation.table import TAB, is_table, read_table
from bioner_kd.text.source import Source


def _recognises(start: str) -> bool:
    return is_table(start, TAB)


def _read(source: Source, options: ReadOptions, faults: Faults) -> Iterator[Document]:
    return read_table(source, options, faults, delimiter=TAB)


def _writer() -> MentionRows:
    return MentionRows(TAB, for_spreadsheets=False)


FORMAT = Format(
    "tsv",
    "TSV with a header line (read: a document in each row; written: a mention in each row)",
    suffixes=(".tsv", ".tab"),
    recognises=_recognises,
    general=True,
    read=_read,
    record_writer=_writer,
)
