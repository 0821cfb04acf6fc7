"""Output that a stopped run leaves so that the next run goes on with it, to the very same bytes.

Beside the file with the records of before lies a journal. Its first line has the settings of the
run. Each further line says of a chunk of documents, once all of its records are written, how many
documents and bytes there are up to its end, and has the digest of these documents. A model reads
the documents of a chunk together, and so a run goes on at the end of a chunk.
"""

import hashlib
import itertools
import json
import os
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from bioner_kd.atomic import reported
from bioner_kd.errors import InputError, one_line, shown
from bioner_kd.lock import locked
from bioner_kd.progress import Progress
from bioner_kd.tagging.workers.parallel import Job, chunks_in_order
from bioner_kd.text.document import Document
from bioner_kd.text.format import RecordWriter
from bioner_kd.text.writing import peeked

JOURNAL = ".journal"
_AGAIN = "leave out --resume to start again"


@dataclass(frozen=True)
class Done:
    """What is finished, up to the end of a chunk.

    Attributes:
        documents: number of documents.
        size: of their records, bytes.
        digest: of the documents, hexadecimal digits.
        journal: size of the journal's whole lines, bytes.
    """

    documents: int = 0
    size: int = 0
    digest: str = ""
    journal: int = 0


@dataclass(frozen=True)
class ResumableFile:
    """A file of records, of which a stopped run leaves what it has finished.

    Attributes:
        output: the file, which appears when all is done.
        part: the file with the records until then.
        settings: JSON values on which the records depend.
        resume: whether to go on with what a stopped run has left.
    """

    output: Path
    part: Path
    settings: Mapping[str, Any]
    resume: bool = False

    @property
    def journal(self) -> Path:
        """The file that says how much of `part` is finished."""
        return self.part.with_name(f"{self.part.name}{JOURNAL}")

    def write(
        self,
        job: Job[Document, str],
        writer: RecordWriter,
        documents: Iterable[Document],
        *,
        workers: int,
        bar: Progress | None = None,
    ) -> None:
        """Writes the records of documents, or those that a stopped run has not written.

        Args:
            job: from documents to as many records.
            writer: what the job writes records by.
            documents: all documents, from the first one on.
            workers: number of processes.
            bar: is told of what is done.

        Raises:
            InputError: what is left is of other settings or documents, or there is nothing;
                another process writes here; a file cannot be written.
        """
        busy = f"{self.part}: another process is writing here; wait until it has ended."
        with locked(self.journal, busy=busy):
            try:
                done = self._left() if self.resume else Done()
                if done is not None:
                    self._write(job, writer, documents, done, workers, bar)
                    with reported(self.output):
                        os.replace(self.part, self.output)
            finally:
                if not self.part.exists():
                    self.journal.unlink()

    @contextmanager
    def _kept(self) -> Iterator[None]:
        try:
            yield
        except BaseException as error:
            tell_what_is_kept(self.part, error, "; run the same with --resume to go on")
            raise

    def _write(
        self,
        job: Job[Document, str],
        writer: RecordWriter,
        documents: Iterable[Document],
        done: Done,
        workers: int,
        bar: Progress | None,
    ) -> None:
        first, everything = peeked(documents)
        start = writer.start(first)
        before = writer.separator if done.size else start
        digest = self._skip(everything, done)
        if bar is not None:
            bar.skip(done.documents)
        chunks = chunks_in_order(
            job, everything, workers, len, whole=True, first=done.documents + 1
        )
        with self._kept(), closing(chunks), self._opened(done) as files:
            for chunk, records in chunks:
                _add(digest, chunk.items)
                last = chunk.first + len(chunk.items) - 1
                before = files.add(records, before, writer.separator)
                if chunk.whole:
                    files.note(last, digest.hexdigest())
                if bar is not None:
                    bar.update(len(records))
            files.add([writer.end()], "" if files.size else start, "")

    def _skip(self, documents: Iterator[Document], done: Done) -> Any:
        """Passes over the finished documents, and gives the digest that goes on behind them."""
        digest = hashlib.blake2b(digest_size=16)
        _add(digest, itertools.islice(documents, done.documents))
        if done.documents and digest.hexdigest() != done.digest:
            raise InputError(
                f"{self.part}: its {done.documents} documents are not those that are read now; "
                f"name the input of before, or {_AGAIN}."
            )
        return digest

    @contextmanager
    def _opened(self, done: Done) -> Iterator["_Files"]:
        with reported(self.part):
            part, journal = _open_at(self.part, done.size), _open_at(self.journal, done.journal)
        try:
            files = _Files(self.part, part, journal)
            if not done.journal:
                files.begin(self.settings)
            yield files
        finally:
            # All is flushed; what a full disk has refused would be tried and refused once more.
            for file in (part, journal):
                with suppress(OSError):
                    file.close()

    def _left(self) -> Done | None:
        """What a stopped run has finished; None where it had only to remove the journal.

        Raises:
            InputError: there is nothing that this run can go on with.
        """
        lines = self.journal.read_bytes().splitlines(keepends=True)
        lines = [line for line in lines if line.endswith(b"\n")]
        if not self.part.exists() and not lines and self.output.exists():
            raise InputError(f"{self.output}: this output is finished; {_AGAIN}.")
        if self.part.exists() and not lines and self.part.stat().st_size:
            raise InputError(
                f"{self.part}: no journal is beside this file, so that nothing says what is "
                f"finished of it; {_AGAIN}."
            )
        if not lines:
            return Done()
        try:
            self._check(dict(json.loads(lines[0])))
            if not self.part.exists():
                return None if self.output.exists() else Done()
            return self._last(lines)
        except (ValueError, TypeError) as error:
            if isinstance(error, InputError):
                raise
            raise InputError(
                f"{self.journal}: this journal is damaged ({one_line(error)}); {_AGAIN}."
            ) from error

    def _check(self, before: Mapping[str, Any]) -> None:
        now = json.loads(json.dumps(self.settings))
        for name in sorted(before.keys() | now.keys()):
            if before.get(name) != now.get(name):
                raise InputError(
                    f"{self.part}: its run had {name}={shown(before.get(name))}, now it is "
                    f"{shown(now.get(name))}; use the same settings and model to go on, or "
                    f"{_AGAIN}."
                )

    def _last(self, lines: Sequence[bytes]) -> Done:
        if len(lines) == 1:
            return Done()
        documents, size, digest = lines[-1].decode().split()
        if self.part.stat().st_size < int(size):
            raise ValueError(f"{self.part.name} has fewer than the {int(size)} bytes that it says")
        return Done(int(documents), int(size), digest, sum(map(len, lines)))


class _Files:
    """The file of records and its journal, open for writing."""

    def __init__(self, path: Path, part: BinaryIO, journal: BinaryIO) -> None:
        self._path, self._part, self._journal = path, part, journal

    @property
    def size(self) -> int:
        return self._part.tell()

    def begin(self, settings: Mapping[str, Any]) -> None:
        with reported(self._path):
            self._journal.write(json.dumps(settings).encode() + b"\n")
            self._journal.flush()

    def add(self, records: Iterable[str], before: str, separator: str) -> str:
        """Writes records; gives what stands before the next one."""
        with reported(self._path):
            for record in records:
                self._part.write((before + record).encode())
                before = separator
            self._part.flush()
        return before

    def note(self, documents: int, digest: str) -> None:
        """Says in the journal that so many documents are finished."""
        with reported(self._path):
            self._journal.write(f"{documents} {self.size} {digest}\n".encode())
            self._journal.flush()


def _open_at(path: Path, size: int) -> BinaryIO:
    """Opens a file for writing behind its first bytes, and cuts off what else it has.

    Args:
        path: the file, made where missing.
        size: number of bytes that stay.
    """
    file = open(path, "r+b" if path.exists() else "w+b")
    file.truncate(size)
    file.seek(size)
    return file


def _add(digest: Any, documents: Iterable[Document]) -> None:
    for document in documents:
        digest.update(repr(document).encode(errors="surrogatepass"))


def tell_what_is_kept(part: Path, error: BaseException, remedy: str = "") -> None:
    """Says where the finished records of a run are that failed or was stopped.

    Args:
        part: the file that they are in, which is removed where it is empty.
        error: ended the run.
        remedy: what can be done with them, as the end of a sentence.

    Raises:
        InputError: the error is one; what is kept is said behind it.
    """
    if not part.exists():
        return
    if not part.stat().st_size:
        part.unlink()
        return
    kept = f"What was finished before is in {part}{remedy}."
    if isinstance(error, InputError):
        raise InputError(f"{error} {kept}") from error
    sys.stderr.write(f"{kept}\n")
