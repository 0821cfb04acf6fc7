"""What a format of documents is: how it is known, read and written."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from bioner_kd.errors import InputError
from bioner_kd.text.bad_bytes import BadBytes
from bioner_kd.text.document import Document
from bioner_kd.text.source import Source

FAIL, SKIP, REPLACE = ON_ERROR = ("fail", "skip", "replace")
_TOLD = 10


@dataclass(frozen=True)
class ReadOptions:
    """What a reader cannot see in the file itself.

    Attributes:
        entity_type: type of all mentions of a file that names none, such as tags B, I and O.
        repair_tags: read IOB1, IOBES, BILOU and stray I- as IOB2 instead of refusing them.
        id_column: column of a table, or field of a JSON object, that names the document; "" for
            what the format or usage calls it.
        text_column: column or field that holds the text, or several names with commas between
            them, each of which is a passage; "" for what the format or usage calls it.
    """

    entity_type: str = ""
    repair_tags: bool = False
    id_column: str = ""
    text_column: str = ""


class Faults:
    """What is done about documents that cannot be read.

    Attributes:
        on_error: "fail", "skip" or "replace".
        number: number of documents that were left out.
        skipped: messages of the first of them.
        bad_bytes: those of the source that is read.
    """

    def __init__(self, on_error: str = FAIL) -> None:
        """Takes what is done.

        Args:
            on_error: "fail" raises the first error; "skip" goes on behind it; "replace" reads bytes
                that are no text as something else, and raises the first error of another kind. In
                a file that had such bytes before, "replace" goes on as "skip" does: a byte that
                stands for a bracket or a tab leaves no document that could be read.
        """
        self.on_error = on_error
        self.bad_bytes = BadBytes()
        self.number = 0
        self.skipped: list[str] = []

    def report(self, error: InputError) -> None:
        """Called by a reader that has found a faulty document and can go on behind it.

        Raises:
            InputError: the error itself, where faulty documents are not skipped.
        """
        if self.on_error != SKIP and not self.bad_bytes.found:
            try:
                raise error
            finally:
                # Otherwise the error and its traceback keep each other and the open files alive.
                del error
        self.number += 1
        if len(self.skipped) < _TOLD:
            self.skipped.append(str(error))

    def tell(self, told: Callable[[str], None]) -> None:
        """Says how many documents were left out, and why the first of them."""
        if not self.number:
            return
        told(f"{self.number} documents were left out:")
        for message in self.skipped[:_TOLD]:
            told(f"  {message}")
        if self.number > _TOLD:
            told(f"  … and {self.number - _TOLD} more.")


class RecordWriter:
    """Writes documents one after another as text.

    `record` depends on the document alone, so that several processes may share the work.

    Attributes:
        separator: what stands between two records.
    """

    separator = ""

    def start(self, first: Document | None) -> str:
        """What stands before the first record.

        Args:
            first: the first document, which may say what its file held besides documents; None
                where there is none.
        """
        return ""

    def record(self, document: Document) -> str:
        """What is written of a document.

        Raises:
            InputError: the format cannot hold the document.
        """
        raise NotImplementedError

    def end(self) -> str:
        """What stands behind the last record."""
        return ""


@dataclass(frozen=True)
class Format:
    """A format of documents; a direction that it lacks is None.

    Attributes:
        name: as --input and --format take it.
        about: what it is, for --help and error messages, such as "PubTator (title, abstract and
            lines of mentions)".
        suffixes: ends of file names, such as ".PubTator", in any case.
        recognises: whether the first characters of a file (at most 65,536, a byte order mark left
            off) are of this format and no other. It may be called with any text and must be quick.
        general: gives way to any other format that recognises the same characters, as JSON lines do
            to those with the fields of an annotation tool.
        read: yields the documents of a source while it reads. A faulty document goes to
            `Faults.report`, and reading goes on behind it where that is possible; otherwise an
            InputError is raised. Documents have passed `Document.check`.
        record_writer: makes what writes documents as text, one by one.
        write: writes documents where text alone will not do: a folder, or a binary file.
        whole_folder: whether a folder or an archive with files of these names, which may have
            folders in them ("a/b.ann"), is a source as a whole; `read` then finds its files by
            `Source.files`.
        leader: for a file that is of this format because of another file beside it, the one of the
            two that is read: the file itself, or the other, with which it is read; None for files
            that stand alone.
    """

    name: str
    about: str
    suffixes: tuple[str, ...] = ()
    recognises: Callable[[str], bool] = lambda start: False
    general: bool = False
    read: Callable[[Source, ReadOptions, Faults], Iterator[Document]] | None = None
    record_writer: Callable[[], RecordWriter] | None = None
    write: Callable[[Iterable[Document], Path], None] | None = None
    whole_folder: Callable[[Sequence[str]], bool] = lambda names: False
    leader: Callable[[Source], Source | None] = lambda source: None
