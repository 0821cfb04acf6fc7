"""What is to be tagged, from files or the standard input, read as it is needed."""

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from bioner_kd.errors import InputError, UsageError
from bioner_kd.text.archive import is_archive
from bioner_kd.text.document import Document
from bioner_kd.text.documents import AUTO, LINES, TEXT, Told, read_documents, readable, recognise
from bioner_kd.text.format import Faults, ReadOptions
from bioner_kd.text.plain_text import number_of_lines
from bioner_kd.text.source import STDIN, Source

INPUTS = (AUTO, *readable())
INPUT_HELP = (
    "What files and standard input hold: auto (recognised by content and name, and said), lines "
    "(plain text, a document a line), text (plain text, a document a file), or the name of a "
    "format. docs/formats.md has them all."
)
ID_HELP = (
    "Column of a table, or field of JSON, that names the document; the usual names, such as id and "
    "pmid, if empty."
)
TEXT_HELP = (
    "Column or field that holds the text, or several, such as title,abstract; the usual names if "
    "empty."
)
ON_ERROR_HELP = (
    "What a faulty document does: fail stops, skip leaves it out and says so at the end, replace "
    "reads a NUL byte as a space and what is not UTF-8 as U+FFFD, and stops at other faults."
)


def read_input(
    text: str | None,
    files: Sequence[str],
    kind: str = AUTO,
    *,
    options: ReadOptions = ReadOptions(),
    faults: Faults | None = None,
    told: Told = lambda message: None,
) -> Iterator[Document]:
    """The documents that a command line names.

    Args:
        text: a text, None where none was given.
        files: names of files and folders, "-" for the standard input, which is read where there is
            none.
        kind: of `INPUTS`.
        options: what files do not say themselves.
        faults: what is done about faulty documents.
        told: called with a sentence that says as what a file is read.

    Returns:
        An iterator that reads files while it goes; that they can be opened is found out at once.

    Raises:
        InputError: a file cannot be read, or is not what `kind` says.
        UsageError: nothing is named, or too much.
    """
    if text is not None:
        if files:
            raise UsageError(f"--text and {files[0]!r}: give a text or files, not both.")
        return iter([Document.from_text(_valid(text))])
    names = list(files) or [STDIN]
    closed = STDIN in names and sys.stdin is None
    if closed or (not files and sys.stdin.isatty()):
        raise UsageError('Nothing to tag: give --text="…", name files, or pipe text in.')
    return read_documents(names, format=kind, options=options, faults=faults, told=told)


def number_of_documents(files: Sequence[str], kind: str) -> int | None:
    """How many documents files hold, for the time left; None where only reading would tell.

    Args:
        files: as `read_input` takes them, which has opened them.
        kind: of `INPUTS`.
    """
    # A pipe can be read only once, and an archive is a folder.
    if not files or not all(Path(file).is_file() and not is_archive(file) for file in files):
        return None
    kinds = {recognise(Source(file)).name for file in files} if kind == AUTO else {kind}
    if kinds == {TEXT}:
        return len(files)
    return sum(map(number_of_lines, files)) if kinds == {LINES} else None


def _valid(text: str) -> str:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError as error:
        raise InputError(
            f"--text: character {error.start + 1} is not UTF-8; check the terminal's encoding."
        ) from error
    return text
