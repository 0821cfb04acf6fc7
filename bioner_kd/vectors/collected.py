"""Word vectors on their way out of a file, and what can be wrong with them in any format."""

import os

import numpy as np
from absl import logging

from bioner_kd.errors import InputError, shown
from bioner_kd.vectors.word_vectors import WordVectors


class CollectedVectors:
    """What has been read so far.

    Attributes:
        path: the file, for messages.
        size: numbers of a vector.
        read: vectors read, repeated words included.
    """

    def __init__(self, path: str | os.PathLike[str], size: int) -> None:
        self.path, self.size, self.read = path, size, 0
        self._words: dict[str, None] = {}
        self._skipped = 0
        # Grows as it is read: what the first line promises may be a lie, and takes memory.
        self._data = bytearray()

    def add(self, place: str, word: str, vector: np.ndarray) -> None:
        """Adds a word unless it is there already.

        Args:
            place: where it stands, for the message.
            word: the word.
            vector: float32 (size,).

        Raises:
            InputError: a number is NaN or infinite.
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
        """Counts a word that no corpus can have, since it holds a space."""
        self.read += 1
        self._skipped += 1

    def check_count(self, promised: int) -> None:
        """Checks that all of the promised words came.

        Raises:
            InputError: the file ended before.
        """
        if self.read < promised:
            raise InputError(
                f"{self.path}: the first line promises {promised} words of {self.size} numbers, "
                f"but {self.read} are there; the file is cut short: get it again, or write "
                f"'{self.read} {self.size}' in the first line."
            )

    def too_many(self, place: str, promised: int) -> InputError:
        """The error for a file that goes on."""
        return InputError(
            f"{place}: the file goes on after the {promised} words of {self.size} numbers that its "
            "first line promises; correct that line, or get the file again."
        )

    def finish(self) -> WordVectors:
        """The words and their vectors; repeated words are reported.

        Raises:
            InputError: there is no word.
        """
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
