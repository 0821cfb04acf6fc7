"""A source of documents: a file, a member of a zip archive or the standard input."""

import contextlib
import io
import os
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO

from bioner_kd.errors import InputError
from bioner_kd.text.bad_bytes import BadBytes
from bioner_kd.text.compressed import decompressed
from bioner_kd.text.text_file import decode_line, open_decompressed

STDIN = "-"
# Bytes that tell what a file holds.
START = 65_536


class Source:
    """Bytes and lines of what a path names, decompressed.

    Attributes:
        path: as a person gave it, "-" for the standard input.
        name: what messages call it.
        bad_bytes: what is done about bytes that are no text; the files of a folder share it.
        member: its name within the folder or archive that was named; "" where it was named itself.
    """

    member = ""

    def __init__(self, path: str | os.PathLike[str]) -> None:
        """Takes the name of a file; a file may be read again and again, standard input once."""
        self.path = os.fspath(path)
        self.bad_bytes = BadBytes()
        self.name = "<stdin>" if self.path == STDIN else self.path
        self._stdin: contextlib.AbstractContextManager[BinaryIO] | None = None
        self._inside: BinaryIO | None = None

    @contextlib.contextmanager
    def open(self) -> Iterator[BinaryIO]:
        """Opens it for reading bytes, those inside where it is compressed.

        Raises:
            InputError: it cannot be read, is of a kind that holds no text, or what is read in the
                block is cut short or damaged.
        """
        opened = self._open_stdin() if self.path == STDIN else open_decompressed(self.path)
        with opened as data:
            yield data

    def files(self) -> "list[Source]":
        """The files of a folder or an archive; the source itself where it is a file.

        Raises:
            InputError: there is none in it.
        """
        folder = Path(self.path)
        if self.path == STDIN or not folder.is_dir():
            return [self]
        found = [Source(file) for file in files_of(folder)]
        for source in found:
            source.member = Path(source.path).relative_to(folder).as_posix()
            source.bad_bytes = self.bad_bytes
        return found

    def beside(self, name: str) -> "Source | None":
        """The file of a name in the same folder, None where there is none."""
        path = Path(self.path).parent / name
        if self.path == STDIN or not path.is_file():
            return None
        found = Source(path)
        found.bad_bytes = self.bad_bytes
        return found

    def start(self) -> str:
        """Its first characters, of at most `START` bytes, for whoever asks what it holds.

        Of standard input these are the characters that have come so far.

        Raises:
            InputError: as `open`.
        """
        with self.open() as data:
            if isinstance(data, io.BufferedReader):
                start = data.peek(START) if self.path == STDIN else data.read(START)
            else:
                start = b""
        return start[:START].decode("utf-8-sig", errors="replace")

    def chunks(self) -> Iterator[bytes]:
        """Its bytes in pieces of at most about `START`, as soon as they come.

        Raises:
            InputError: as `open`, when the iterator gets there.
        """
        with self.open() as data:
            if isinstance(data, io.BufferedReader):
                while chunk := data.read1(START):
                    yield chunk
            else:
                yield from data  # whoever replaces the standard input may give lines

    def lines(self, *, keep_ends: bool = False) -> Iterator[str]:
        """The lines of UTF-8 text, empty ones included.

        Args:
            keep_ends: leave the line ends on.

        Returns:
            An iterator that reads while it goes. That the source can be opened is found out at
            once.

        Raises:
            InputError: it cannot be read, at once; or a line is not UTF-8 or not text, when the
                iterator gets there.
        """
        if self.path != STDIN:
            with self.open():
                pass  # what cannot be opened, or is no text, is found now, not at the first line
        return self._decoded_lines(keep_ends)

    def _decoded_lines(self, keep_ends: bool) -> Iterator[str]:
        with self.open() as data:
            for line, end in decoded_lines(data, self.name, self.bad_bytes):
                yield line + end if keep_ends else line

    @contextlib.contextmanager
    def _open_stdin(self) -> Iterator[BinaryIO]:
        # Opened once and kept, so that who looks at the start takes nothing from who reads.
        if self._stdin is None or self._inside is None:
            self._stdin = decompressed(_standard_input(), self.name)
            self._inside = self._stdin.__enter__()
        try:
            yield self._inside
        except Exception as error:  # of a damaged file, which has to be named
            if not self._stdin.__exit__(type(error), error, error.__traceback__):
                raise


def _standard_input() -> BinaryIO:
    try:
        # With a buffer of its own: Python aborts where a thread still waits for sys.stdin's when
        # the program ends.
        return open(sys.stdin.fileno(), "rb", START, closefd=False)
    except (AttributeError, io.UnsupportedOperation):  # replaced by what is no file
        return sys.stdin.buffer


def decoded_lines(
    lines: Iterable[bytes], name: str, bad_bytes: BadBytes
) -> Iterator[tuple[str, str]]:
    """Lines of bytes as text.

    Args:
        lines: with their ends.
        name: of the file, for messages.
        bad_bytes: what is done about those that are no text.

    Yields:
        Each line without its end, and its end.

    Raises:
        InputError: a line is not UTF-8 or has a NUL byte, and nothing is done about it.
    """
    offset = 0
    for number, data in enumerate(lines, 1):
        if b"\0" in data and not bad_bytes.are_read:
            raise InputError(
                f"{name}:{number}: a NUL byte at offset {offset + data.index(0)}: this is a binary "
                "file or UTF-16, not UTF-8 text."
            )
        line = decode_line(data, path=name, line=number, offset=offset, decode=bad_bytes.decode)
        yield line, data[len(data.removesuffix(b"\n").removesuffix(b"\r")) :].decode()
        offset += len(data)


def files_of(folder: Path) -> list[Path]:
    """All files of a folder and the folders in it, in order of their names, without hidden ones.

    Raises:
        InputError: there is none.
    """
    found = sorted(
        path for path in folder.rglob("*")
        if path.is_file() and not any(p.startswith(".") for p in path.relative_to(folder).parts)
    )  # fmt: skip
    if not found:
        raise InputError(f"{folder}: no file is in this folder; name another.")
    return found
