"""Several models that teach with one voice: the mean of their logits."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import tensorflow as tf

from bioner_kd.encoding.batches import BatchSource
from bioner_kd.evaluation.comparison import Tagging
from bioner_kd.progress import parts
from bioner_kd.tagging.decoding import Decoder
from bioner_kd.tagging.tag_set import TagSet
from bioner_kd.teacher.labelling import Labeller
from bioner_kd.text.sentence import Sentence


class Teaching(Tagging, Labeller, Protocol):
    """A model that can teach: a fine-tuned encoder, a student, or several as one."""

    @property
    def tag_set(self) -> TagSet:
        """The tags of the last axis of the logits."""


class SingleTeacher(Teaching, Protocol):
    """One that is no mean of others."""

    @property
    def call(self) -> Callable[[Mapping[str, tf.Tensor]], tf.Tensor]:
        """Its model as a graph: features to logits (batch, words, tags)."""

    def source(self, sentences: Sequence[Sentence]) -> BatchSource:
        """Batches of its features alone."""


@dataclass(frozen=True)
class MeanTeacher:
    """Teachers of one tag set, each with its own words, subwords and windows.

    The softmax of the mean of logits is the geometric mean of the teachers' distributions. At any
    temperature it is that of the softened ones too, so that one cache serves all temperatures; the
    logarithm of the mean probability would not do that.

    Attributes:
        teachers: two or more.
        fingerprint: what the mean depends on, by name, as a logits cache records it.

    Source:
        Hinton, Vinyals and Dean (2015), arXiv:1503.02531, section 1: "an arithmetic or geometric
        mean of their individual predictive distributions as the soft targets".
    """

    teachers: tuple[Teaching, ...]
    fingerprint: dict[str, object]

    @property
    def tag_set(self) -> TagSet:
        """The tags of the last axis of the logits, the same for all."""
        return self.teachers[0].tag_set

    @property
    def decoder(self) -> Decoder:
        """How tags come from its logits."""
        return Decoder(self.tag_set)

    @property
    def parameters(self) -> int:
        """Number of weights of all."""
        return sum(teacher.parameters for teacher in self.teachers)

    @property
    def size(self) -> int:
        """Bytes of all weights on disk."""
        return sum(teacher.size for teacher in self.teachers)

    def logits(
        self, sentences: Sequence[Sentence], batch_size: int = 32, *, name: str = ""
    ) -> list[np.ndarray]:
        """Mean of the word-level logits, float32 (words, tags) a sentence, in order.

        With a name, it is told of each teacher under that name how far the work has come.
        """
        each = [
            teacher.logits(sentences, batch_size, name=part)
            for teacher, part in zip(self.teachers, parts(name, len(self.teachers)), strict=True)
        ]
        return [np.mean(same, axis=0, dtype=np.float32) for same in zip(*each, strict=True)]
