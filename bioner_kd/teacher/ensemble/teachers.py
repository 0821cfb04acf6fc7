"""Teachers beside a fine-tuned encoder: a student, and the mean of several models."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import tensorflow as tf

from bioner_kd.encoding.batches import BatchSource, one_graph, predict_logits
from bioner_kd.encoding.sentence_model import TeachingModel
from bioner_kd.errors import NewerFormatError
from bioner_kd.progress import parts
from bioner_kd.regular_file import file_digest
from bioner_kd.student.files import not_a_student, weights_file
from bioner_kd.student.model import sentence_lengths
from bioner_kd.student.saved_student import SavedStudent, load_student
from bioner_kd.tagging.decoding import Decoder
from bioner_kd.tagging.tables import TABLES, read_tables
from bioner_kd.tagging.tag_set import TagSet
from bioner_kd.text.sentence import Sentence

# A CRF gives a forbidden tag the probability 0. In its place, this leaves the tag possible in the
# mean with a model that does not forbid it.
_LEAST = 1e-6


@dataclass(frozen=True)
class StudentTeacher:
    """A student as a teacher.

    The soft targets of a softmax student are its logits. The emissions of a CRF leave out its
    transitions, so the soft targets of a CRF student are the logarithms of its posterior
    probabilities, whose softmax are these probabilities.

    Attributes:
        student: the student, as loaded from disk.
        fingerprint: what the soft targets depend on, by name, as a logits cache records it.
    """

    student: SavedStudent
    fingerprint: dict[str, object]

    @property
    def tag_set(self) -> TagSet:
        """The tags of the last axis of the logits."""
        return self.student.tag_set

    @property
    def decoder(self) -> Decoder:
        """Turns the soft targets into tags, without transitions: the posteriors contain them."""
        return Decoder(self.tag_set)

    @property
    def parameters(self) -> int:
        """Number of weights."""
        return self.student.parameters

    @property
    def size(self) -> int:
        """Number of bytes on disk."""
        return self.student.size

    def logits(
        self, sentences: Sequence[Sentence], batch_size: int = 64, *, name: str = ""
    ) -> list[np.ndarray]:
        """Computes logits or log-probabilities, as `SentenceModel.logits` does."""
        return predict_logits(self.call, self.source(sentences), batch_size, name=name)

    def source(self, sentences: Sequence[Sentence]) -> BatchSource:
        """Makes batches of the student's features, without targets."""
        return self.student.source(sentences)

    @cached_property
    def call(self) -> Callable[[Mapping[str, tf.Tensor]], tf.Tensor]:
        """The model as a graph: from features to logits, float32 (batch, words, tags)."""
        crf = self.student.model.crf
        if crf is None:
            return self.student.call

        def log_posteriors(features: Mapping[str, tf.Tensor]) -> tf.Tensor:
            emissions = self.student.model(features, training=False)
            probabilities = crf.posteriors(emissions, sentence_lengths(features))
            return tf.math.log(tf.maximum(probabilities, _LEAST))

        return one_graph(log_posteriors, self.student.inputs())


def student_fingerprint(folder: Path) -> dict[str, object]:
    """Reads what a student's soft targets depend on, without loading the student.

    The entries are those of a fine-tuned teacher. A student has no windows.

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


def load_student_teacher(folder: Path) -> StudentTeacher:
    """Loads a student that bioner_kd distill wrote, as a teacher.

    Raises:
        InputError: the folder holds no student, or a damaged one.
    """
    return StudentTeacher(load_student(folder), student_fingerprint(folder))


@dataclass(frozen=True)
class MeanTeacher:
    """The mean of the logits of teachers with one tag set.

    Each teacher has its own words, subwords and windows. The softmax of the mean of logits is the
    geometric mean of the teachers' distributions, at any temperature, so that one cache serves all
    temperatures. The logarithm of the mean probability would not do that.

    Attributes:
        teachers: two or more models.
        fingerprint: what the mean depends on, by name, as a logits cache records it.

    Source:
        Hinton, Vinyals and Dean (2015), arXiv:1503.02531, section 1: "an arithmetic or geometric
        mean of their individual predictive distributions as the soft targets".
    """

    teachers: tuple[TeachingModel, ...]
    fingerprint: dict[str, object]

    @property
    def decoder(self) -> Decoder:
        """Turns the mean logits into tags."""
        return Decoder(self.teachers[0].decoder.tag_set)

    @property
    def parameters(self) -> int:
        """Number of weights of all teachers."""
        return sum(teacher.parameters for teacher in self.teachers)

    @property
    def size(self) -> int:
        """Number of bytes of all weights on disk."""
        return sum(teacher.size for teacher in self.teachers)

    def logits(
        self, sentences: Sequence[Sentence], batch_size: int = 32, *, name: str = ""
    ) -> list[np.ndarray]:
        """Computes the mean logits, as `SentenceModel.logits` does; each teacher has a bar."""
        each = [
            teacher.logits(sentences, batch_size, name=part)
            for teacher, part in zip(self.teachers, parts(name, len(self.teachers)), strict=True)
        ]
        return [np.mean(same, axis=0, dtype=np.float32) for same in zip(*each, strict=True)]
