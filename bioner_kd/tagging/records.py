"""How documents are written in which entities were found."""

import contextlib
import io
import os
import sys
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, cast

from bioner_kd.atomic import check_parent, reported
from bioner_kd.errors import InputError, UsageError
from bioner_kd.progress import Progress, track
from bioner_kd.tagging.choices import NOTHING_CHOSEN, Choices
from bioner_kd.tagging.resumable import ResumableFile, tell_what_is_kept
from bioner_kd.tagging.tagger import Tagger
from bioner_kd.tagging.workers.parallel import map_in_order
from bioner_kd.text.compressed import COMPRESSING, compressed
from bioner_kd.text.document import Document
from bioner_kd.text.documents import AUTO, format_of_name, named_format, writable
from bioner_kd.text.format import Format, RecordWriter
from bioner_kd.text.source import STDIN
from bioner_kd.text.writing import framed, peeked

JSONL = "jsonl"
FORMATS = (AUTO, *writable())
FORMAT_HELP = (
    "How entities are written: auto (what the name of --output asks for, else jsonl), jsonl (a "
    "line of JSON a document, with type, text, start, end and score of each entity; offsets count "
    "characters of the text), conll (word, TAB, tag), or the name of another format."
)
WORKERS_HELP = "Worker processes, used where there are many texts; 0 is one a core, 1 none."
PART = ".part"
OUTPUT_HELP = (
    f"File to write, which appears when all is done; until then, and after a failure, what is done "
    f"is in a file whose name ends in {PART}. - is standard output."
)


@dataclass(frozen=True)
class Resuming:
    """How a run goes on that was stopped.

    Attributes:
        settings: JSON values on which the records depend.
        resume: whether this run goes on with what a stopped one has left.
    """

    settings: Mapping[str, Any]
    resume: bool = False


@dataclass(frozen=True)
class Records:
    """A job for one process or several: documents become what is written of them.

    Attributes:
        tagger: finds the entities.
        writer: of the format.
        choices: of the user, as `Tagger.checked` gives them.
    """

    tagger: Tagger
    writer: RecordWriter
    choices: Choices = NOTHING_CHOSEN

    def __call__(self, documents: Sequence[Document]) -> list[str]:
        """One record a document."""
        return list(map(self.writer.record, self.found(documents)))

    def found(self, documents: Sequence[Document]) -> list[Document]:
        """The documents with what is found in them, from which the writer makes records."""
        return self.tagger.tagged(documents, self.choices)


def chosen_format(format: str, output: str) -> Format:
    """The format to write.

    Args:
        format: of `FORMATS`.
        output: name of the file to write.

    Raises:
        UsageError: the format makes no single file of text and `output` is the standard output.
    """
    if format == AUTO:
        try:
            chosen = format_of_name(output)
        except UsageError:
            chosen = named_format(JSONL, writable())
    else:
        chosen = named_format(format, writable())
    if chosen.record_writer is None and output == STDIN:
        raise UsageError(f"--format={chosen.name}: it cannot go to standard output; add --output.")
    return chosen


def write_tagged(
    tagger: Tagger,
    documents: Iterable[Document],
    output: str,
    *,
    format: Format,
    choices: Choices = NOTHING_CHOSEN,
    workers: int = 0,
    progress: bool = False,
    total: int | None = None,
    resuming: Resuming | None = None,
) -> None:
    """Tags documents and writes what is found while it goes.

    Args:
        tagger: finds the entities.
        documents: what is tagged.
        output: a file, or "-" for the standard output.
        format: as `chosen_format` gives it.
        choices: of the user, as `Tagger.checked` gives them.
        workers: as `Tagger.tag_many` takes it.
        progress: show it on standard error.
        total: number of documents, for the time left; None where it is not known.
        resuming: how a stopped run goes on; None where the documents can be read only once.

    Raises:
        InputError: the output cannot be written, or the format cannot hold what was found.
    """
    if format.record_writer is None:
        tagged = tagger.tag_documents(
            documents,
            workers=workers,
            names=choices.names,
            min_precision=choices.min_precision,
            unescape=choices.unescape,
        )
        with closing(tagged) as found:
            shown = track(found, "tagging", "document", total) if progress else found
            write_found(shown, output, format=format)
        return
    writer = format.record_writer()
    job = Records(tagger, writer, choices)
    if resuming is not None and why_not_resumable(output, format) is None:
        with Progress("tagging", "document", total) if progress else nullcontext() as bar:
            _resumable(output, resuming).write(
                job, writer, documents, workers=tagger.workers(workers), bar=bar
            )
        return
    first, everything = peeked(documents)
    with closing(map_in_order(job, everything, tagger.workers(workers), len)) as records:
        counted = track(records, "tagging", "document", total) if progress else records
        write_records(framed(counted, writer, first), output)


def why_not_resumable(output: str, format: Format) -> str | None:
    """Why a stopped run cannot go on with an output, as a sentence; None where it can."""
    if output == STDIN:
        return "--resume needs a file to go on with: add --output=FILE."
    if format.record_writer is None:
        return f"--resume: {format.name} makes no single file of text; choose another --format."
    if (suffix := Path(output).suffix) in COMPRESSING:
        return (
            f"--resume: a compressed file cannot be cut where a record ends; leave {suffix} out of "
            "--output and compress the file afterwards."
        )
    return None


def _resumable(output: str, resuming: Resuming) -> ResumableFile:
    check_parent(output)
    return ResumableFile(Path(output), Path(f"{output}{PART}"), resuming.settings, resuming.resume)


def write_found(found: Iterable[Document], output: str, *, format: Format) -> None:
    """Writes documents whose entities are found already, as `write_tagged` does."""
    if format.record_writer is None:
        assert format.write is not None
        check_parent(output)
        format.write(found, Path(output))
        return
    writer = format.record_writer()
    first, everything = peeked(found)
    write_records(framed(map(writer.record, everything), writer, first), output)


def write_records(records: Iterable[str], output: str) -> None:
    """Writes records to a file, which appears when all is done, or at once to "-", the stdout.

    Until then the file is called as `OUTPUT_HELP` says. Where the work fails or is stopped, that
    file stays, and standard error says so. A name that ends in .gz, .bz2 or .xz compresses.

    Raises:
        InputError: the file's folder is missing, or the disk is full.
        BrokenPipeError: whoever read the standard output has had enough.
    """
    if output == STDIN:
        _write_to_stdout(records)
        return
    check_parent(output)
    part = Path(f"{output}{PART}")
    with reported(part):
        file = open(part, "wb")
    try:
        _write_to_file(records, file, part, Path(output).suffix)
        with reported(part):
            file.close()
        with reported(Path(output)):
            os.replace(part, output)
    except BaseException as error:
        with contextlib.suppress(OSError):
            file.close()
        tell_what_is_kept(part, error)
        raise


def _write_to_file(records: Iterable[str], file: BinaryIO, part: Path, suffix: str) -> None:
    stream = cast(BinaryIO, compressed(file, suffix).__enter__())
    try:
        for record in records:
            with reported(part):
                stream.write(record.encode())
                if stream is file:
                    file.flush()  # each finished record is safe
    finally:
        if stream is not file:
            with reported(part):
                stream.close()


def _write_to_stdout(records: Iterable[str]) -> None:
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(encoding="utf-8", newline="\n")
    for record in records:
        try:
            sys.stdout.write(record)
            sys.stdout.flush()
        except BrokenPipeError:
            raise
        except OSError as error:
            discard_stdout()
            raise InputError(
                f"Standard output: cannot write there ({error.strerror}); free some space, or send "
                "it elsewhere."
            ) from error


def discard_stdout() -> None:
    """Sends the standard output nowhere; the interpreter flushes it at exit and would complain."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
