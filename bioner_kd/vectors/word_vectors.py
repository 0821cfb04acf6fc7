"""Words with a vector each."""

import re
from dataclasses import dataclass

import numpy as np

from bioner_kd.errors import shown
from bioner_kd.tagging.word_form import form_of
from bioner_kd.text.tokenizer import MASK

# What separates words, numbers and lines in a file of vectors, which knows no quotes.
_STORABLE = re.compile(r"[^ \t\r\n\0]+")
# Bytes of a word in a binary file; where its first line is wrong, words seem to have no end.
LONGEST_WORD = 10_000


def can_be_stored(word: str) -> bool:
    """Whether a file of word vectors can hold a word: it is not empty and has no blank in it."""
    return _STORABLE.fullmatch(word) is not None


def can_have_vector(form: str) -> bool:
    """Whether a form of a text may get a vector; a masked word is what any unknown word is."""
    return form != MASK and can_be_stored(form) and len(form.encode()) < LONGEST_WORD


@dataclass(frozen=True, eq=False)
class WordVectors:
    """Words and their vectors, the most frequent first.

    Attributes:
        words: each once.
        matrix: float32 (words, size).
    """

    words: tuple[str, ...]
    matrix: np.ndarray

    def __post_init__(self) -> None:
        """Checks that words and rows belong together.

        Raises:
            ValueError: they do not, a word is there twice or no file could hold it.
        """
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
        """Numbers of a vector."""
        return self.matrix.shape[1]

    def by_form(self) -> dict[str, int]:
        """Row of each form.

        A form that several words share, as "p53" and "P21" share "p00", has the row of the word
        that is written like it, else of the first word, which is the most frequent.
        """
        rows: dict[str, int] = {}
        for row, word in enumerate(self.words):
            form = form_of(word)
            if form == word or form not in rows:
                rows[form] = row
        return rows
