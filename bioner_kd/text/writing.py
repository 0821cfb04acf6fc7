"""Documents are written in any format, or converted from one to another."""

import itertools
import os
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from bioner_kd.atomic import atomic_file, check_parent
from bioner_kd.errors import InputError, UsageError, shown
from bioner_kd.text.compressed import compressed
from bioner_kd.text.document import KEEP, Document
from bioner_kd.text.documents import (
    AUTO,
    Told,
    format_of_name,
    named_format,
    read_documents,
    writable,
)
from bioner_kd.text.format import Faults, Format, ReadOptions, RecordWriter
from bioner_kd.text.source import STDIN


def write_documents(
    documents: Iterable[Document],
    path: str | os.PathLike[str],
    *,
    format: str = AUTO,
    faults: Faults | None = None,
) -> None:
    """Writes documents to a file or a folder, which appears when all is done.

    Args:
        documents: what is written.
        path: a file, compressed where its name ends in .gz, .bz2, .xz or .zst; a folder where the
            format has several files; "-" for the standard output.
        format: name of a format that is written, or "auto" for what the name of the file asks
            for.
        faults: what is done about documents that the format cannot hold; the first one is an error
            where not given. Formats of several files, or binary ones, do not ask.

    Raises:
        InputError: the file cannot be written, or the format cannot hold a document.
        UsageError: there is no such format, or the name does not say which one is meant.
    """
    chosen = format_of_name(path) if format == AUTO else named_format(format, writable())
    if chosen.record_writer is None:
        assert chosen.write is not None
        if os.fspath(path) == STDIN:
            raise UsageError(
                f"{chosen.name} does not go to the standard output; name a file or a folder."
            )
        check_parent(path)
        chosen.write(documents, Path(path))
    elif os.fspath(path) == STDIN:
        for piece in records(documents, chosen, faults):
            sys.stdout.write(piece)
    else:
        check_parent(path)
        with atomic_file(path, "wb") as file, compressed(file, Path(path).suffix) as stream:
            for piece in records(documents, chosen, faults):
                stream.write(_encoded(piece, path))


def _encoded(text: str, path: str | os.PathLike[str]) -> bytes:
    try:
        return text.encode()
    except UnicodeEncodeError as error:
        around = text[max(error.start - 30, 0) : error.end + 30]
        raise InputError(
            f"{path}: {shown(around)} holds half a character (a surrogate), which no file can "
            "hold; correct the text that is read."
        ) from None


def convert(
    source: str | os.PathLike[str],
    output: str | os.PathLike[str],
    *,
    input: str = AUTO,
    format: str = AUTO,
    options: ReadOptions = ReadOptions(),
    discontinuous: str = KEEP,
    faults: Faults | None = None,
    told: Told = lambda message: None,
) -> tuple[int, int]:
    """Reads documents and writes them in another format.

    Args:
        source: as `read_documents` takes it.
        output: as `write_documents` takes it.
        input: format that is read, or "auto".
        format: format that is written, or "auto".
        options: what the source does not say itself.
        discontinuous: what becomes of such mentions, as `Document.in_one_piece` takes it.
        faults: what is done about documents that cannot be read or written.
        told: called with a sentence that says as what a file is read.

    Returns:
        Numbers of documents and of mentions that were written.

    Raises:
        InputError: as `read_documents` and `write_documents`.
        UsageError: as these; or the output is the source.
    """
    if os.fspath(output) != STDIN and Path(output).exists() and Path(source).exists():
        if os.path.samefile(source, output):
            raise UsageError(f"{output}: this is the input; name another output.")
    chosen = format_of_name(output) if format == AUTO else named_format(format, writable())
    documents = read_documents(source, format=input, options=options, faults=faults, told=told)
    counts = [0, 0]

    def counted() -> Iterator[Document]:
        for document in documents:
            converted = document.in_one_piece(discontinuous)
            counts[0] += 1
            counts[1] += len(converted.annotations)
            yield converted

    write_documents(counted(), output, format=chosen.name, faults=faults)
    return counts[0], counts[1]


def records(
    documents: Iterable[Document], format: Format, faults: Faults | None = None
) -> Iterator[str]:
    """What is written of documents, piece by piece, in a format that is text.

    Raises:
        InputError: the format cannot hold a document, and `faults` does not take that.
    """
    assert format.record_writer is not None
    writer = format.record_writer()
    first, everything = peeked(documents)
    yield from framed(_each(everything, writer, faults), writer, first)


def _each(
    documents: Iterable[Document], writer: RecordWriter, faults: Faults | None
) -> Iterator[str]:
    for document in documents:
        try:
            record = writer.record(document)
        except InputError as error:
            if faults is None:
                raise
            faults.report(error)
            continue
        yield record


def peeked(documents: Iterable[Document]) -> tuple[Document | None, Iterator[Document]]:
    """The first document, None where there is none, and all of them."""
    ahead = iter(documents)
    first = next(ahead, None)
    return first, itertools.chain(() if first is None else (first,), ahead)


def framed(records: Iterable[str], writer: RecordWriter, first: Document | None) -> Iterator[str]:
    """Records with what a format has before, between and behind them.

    Args:
        records: of `writer`, which is told of the first document before one is asked for.
        writer: of the format.
        first: the first document, None where there is none.
    """
    before, none = writer.start(first), True
    for record in records:
        yield before + record
        before, none = writer.separator, False
    if none and before:
        yield before
    if end := writer.end():
        yield end
