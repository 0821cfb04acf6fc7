"""Word vectors as text: a word and its numbers a line (word2vec, fastText .vec, GloVe)."""

import os
import re

import numpy as np

from bioner_kd.errors import InputError, shown
from bioner_kd.text.plain_text import read_text_lines
from bioner_kd.vectors.collected import CollectedVectors
from bioner_kd.vectors.word_vectors import WordVectors

# Not every white space of Unicode: fastText's words may hold a no-break space.
_SHOWN = 40
_LINE = re.compile(r"([^ \t\r\0]+)(?:[ \t]+(.*))?")


def read_text(path: str | os.PathLike[str], *, size: int, words: int | None = None) -> WordVectors:
    """Reads vectors from text.

    No word of a corpus holds a space, so that words which do are skipped and counted.

    Args:
        path: UTF-8, also compressed by gzip, bzip2 or xz.
        size: numbers of a vector.
        words: how many words the first line promises; None where the first line is a word's.

    Raises:
        InputError: a line is not as it should be, or the lines are not as many as promised.
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
            break  # a line cut short, and the file with it: the count says so
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
    """Whether a line is a word like "at name@domain.com" and its vector, as some of GloVe's are."""
    rest, vector = numbers[: len(numbers) - size], numbers[len(numbers) - size :]
    return (
        len(numbers) > size
        and all(map(_is_number, vector))
        and not all(map(_is_number, rest))  # a word and too many numbers is a damaged line
    )


def _parse(place: str, word: str, numbers: list[str], size: int) -> np.ndarray:
    """The vector, float32 (size,)."""
    if len(numbers) != size:
        raise InputError(
            f"{place}: expected a word and {size} numbers, as in the first line, found "
            f"{len(numbers)} after {shown(word, _SHOWN)}; mend or remove this line."
        )
    try:
        # Too large a number becomes infinite, which is refused later; its warning adds nothing.
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
