"""Tables with a header line, in which each row is a document."""

import csv
import itertools
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from bioner_kd.errors import InputError, shown
from bioner_kd.text.document import Document
from bioner_kd.text.format import Faults, ReadOptions
from bioner_kd.text.notation.columns import id_column, listed, passages_of, text_columns
from bioner_kd.text.notation.unique_names import unique_documents
from bioner_kd.text.source import Source

# Characters of one cell, which may have line breaks inside quotation marks.
MOST_CHARACTERS = 1 << 24
TAB, COMMA, SEMICOLON = "\t", ",", ";"
# Columns that a table of mentions has.
_OF_MENTIONS = frozenset({"id", "type", "text", "start", "end"})
# Characters of a name of a column, where nobody has said that this is a table.
_LONGEST_NAME = 40
# Characters; of a longer start the last line may be cut off.
_SURELY_WHOLE = 10_000
# Lines behind a quotation mark in TSV in which the one that closes it has to stand.
_LOOKED_AT = 100


class _Lines:
    """Lines for `csv.reader`, which asks for them one by one.

    Attributes:
        number: number of lines that it took.
        columns: number of cells of a row, 0 where that is not known.
        starts_row: whether the next line begins a row; whoever has got a row sets it.
    """

    def __init__(self, lines: Iterable[str], delimiter: str) -> None:
        self.number = 0
        self.columns = 0
        self.starts_row = True
        self._lines = iter(lines)
        self._ahead: deque[str] = deque()
        self._delimiter = delimiter

    def __iter__(self) -> "_Lines":
        return self

    def __next__(self) -> str:
        line = self._ahead.popleft() if self._ahead else next(self._lines)
        self.number += 1
        if self.starts_row and self._delimiter == TAB and '"' in line:
            line = self._quoted(line)
        self.starts_row = False
        return line

    def _quoted(self, line: str) -> str:
        # Many TSV files know no quotation: a cell may begin with a quotation mark of its text.
        cells = line.rstrip("\r\n").split(TAB)
        if len(cells) != self.columns or self._is_quoted_well(line):
            return line
        return TAB.join('"' + cell.replace('"', '""') + '"' for cell in cells) + "\n"

    def _is_quoted_well(self, line: str) -> bool:
        # Looks at the lines behind it, where a quotation is not closed.
        taken = list(itertools.islice(self._ahead, _LOOKED_AT))
        known = len(taken)

        def lines() -> Iterator[str]:
            yield line
            yield from taken[:known]
            for more in itertools.islice(self._lines, _LOOKED_AT - known):
                self._ahead.append(more)
                yield more

        try:
            row = next(csv.reader(lines(), delimiter=TAB, strict=True), [])
        except csv.Error:
            return False
        return len(row) == self.columns


def read_table(
    source: Source, options: ReadOptions, faults: Faults, *, delimiter: str
) -> Iterator[Document]:
    """Yields a document of each row.

    Args:
        source: UTF-8; the first line names the columns.
        options: which columns hold id and text.
        faults: told of rows that are no documents.
        delimiter: what stands between two cells.

    Raises:
        InputError: the source cannot be read, or has no such columns.
    """
    rows = _rows(source, faults, delimiter)
    _, header = next(rows, (0, []))
    columns = _Columns.of(header, options, source.name)
    yield from unique_documents(
        rows, lambda found: columns.document(found[1], source.name, found[0]), faults
    )


def _rows(source: Source, faults: Faults, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    csv.field_size_limit(max(csv.field_size_limit(), MOST_CHARACTERS))
    lines = _Lines(source.lines(keep_ends=True), delimiter)
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    while True:
        first, lines.starts_row = lines.number + 1, True
        try:
            row = next(reader, None)
        except csv.Error as error:
            faults.report(_unreadable(source.name, first, lines.number, error))
            continue
        if row is None:
            return
        if any(cell.strip() for cell in row):
            lines.columns = lines.columns or len(row)
            yield first, row


def _unreadable(path: str, first: int, last: int, error: csv.Error) -> InputError:
    if "field larger" in str(error):
        what = f"a cell of more than {MOST_CHARACTERS:,} characters"
    else:
        what = f"faulty quotation marks or line ends ({error})"
    return InputError(
        f"{path}:{first}: the row that begins here and goes on to line {last} has {what}; a cell "
        "with a quotation mark, a line break or a separator stands in quotation marks, and those "
        "inside of it are doubled."
    )


@dataclass(frozen=True)
class _Columns:
    """The columns of id, texts and other fields of a table."""

    names: tuple[str, ...]
    id: str
    texts: tuple[str, ...]

    @classmethod
    def of(cls, header: Sequence[str], options: ReadOptions, path: str) -> "_Columns":
        names = tuple(name.strip() for name in header)
        if not names:
            raise InputError(f"{path}: this table is empty; its first line names the columns.")
        twice = next((name for number, name in enumerate(names) if name in names[:number]), None)
        if twice is not None:
            raise InputError(f"{path}: two columns are called {shown(twice)}; rename one of them.")
        if not options.text_column and _OF_MENTIONS <= set(names):
            raise InputError(
                f"{path}: a row of this table is a mention, not a document; name the file that "
                "holds the texts, or a column by --text_column."
            )
        asked = [name.strip().lower() for name in options.text_column.split(",") if name.strip()]
        known = {name.lower() for name in names}
        missing = [name for name in asked if name not in known]
        texts = text_columns(names, options.text_column)
        if missing or not texts:
            what = f"no column {shown(missing[0])}" if missing else "no column that holds the text"
            raise InputError(
                f"{path}: there is {what} in this table, whose first line has the columns "
                f"{listed(names)}. Name one, or several with commas between them, by --text_column."
            )
        name = id_column(names, options.id_column)
        if options.id_column and not name:
            raise InputError(
                f"{path}: there is no column {shown(options.id_column)} in this table, whose first "
                f"line has the columns {listed(names)}; name another one by --id_column."
            )
        return cls(names, name, tuple(texts))

    def document(self, row: Sequence[str], path: str, line: int) -> Document:
        """The document of a row."""
        if len(row) != len(self.names):
            raise InputError(
                f"{path}:{line}: {len(row)} columns, where the first line names "
                f"{len(self.names)}; a cell with a separator or a line break stands in quotation "
                "marks."
            )
        cells = dict(zip(self.names, row, strict=True))
        texts = [(name, cells[name]) for name in self.texts]
        others = {
            name: cell
            for name, cell in cells.items()
            if name not in self.texts and (name != self.id or not self.id)
        }
        return Document(
            cells[self.id].strip() if self.id else "",
            passages_of(texts),
            extra={"fields": others} if others else {},
            path=path,
            line=line,
        )


def delimiter_of(source: Source) -> str:
    """What stands between the cells of a CSV file: commas, or semicolons."""
    header = source.start().partition("\n")[0]
    return COMMA if header.count(COMMA) >= header.count(SEMICOLON) else SEMICOLON


def is_table(start: str, delimiter: str) -> bool:
    """Whether a file begins like a table that names a column of texts.

    Args:
        start: its first characters, which may be cut off anywhere.
        delimiter: what stands between two cells.
    """
    lines = start.splitlines(keepends=True)
    if len(start) > _SURELY_WHOLE:
        lines.pop()
    header = next(csv.reader(itertools.islice(lines, 1), delimiter=delimiter), [])
    short = all(len(name) <= _LONGEST_NAME for name in header)
    if len(header) < 2 or not short or not text_columns(header, ""):
        return False
    feed = _Lines(lines[1:], delimiter)
    feed.columns, number = len(header), 0
    reader = csv.reader(feed, delimiter=delimiter, strict=True)
    try:
        for row in reader:
            feed.starts_row = True
            if row and len(row) != len(header):
                return False
            number += bool(row)
    except csv.Error:
        # The end of the start is inside a cell, or the cell is longer than `csv` reads.
        return len(start) > _SURELY_WHOLE
    return number > 0
