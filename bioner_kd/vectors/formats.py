"""Reads word vectors as text (word2vec, fastText .vec, GloVe) and in word2vec's binary format.

gensim's loader takes 2.5 times as long for text (42 s instead of 17 s for 200,000 words of 100
numbers) and knows neither tabs nor words that hold spaces. It repeats a number that is missing in a
line, and allocates what the first line promises: 0.8 GB for a file of one word.
"""

import io
import os
import re
from typing import Any, cast

import numpy as np
from absl import logging

from bioner_kd.errors import InputError, shown
from bioner_kd.text.plain_text import read_text_lines
from bioner_kd.text.text_file import open_decompressed
from bioner_kd.vectors.word_vectors import LONGEST_WORD, WordVectors, can_be_stored

_SHOWN = 40
# Other white space of Unicode belongs to a word: fastText's words may hold a no-break space.
_LINE = re.compile(r"([^ \t\r\0]+)(?:[ \t]+(.*))?")
# Little-endian on every machine.
_NUMBER = np.dtype("<f4")
_MEND = (
    "get it again, or let gensim replace what cannot be read: KeyedVectors.load_word2vec_format("
    "OLD, binary=True, unicode_errors='replace').save_word2vec_format(NEW, binary=True)"
)


class CollectedVectors:
    """The word vectors that have been read from a file so far, with the checks of all formats.

    Attributes:
        path: the file, for messages.
        size: number of numbers of a vector.
        read: number of vectors read, repeated and skipped words included.
    """

    def __init__(self, path: str | os.PathLike[str], size: int) -> None:
        self.path, self.size, self.read = path, size, 0
        self._words: dict[str, None] = {}
        self._skipped = 0
        # Grows while the file is read: the first line may promise more than the memory holds.
        self._data = bytearray()

    def add(self, place: str, word: str, vector: np.ndarray) -> None:
        """Adds a word unless it is there already.

        Args:
            place: where the word stands, for the message.
            word: the word.
            vector: float32 (size,); NaN and infinity are refused.
        """
        if not np.isfinite(vector).all():
            raise InputError(
                f"{place}: the vector of {shown(word)} holds {vector[~np.isfinite(vector)][0]}, "
                "which is no number to learn from; take this word out, or make the file again."
            )
        self.read += 1
        if word not in self._words:
            self._words[word] = None
            self._data += vector.tobytes()

    def skip(self) -> None:
        """Counts a word that holds a space, which no word of a corpus does."""
        self.read += 1
        self._skipped += 1

    def check_count(self, promised: int) -> None:
        """Refuses a file that ended before all promised words were read."""
        if self.read < promised:
            raise InputError(
                f"{self.path}: the first line promises {promised} words of {self.size} numbers, "
                f"but {self.read} are there; the file is cut short: get it again, or write "
                f"'{self.read} {self.size}' in the first line."
            )

    def too_many(self, place: str, promised: int) -> InputError:
        """Makes the error for a file that goes on behind the promised words."""
        return InputError(
            f"{place}: the file goes on after the {promised} words of {self.size} numbers that its "
            "first line promises; correct that line, or get the file again."
        )

    def finish(self) -> WordVectors:
        """Makes the word vectors, and reports the skipped and the repeated words."""
        if self._skipped:
            logging.warning(
                "%s: %d of %d words hold a space, which no word of a corpus does; they are left "
                "out.",
                self.path,
                self._skipped,
                self.read,
            )
        if not self._words:
            raise InputError(f"{self.path}: there is no word in this file; get it again.")
        if repeated := self.read - self._skipped - len(self._words):
            logging.warning(
                "%s: %d of %d words stand there more than once; the first vector of each counts.",
                self.path,
                repeated,
                self.read,
            )
        matrix = np.frombuffer(self._data, np.float32).reshape(-1, self.size)
        return WordVectors(tuple(self._words), matrix)


def read_text(path: str | os.PathLike[str], *, size: int, words: int | None = None) -> WordVectors:
    """Reads vectors from text: on each line a word and its numbers.

    A word that holds a space, as some of GloVe's do, is skipped and counted.

    Args:
        path: a UTF-8 file, also compressed.
        size: number of numbers of a vector.
        words: number of words that the first line promises; None if the first line has a word.
    """
    collected = CollectedVectors(path, size)
    lines = enumerate(read_text_lines(path), 1)
    if words is not None:
        next(lines)
    for number, line in lines:
        place = f"{path}:{number}"
        if collected.read == words:
            if line.strip():
                raise collected.too_many(place, words)
            continue
        word, numbers = _split(place, line, size)
        if words is not None and len(numbers) < size and next(lines, None) is None:
            break  # The last line is cut short; the number of words tells of it.
        if _word_has_spaces(numbers, size):
            collected.skip()
        else:
            collected.add(place, word, _parse(place, word, numbers, size))
    collected.check_count(words or 0)
    return collected.finish()


def _split(place: str, line: str, size: int) -> tuple[str, list[str]]:
    found = _LINE.fullmatch(line)
    if not found:
        raise InputError(
            f"{place}: expected a word and {size} numbers, separated by single spaces, found "
            f"{shown(line, _SHOWN)}."
        )
    return found[1], (found[2] or "").split()


def _word_has_spaces(numbers: list[str], size: int) -> bool:
    """Whether a line has a word such as "at name@domain.com" in front of its vector."""
    rest, vector = numbers[: len(numbers) - size], numbers[len(numbers) - size :]
    return (
        len(numbers) > size
        and all(map(_is_number, vector))
        and not all(map(_is_number, rest))  # A word and too many numbers is a damaged line.
    )


def _parse(place: str, word: str, numbers: list[str], size: int) -> np.ndarray:
    """The vector, float32 (size,)."""
    if len(numbers) != size:
        raise InputError(
            f"{place}: expected a word and {size} numbers, as in the first line, found "
            f"{len(numbers)} after {shown(word, _SHOWN)}; mend or remove this line."
        )
    try:
        # A number that is too large becomes infinity, which is refused without numpy's warning.
        with np.errstate(over="ignore"):
            return np.array(numbers, np.float32)
    except ValueError:
        bad = next(text for text in numbers if not _is_number(text))
        raise InputError(
            f"{place}: expected a word and {size} numbers, but {shown(bad, _SHOWN)} behind "
            f"{shown(word, _SHOWN)} is no number; mend or remove this line."
        ) from None


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def read_binary(path: str | os.PathLike[str], *, size: int, words: int) -> WordVectors:
    """Reads vectors from word2vec's binary format: for each word its text, a space and its numbers.

    Args:
        path: a file, also compressed, whose first line is the number of words and `size`.
        size: number of numbers of a vector.
        words: number of words that the first line promises.
    """
    collected = CollectedVectors(path, size)
    with open_decompressed(path) as opened:
        data = io.BufferedReader(cast(Any, opened), 1 << 20)
        data.readline()
        for number in range(1, words + 1):
            name = _read_name(data)
            numbers = data.read(_NUMBER.itemsize * size)
            if len(numbers) < _NUMBER.itemsize * size:
                break
            place = f"{path}, word {number}"
            vector = np.frombuffer(numbers, _NUMBER).astype(np.float32)
            collected.add(place, _decode(place, name, size), vector)
        collected.check_count(words)
        if data.read(2).strip(b"\n"):
            raise collected.too_many(str(path), words)
    return collected.finish()


def _read_name(data: io.BufferedReader) -> bytes:
    """The bytes up to the next space, but no more than a word may have."""
    name = bytearray()
    while (byte := data.read(1)) not in (b" ", b"") and len(name) <= LONGEST_WORD:
        name += byte
    # word2vec's own program ends each vector with a line end.
    return bytes(name).lstrip(b"\n")


def _decode(place: str, name: bytes, size: int) -> str:
    try:
        word = name.decode("utf-8")
    except UnicodeDecodeError:
        word = ""
    if not can_be_stored(word) or len(name) >= LONGEST_WORD:
        raise InputError(
            f"{place}: {name[:40]!r} is no word in UTF-8. If it is not {size} numbers that each "
            f"word of this file has, its first line is wrong; else {_MEND}."
        )
    return word
