"""A student that tags text as its exports will, before there are any."""

from collections.abc import Mapping, Sequence

import numpy as np

from bioner_kd.student.saved_student import SavedStudent
from bioner_kd.tagging.models.word_model import Features, logits_in_batches, pad
from bioner_kd.tagging.tagger import Tagger

# Sentences of one call, and its words with padding, which bound its memory.
_BATCH_SIZE, _BATCH_WORDS = 64, 8192


class StudentModel:
    """A student in Keras as a `WordModel`."""

    # TensorFlow spreads a batch over all cores by itself.
    own_threads = True

    def __init__(self, student: SavedStudent) -> None:
        """Takes the student."""
        self._student = student

    def logits(self, features: Features) -> np.ndarray:
        """Logits of a sentence, as `WordModel` says."""
        return self.padded_logits(pad([features]))[0]

    def batch_logits(self, sentences: Sequence[Features]) -> list[np.ndarray]:
        """Logits of several sentences, as `WordModel` says."""
        return logits_in_batches(
            lambda some: self.padded_logits(pad(some)), sentences, _BATCH_SIZE, _BATCH_WORDS
        )

    def padded_logits(self, features: Mapping[str, np.ndarray]) -> np.ndarray:
        """Logits of a batch of padded sentences, float32 (batch, words, tags)."""
        return self._student.call(features).numpy()


def student_tagger(student: SavedStudent) -> Tagger:
    """The student as a `Tagger`, with the rules of its tables.

    Examples:
        >>> from pathlib import Path
        >>> from bioner_kd.student.saved_student import load_student
        >>> student = load_student(Path("saved_models/student"))  # doctest: +SKIP
        >>> student_tagger(student).tag("Aspirin relieves headache.")  # doctest: +SKIP
    """
    return Tagger(StudentModel(student), student.tables)
