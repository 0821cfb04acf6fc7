"""A file becomes blocks of documents, each of which is tagged as one and makes one shard.

Where a block begins and ends depends on the file and the settings alone, so that any number of
workers gives the same bytes. What cannot be read stands in its block as a failure.
"""

import errno
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from bioner_kd.errors import InputError, one_line
from bioner_kd.scale.inputs import InputFile, Part
from bioner_kd.text.document import Document
from bioner_kd.text.documents import read_documents
from bioner_kd.text.format import SKIP, Faults, ReadOptions

# A block of documents that have more is closed before `shard_documents` are in it.
_MOST_CHARACTERS = 4_000_000
# Whoever has no right to read a file will not have it a moment later. Other faults of a disk or a
# network may pass, and stop the run.
_LASTING = (errno.EACCES, errno.EPERM)


@dataclass(frozen=True)
class Failure:
    """A document that is not tagged, or a file of which the rest is not.

    Attributes:
        file: its path.
        place: where in the file: a line, a name, or the number of documents before it.
        reason: what is wrong, and how to mend it.
    """

    file: str
    place: str
    reason: str


@dataclass(frozen=True)
class Block:
    """Neighbouring documents of a file.

    Attributes:
        file: where they stand.
        number: of the block in the file, from 0.
        documents: those that could be read.
        failures: those that could not.
    """

    file: InputFile
    number: int
    documents: tuple[Document, ...]
    failures: tuple[Failure, ...] = ()


@dataclass(frozen=True)
class BlockReading:
    """How files become blocks.

    Attributes:
        format: name of a format that is read, or "auto".
        options: what the files do not say themselves.
        largest: most characters of a document.
        documents: most documents and failures of a block.
    """

    format: str
    options: ReadOptions
    largest: int
    documents: int

    def blocks(self, part: Part, is_needed: Callable[[int], bool]) -> Iterator[Block | int]:
        """Reads a part of a file.

        Args:
            part: whose blocks are wanted.
            is_needed: whether a block is wanted, by its number.

        Yields:
            The wanted blocks; at the end the number of all blocks of the file.

        Raises:
            InputError: the file was removed or changed, or the disk fails.
        """
        wanted = _Wanted(part, is_needed)
        kept: list[Document | Failure] = []
        number = places = characters = 0
        for place in self._places(part.file):
            if places == self.documents or characters > _MOST_CHARACTERS:
                yield from wanted.block(number, kept)
                kept, number, places, characters = [], number + 1, 0, 0
            places += 1
            characters += len(place) if isinstance(place, Document) else 0
            if wanted(number):
                kept.append(place)
        if places:
            yield from wanted.block(number, kept)
            number += 1
        part.file.check_unchanged()
        yield number

    def _places(self, file: InputFile) -> Iterator[Document | Failure]:
        faults, before = _Collected(), 0
        file.check_unchanged()
        try:
            for document in read_documents(
                file.path, format=self.format, options=self.options, faults=faults
            ):
                yield from _failures(faults.taken(), file, before)
                yield self._checked(document, file, before)
                before += 1
        except GeneratorExit:
            raise
        except Exception as error:  # no file of a stranger may stop a run of days
            file.check_unchanged()
            _check_disk(error, file)
            yield from _failures(faults.taken(), file, before)
            yield _failure(error, file, before)
        else:
            yield from _failures(faults.taken(), file, before)

    def _checked(self, document: Document, file: InputFile, before: int) -> Document | Failure:
        if len(document) <= self.largest:
            return document
        return _failure(
            InputError(
                f"{document.place}: this document has {len(document):,} characters, more than "
                f"{self.largest:,}; cut it, or raise --largest_document."
            ),
            file,
            before,
        )


class _Wanted:
    def __init__(self, part: Part, is_needed: Callable[[int], bool]) -> None:
        self._part, self._is_needed = part, is_needed
        self._asked: tuple[int, bool] = (-1, False)

    def __call__(self, number: int) -> bool:
        if self._asked[0] != number:  # looking for a shard takes time
            self._asked = number, self._part.has(number) and self._is_needed(number)
        return self._asked[1]

    def block(self, number: int, places: list[Document | Failure]) -> Iterator[Block]:
        if self(number):
            self._part.file.check_unchanged()
            yield Block(
                self._part.file,
                number,
                tuple(place for place in places if isinstance(place, Document)),
                tuple(place for place in places if isinstance(place, Failure)),
            )


class _Collected(Faults):
    """Keeps the errors of faulty documents until they are taken."""

    def __init__(self) -> None:
        super().__init__(SKIP)
        self._errors: list[InputError] = []

    def report(self, error: InputError) -> None:
        self._errors.append(error)

    def taken(self) -> list[InputError]:
        found, self._errors = self._errors, []
        return found


def document_failure(error: Exception, document: Document, file: InputFile) -> Failure:
    """A document that could be read, and cannot be tagged or written."""
    return Failure(file.path, document.place.removeprefix(f"{file.path}:"), _reason(error))


def _failures(errors: Iterable[Exception], file: InputFile, before: int) -> Iterator[Failure]:
    return (_failure(error, file, before) for error in errors)


def _failure(error: Exception, file: InputFile, before: int) -> Failure:
    behind = f"behind {before} documents"
    found = re.match(rf"{re.escape(file.path)}:(\d+(?:, document '[^']*')?): ", str(error))
    place = f"line {found.group(1)}" if found else behind
    return Failure(file.path, place, _reason(error))


def _reason(error: Exception) -> str:
    kind = "" if isinstance(error, InputError) else f"{type(error).__name__}: "
    return f"{kind}{one_line(error, 1000)}"


def _check_disk(error: Exception, file: InputFile) -> None:
    for one in (error, error.__cause__):
        if isinstance(one, OSError) and one.errno is not None and one.errno not in _LASTING:
            raise InputError(
                f"{file.path}: cannot be read to its end ({one.strerror}); when that is mended, go "
                "on by --resume."
            ) from error
