"""Words with a vector each, and their files in the formats of word2vec."""

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from bioner_kd.atomic import atomic_file
from bioner_kd.errors import shown
from bioner_kd.tagging.word_form import form_of
from bioner_kd.text.tokenizer import MASK

# A file of vectors knows no quotes, so a word cannot hold what separates words, numbers and lines.
_STORABLE = re.compile(r"[^ \t\r\n\0]+")
# In bytes. A binary file whose first line is wrong seems to have words without an end.
LONGEST_WORD = 10_000


def can_be_stored(word: str) -> bool:
    """Tells whether a file of vectors can hold a word: the word is not empty and has no blank."""
    return _STORABLE.fullmatch(word) is not None


def can_have_vector(form: str) -> bool:
    """Tells whether a form may get a vector. The mask may not: it stands for any word."""
    return form != MASK and can_be_stored(form) and len(form.encode()) < LONGEST_WORD


@dataclass(frozen=True, eq=False)
class WordVectors:
    """Words and their vectors.

    Attributes:
        words: no word twice, the most frequent word first.
        matrix: float32 (words, size).
    """

    words: tuple[str, ...]
    matrix: np.ndarray

    def __post_init__(self) -> None:
        """Checks that words and rows belong together, and that a file can hold the words."""
        if self.matrix.dtype != np.float32 or self.matrix.ndim != 2:
            raise ValueError(
                f"a matrix of {self.matrix.dtype} {self.matrix.shape}; it must be of float32 "
                "(words, size)."
            )
        if len(self.words) != len(self.matrix):
            raise ValueError(f"{len(self.words)} words for {len(self.matrix)} vectors.")
        if len(set(self.words)) != len(self.words):
            raise ValueError("a word is there twice; each must be there once.")
        if bad := [word for word in self.words if not can_be_stored(word)]:
            raise ValueError(
                f"{shown(bad[0])} cannot be a word; one is not empty and has no blank."
            )

    @property
    def size(self) -> int:
        """Number of numbers of a vector."""
        return self.matrix.shape[1]

    def by_form(self) -> dict[str, int]:
        """Finds the row of each form.

        Several words may share a form, as "p53" and "P21" share "p00". The form then has the row of
        the word that is written like the form, or else of the first word, the most frequent.
        """
        rows: dict[str, int] = {}
        for row, word in enumerate(self.words):
            form = form_of(word)
            if form == word or form not in rows:
                rows[form] = row
        return rows


def write_vectors(
    path: str | os.PathLike[str], vectors: WordVectors, *, binary: bool = True
) -> None:
    """Writes a file of word vectors, which word2vec, fastText, gensim and other programs read.

    Args:
        path: name of the file, which appears when it is complete; an existing file is replaced.
        vectors: the word vectors.
        binary: whether a number takes 4 bytes; text is three times as large, and also exact.

    Raises:
        InputError: the folder cannot be written or the disk is full.
    """
    with atomic_file(path, "wb") as file:
        file.write(f"{len(vectors.words)} {vectors.size}\n".encode())
        for entry in _binary(vectors) if binary else _text(vectors):
            file.write(entry)


def _binary(vectors: WordVectors) -> Iterator[bytes]:
    for word, vector in zip(vectors.words, vectors.matrix.astype("<f4"), strict=True):
        yield word.encode() + b" " + vector.tobytes()


def _text(vectors: WordVectors) -> Iterator[bytes]:
    # Nine digits tell every float32 from its neighbours.
    numbers = " ".join(["%.9g"] * vectors.size)
    for word, vector in zip(vectors.words, vectors.matrix, strict=True):
        yield f"{word} {numbers % tuple(vector.tolist())}\n".encode()
