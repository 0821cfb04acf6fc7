"""Word vectors in word2vec's binary format: a line "words size", then word, space, numbers."""

import io
import os
from typing import Any, cast

import numpy as np

from bioner_kd.errors import InputError
from bioner_kd.text.text_file import open_decompressed
from bioner_kd.vectors.collected import CollectedVectors
from bioner_kd.vectors.word_vectors import LONGEST_WORD, WordVectors, can_be_stored

# Numbers are those of the machines that word2vec ran on, whatever this one is.
_NUMBER = np.dtype("<f4")
_MEND = (
    "get it again, or let gensim replace what cannot be read: KeyedVectors.load_word2vec_format("
    "OLD, binary=True, unicode_errors='replace').save_word2vec_format(NEW, binary=True)"
)


def read_binary(path: str | os.PathLike[str], *, size: int, words: int) -> WordVectors:
    """Reads vectors from word2vec's binary format.

    Args:
        path: also compressed by gzip, bzip2 or xz.
        size: numbers of a vector.
        words: how many words the first line promises.

    Raises:
        InputError: a word is not as it should be, or the words are not as many as promised.
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
    """The bytes up to the next space, or to the end of the file, or more than a word has."""
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
