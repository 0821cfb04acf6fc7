"""Plain text with a document in each line."""

from collections.abc import Iterator

from bioner_kd.text.document import Document
from bioner_kd.text.format import Faults, Format, ReadOptions
from bioner_kd.text.source import Source


def _read(source: Source, options: ReadOptions, faults: Faults) -> Iterator[Document]:
    for number, line in enumerate(source.lines(), 1):
        yield Document.from_text(line, path=source.name, line=number)


# Any text is text: what a file holds is taken for lines where nothing else is recognised.
FORMAT = Format("lines", "plain text, a document in each line", read=_read)
