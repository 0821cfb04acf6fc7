"""Reads word vectors in any format; the content of a file tells its format, not its name."""

import codecs
import os
import re
from dataclasses import dataclass

from bioner_kd.errors import InputError
from bioner_kd.text.text_file import open_decompressed
from bioner_kd.vectors.formats import read_binary, read_text
from bioner_kd.vectors.word_vectors import WordVectors

_START = 1 << 16
_BOM = b"\xef\xbb\xbf"
_HEADER = re.compile(rb"[ \t]*([0-9]{1,15})[ \t]+([0-9]{1,5})[ \t]*\r?")
_CONTROL = re.compile(rb"[\x00-\x08\x0e-\x1f]")
_FORMATS = (
    "word2vec text, word2vec binary, fastText .vec and GloVe are read (gensim's own files and "
    "fastText's .bin must be saved as one of them first)"
)


@dataclass(frozen=True)
class _Header:
    words: int
    size: int


def read_vectors(path: str | os.PathLike[str]) -> WordVectors:
    """Reads a file of word vectors.

    Args:
        path: word2vec's text or binary format, fastText's .vec or GloVe's text, also compressed by
            gzip, bzip2 or xz.

    Returns:
        The words in the order of the file. A repeated word has its first vector.

    Raises:
        InputError: the file is missing, damaged, cut short or no file of word vectors.
    """
    with open_decompressed(path) as data:
        start = data.read(_START)
    if not start.strip():
        raise InputError(f"{path}: this file is empty; {_FORMATS}.")
    first, _, rest = start.removeprefix(_BOM).partition(b"\n")
    header = _parse_header(path, first)
    if not header:
        if not _is_row(first):
            raise _not_vectors(path, start)
        return read_text(path, size=len(_numbers(first)))
    # A text whose first row is broken is still a text, and its reader names the line.
    if _is_row(rest.partition(b"\n")[0], header.size) or _is_text(start):
        return read_text(path, size=header.size, words=header.words)
    return read_binary(path, size=header.size, words=header.words)


def _parse_header(path: str | os.PathLike[str], line: bytes) -> _Header | None:
    found = _HEADER.fullmatch(line)
    if not found:
        return None
    header = _Header(*map(int, found.groups()))
    if not header.words or not header.size:
        raise InputError(
            f"{path}:1: the first line promises {header.words} words of {header.size} numbers; "
            "there must be at least one of each."
        )
    return header


def _not_vectors(path: str | os.PathLike[str], start: bytes) -> InputError:
    line = start.partition(b"\n")[0]
    shown = repr(line[:40].decode("utf-8")) if _is_text(line[:40]) else f"the bytes {line[:12]!r}"
    return InputError(
        f"{path}: this is no file of word vectors: it starts with {shown}, and not with a line of "
        f"the number of words and the numbers of each, such as '20000 100'. {_FORMATS}."
    )


def _numbers(line: bytes) -> list[bytes]:
    """What stands behind the word of a line. Other white space may be part of the word."""
    return re.split(rb"[ \t]+", line.strip(b" \t\r"))[1:]


def _is_row(line: bytes, size: int = 0) -> bool:
    """Whether a line is a word and `size` numbers, or any two or more numbers if `size` is 0."""
    numbers = _numbers(line)
    try:
        list(map(float, numbers))
    except ValueError:
        return False
    return len(numbers) == size if size else len(numbers) > 1


def _is_text(data: bytes) -> bool:
    """Whether bytes can be UTF-8 text, which may end in the middle of a character."""
    try:
        codecs.getincrementaldecoder("utf-8")().decode(data)
    except UnicodeDecodeError:
        return False
    return _CONTROL.search(data) is None
