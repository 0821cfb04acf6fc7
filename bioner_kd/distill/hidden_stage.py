"""The stage before logits and labels: the student's last layer learns the teacher's."""

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from absl import logging

from bioner_kd.encoding.batches import BatchSource, Gather, pad, student_features
from bioner_kd.student.model import Student
from bioner_kd.tagging.word_features import WordFeatures
from bioner_kd.text.sentence import Sentence
from bioner_kd.training.callbacks import LastWeights
from bioner_kd.training.config import TrainingConfig
from bioner_kd.training.loop import fit
from bioner_kd.training.optimizer import make_optimizer
from bioner_kd.training.run_folder import STATE
from bioner_kd.training.word_tagger import LOSS, WordTagger

STAGE = "hidden"
HISTORY = "history_hidden.csv"
STATES = "hidden_states"


@dataclass(frozen=True)
class HiddenStage:
    """What the stage fits, and for how long.

    Attributes:
        epochs: passes over the training split.
        sentences: the training split and, behind it, the transfer set.
        states: the teacher's last hidden state of each word's first subword, float16 (words, hidden
            size) a sentence.
        optional: number of sentences of the transfer set, which stand last.
        drawn: number of these that an epoch samples, other ones each time.
    """

    epochs: int
    sentences: Sequence[Sentence]
    states: Sequence[np.ndarray]
    optional: int = 0
    drawn: int = 0

    @property
    def width(self) -> int:
        """The teacher's hidden size."""
        return self.states[0].shape[1]

    def source(self, tables: WordFeatures) -> BatchSource:
        """Batches of the student's features with the teacher's hidden states as targets."""
        words = np.array([len(sentence) for sentence in self.sentences], np.int64)
        features = (student_features(self.sentences, tables),)
        targets = (_gather_states(self.states),)
        return BatchSource(words, words, features, targets, self.optional, self.drawn)


class HiddenFitter(WordTagger):
    """A student and a linear projection of its last layer to the teacher's hidden state.

    Its loss is the mean squared error. The student's head, which its output does not come from, is
    not among its trainable variables.

    Source:
        Mukherjee and Awadallah (2020), "XtremeDistil", arXiv:2004.05686: a stage of its own for the
        teacher's hidden representation, before the one for its logits.
    """

    def __init__(self, student: Student, width: int, **options: Any) -> None:
        """Takes a built student and the teacher's hidden size; options as in keras.Model."""
        super().__init__(**options)
        self.student = student
        self.projection = keras.layers.Dense(width, name="projection")
        self._reached: frozenset[int] = frozenset()

    def call(self, features: Mapping[str, tf.Tensor], training: bool | None = None) -> tf.Tensor:
        """The student's guess of the teacher's hidden state, float32 (batch, words, width)."""
        return self.projection(self.student.hidden(features, training=training))

    def build_on(self, features: Mapping[str, tf.Tensor]) -> None:
        """Makes the projection's variables and finds out which variables the output comes from."""
        with tf.GradientTape() as tape:
            self(features)
        self._reached = frozenset(id(variable) for variable in tape.watched_variables())

    @property
    def trainable_weights(self) -> list[tf.Variable]:
        """The variables that the output comes from."""
        return [weight for weight in super().trainable_weights if id(weight) in self._reached]

    def word_losses(
        self, features: Mapping[str, tf.Tensor], targets: Mapping[str, tf.Tensor], logits: tf.Tensor
    ) -> dict[str, tf.Tensor]:
        """Squared error of a word, its mean over the width, float32 (batch, words)."""
        error = logits - tf.cast(targets[STATES], tf.float32)
        return {LOSS: tf.reduce_mean(tf.square(error), axis=-1)}


def fit_hidden_states(
    student: Student,
    tables: WordFeatures,
    stage: HiddenStage,
    training: TrainingConfig,
    *,
    folder: Path,
    settings: Mapping[str, Any],
) -> None:
    """Trains a student towards the teacher's hidden states, all but its head.

    The weights of the last epoch are kept, the projection is not.

    Args:
        student: built.
        tables: words to its features.
        stage: sentences, hidden states and epochs.
        training: optimiser, with a schedule of its own over the epochs of the stage.
        folder: where `history_hidden.csv` and, in a folder of its own, the state go.
        settings: what a resumed run must share.
    """
    training = dataclasses.replace(training, epochs=stage.epochs, patience=0)
    source = stage.source(tables)
    fitter = HiddenFitter(student, stage.width)
    fitter.build_on(source.gather([0])[0])
    fitter.compile(make_optimizer(training, source.steps(training.batch_size)))
    logging.info("Stage 1: the teacher's hidden states, %d numbers a word.", stage.width)
    last, state, history = LastWeights(fitter), folder / STATE / STAGE, folder / HISTORY
    fit(fitter, source, training, last, state=state, history=history, settings=settings)
    logging.info("Stage 2: the teacher's logits and the labels.")


def _gather_states(states: Sequence[np.ndarray]) -> Gather:
    # The rows stay where they are in memory: they can be gigabytes, which a tensor would copy.
    lengths = tf.constant([len(rows) for rows in states], tf.int64)

    def join(indices: np.ndarray) -> np.ndarray:
        return np.concatenate([states[index] for index in indices])

    def gather(indices: tf.Tensor) -> dict[str, tf.Tensor]:
        flat = tf.numpy_function(join, [indices], states[0].dtype, stateful=False)
        flat = tf.ensure_shape(flat, [None, states[0].shape[1]])
        rows = tf.RaggedTensor.from_row_lengths(flat, tf.gather(lengths, indices))
        return {STATES: pad(rows)}

    return gather
