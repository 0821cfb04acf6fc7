"""Plain text, one sentence a line, read as it is needed."""

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from bioner_kd.atomic import atomic_file
from bioner_kd.errors import InputError
from bioner_kd.text.compressed import compressed
from bioner_kd.text.sentence import Sentence
from bioner_kd.text.source import Source
from bioner_kd.text.text_file import open_decompressed
from bioner_kd.text.tokenizer import sentence_from_text


def read_plain_text(path: str | os.PathLike[str]) -> Iterator[Sentence]:
    """Reads a UTF-8 file of one sentence a line; lines without a word are skipped.

    Args:
        path: text, also compressed by gzip, bzip2 or xz, or "-" for the standard input.

    Returns:
        An iterator that reads the file while it goes, whatever its size. Words are those of
        `tokenize`.

    Raises:
        InputError: the file cannot be read, at once; or a line is not UTF-8 or not text, when the
            iterator gets there.
    """
    name = Source(path).name
    sentences = (
        sentence_from_text(line, path=name, line=number)
        for number, line in enumerate(read_text_lines(path), 1)
    )
    return filter(len, sentences)


def no_word(path: str | os.PathLike[str]) -> InputError:
    """What to raise where a text has no word."""
    return InputError(
        f"{Source(path).name}: no word in this file, it is empty or blank; name another."
    )


def read_text_lines(path: str | os.PathLike[str], *, keep_ends: bool = False) -> Iterator[str]:
    """Reads the lines of a UTF-8 file as `read_plain_text` does, empty ones included.

    Args:
        path: text, also compressed by gzip, bzip2 or xz, or "-" for the standard input.
        keep_ends: leave the line ends on.
    """
    return Source(path).lines(keep_ends=keep_ends)


def write_plain_text(path: str | os.PathLike[str], lines: Iterable[str]) -> None:
    """Writes a UTF-8 file of one sentence a line, the same bytes each time.

    Args:
        path: file that appears complete or not at all; compressed where it ends in .gz, .bz2 or
            .xz.
        lines: without line ends.

    Raises:
        InputError: the file cannot be written.
    """
    with atomic_file(path, "wb") as file, compressed(file, Path(path).suffix) as stream:
        for line in lines:
            stream.write(line.encode() + b"\n")


def number_of_lines(path: str | os.PathLike[str]) -> int:
    """Number of lines of a file, compressed or not, without decoding them.

    Raises:
        InputError: the file cannot be read.
    """
    with open_decompressed(path) as data:
        return sum(1 for _ in data)
