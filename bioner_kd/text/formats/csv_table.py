"""CSV with a header line: a row is a document when it is read, and a mention when it is written.

Reading: the id is in the column that --id_column names, or in "id", "pmid", "doc_id" or another one
with a usual name; the text in the column that --text_column names, or in "text", "title" and
"abstract" together, "sentence", "content" or "body". Of several columns each is a passage, with a
space between two. All other columns are kept. Commas, or semicolons, stand between cells. A cell in
quotation marks may have line breaks, and at most 16 million characters.

Writing: id, type, text, start, end, score and identifiers (with "|" between them) of each mention,
and the other columns or fields of its document; all documents need the fields of the first. A
document without a mention has no row, one without an id is called by its line. Start and end count
characters of the document's text; of a discontinuous mention they are those of its first and its
last part. The file is for spreadsheets: it begins with a byte order mark, by which they see that it
is UTF-8, and a cell that they would compute (one that begins with =, +, -, @ and is no number) has
an apostrophe before it. For programs, write TSV, where nothing is changed.
"""

from collections.abc import Iterator

from bioner_kd.text.document import Document
from bioner_kd.text.format import Faults, Format, ReadOptions
from bioner_kd.text.notation.mention_rows import MentionRows
from bioner_kd.text.notation.table import (
    COMMA,
    SEMICOLON,
    delimiter_of,
    is_table,
    read_table,
)
from bioner_kd.text.source import Source


def _recognises(start: str) -> bool:
    return is_table(start, COMMA) or is_table(start, SEMICOLON)


def _read(source: Source, options: ReadOptions, faults: Faults) -> Iterator[Document]:
    return read_table(source, options, faults, delimiter=delimiter_of(source))


def _writer() -> MentionRows:
    return MentionRows(COMMA, for_spreadsheets=True)


FORMAT = Format(
    "csv",
    "CSV with a header line (read: a document in each row; written: a mention in each row)",
    suffixes=(".csv",),
    recognises=_recognises,
    read=_read,
    record_writer=_writer,
)
