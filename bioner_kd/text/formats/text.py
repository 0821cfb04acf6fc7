"""Plain text with one document in each file, whose name is that of the document."""

from collections.abc import Iterator
from pathlib import PurePath

from bioner_kd.text.document import Document
from bioner_kd.text.format import Faults, Format, ReadOptions
from bioner_kd.text.source import STDIN, Source


def _read(source: Source, options: ReadOptions, faults: Faults) -> Iterator[Document]:
    text = "".join(source.lines(keep_ends=True))
    name = "" if source.path == STDIN else PurePath(source.path).name
    yield Document.from_text(text, id=name.partition(".")[0], path=source.name, line=1)


FORMAT = Format("text", "plain text, a document in each file", read=_read)
