"""A trained student that teaches: what it believes of each word, as logits."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import tensorflow as tf

from bioner_kd.checksum import file_digest
from bioner_kd.encoding.batches import BatchSource, predict_logits
from bioner_kd.encoding.graph import one_graph
from bioner_kd.errors import NewerFormatError
from bioner_kd.student.files import not_a_student, weights_file
from bioner_kd.student.model import sentence_lengths
from bioner_kd.student.saved_student import SavedStudent, load_student
from bioner_kd.tagging.decoding import Decoder
from bioner_kd.tagging.tables import TABLES, read_tables
from bioner_kd.tagging.tag_set import TagSet
from bioner_kd.text.sentence import Sentence

# What a CRF forbids has probability 0. Read as this, one that does not forbid it is still heard in
# the mean of both.
_LEAST = 1e-6


@dataclass(frozen=True)
class StudentVoice:
    """A student as a teacher.

    A softmax student says its logits. A CRF's logits are half of what it knows, so it says the
    logarithm of its posterior probabilities, whose softmax are these.

    Attributes:
        student: as it comes from disk.
        fingerprint: what it says depends on, by name, as a logits cache records it.
    """

    student: SavedStudent
    fingerprint: dict[str, object]

    @property
    def tag_set(self) -> TagSet:
        """The tags of the last axis of the logits."""
        return self.student.tag_set

    @property
    def decoder(self) -> Decoder:
        """What it says to tags; the transitions have been heard already."""
        return Decoder(self.tag_set)

    @property
    def parameters(self) -> int:
        """Number of weights."""
        return self.student.parameters

    @property
    def size(self) -> int:
        """Bytes on disk."""
        return self.student.size

    def logits(
        self, sentences: Sequence[Sentence], batch_size: int = 64, *, name: str = ""
    ) -> list[np.ndarray]:
        """Logits or log-probabilities of each word, float32 (words, tags) a sentence, in order.

        With a name, it is told under that name how far the work has come.
        """
        return predict_logits(self.call, self.source(sentences), batch_size, name=name)

    def source(self, sentences: Sequence[Sentence]) -> BatchSource:
        """Batches of the student's features alone."""
        return self.student.source(sentences)

    @cached_property
    def call(self) -> Callable[[Mapping[str, tf.Tensor]], tf.Tensor]:
        """The same of a batch of features, as a graph: float32 (batch, words, tags)."""
        crf = self.student.model.crf
        if crf is None:
            return self.student.call

        def log_posteriors(features: Mapping[str, tf.Tensor]) -> tf.Tensor:
            emissions = self.student.model(features, training=False)
            probabilities = crf.posteriors(emissions, sentence_lengths(features))
            return tf.math.log(tf.maximum(probabilities, _LEAST))

        return one_graph(log_posteriors, self.student.inputs())


def student_fingerprint(folder: Path) -> dict[str, object]:
    """What the word of a saved student depends on, read without loading it.

    Its entries are those of a fine-tuned teacher; a student reads sentences whole.

    Raises:
        InputError: the folder holds no student.
    """
    try:
        return {
            "teacher": file_digest(weights_file(folder)),
            "tokenizer": file_digest(folder / TABLES),
            "tags": list(read_tables(folder / TABLES).tag_set.tags),
            "windows": {},
        }
    except NewerFormatError:
        raise
    except (OSError, KeyError, TypeError, ValueError) as error:
        raise not_a_student(folder, error) from error


def load_student_voice(folder: Path) -> StudentVoice:
    """Loads what bioner_kd distill wrote, to teach others.

    Raises:
        InputError: the folder holds no student, or a damaged one.
    """
    return StudentVoice(load_student(folder), student_fingerprint(folder))
