"""The first stage of a distillation, before logits and labels: the teacher's hidden states."""

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
    """Data and length of the stage.

    Attributes:
        epochs: number of epochs.
        sentences: the training split, followed by the transfer set.
        states: last hidden state of the teacher at the first subword of each word, float16 (words,
            hidden size) per sentence.
        optional: number of sentences of the transfer set, which stand last.
        drawn: number of sentences of the transfer set that each epoch samples.
    """

    epochs: int
    sentences: Sequence[Sentence]
    states: Sequence[np.ndarray]
    optional: int = 0
    drawn: int = 0

    @property
    def width(self) -> int:
        """Hidden size of the teacher."""
        return self.states[0].shape[1]

    def source(self, tables: WordFeatures) -> BatchSource:
        """Batches of features of the student, with hidden states of the teacher as targets."""
        words = np.array([len(sentence) for sentence in self.sentences], np.int64)
        features = (student_features(self.sentences, tables),)
        targets = (_gather_states(self.states),)
        return BatchSource(words, words, features, targets, self.optional, self.drawn)


class HiddenFitter(WordTagger):
    """A student with a linear projection of its last BiLSTM to the hidden state of the teacher.

    The loss is the mean squared error. The head of the student has no part in the output, so it is
    not among the trainable variables.

    Source:
        Mukherjee and Awadallah (2020), "XtremeDistil", arXiv:2004.05686: a stage of its own for the
        teacher's hidden representation, before the one for its logits.
    """

    def __init__(self, student: Student, width: int, **options: Any) -> None:
        """Adds the projection to a student.

        Args:
            student: built.
            width: hidden size of the teacher.
            **options: as in keras.Model.
        """
        super().__init__(**options)
        self.student = student
        self.projection = keras.layers.Dense(width, name="projection")
        self._reached: frozenset[int] = frozenset()

    def call(self, features: Mapping[str, tf.Tensor], training: bool | None = None) -> tf.Tensor:
        """Predicted hidden state of the teacher, float32 (batch, words, width)."""
        return self.projection(self.student.hidden(features, training=training))

    def build_on(self, features: Mapping[str, tf.Tensor]) -> None:
        """Makes the projection, and finds the variables that have a part in the output."""
        with tf.GradientTape() as tape:
            self(features)
        self._reached = frozenset(id(variable) for variable in tape.watched_variables())

    @property
    def trainable_weights(self) -> list[tf.Variable]:
        """The variables that have a part in the output."""
        # The tape knows the first component of a variable that has one for each replica.
        components = tf.distribute.get_strategy().experimental_local_results
        return [
            weight
            for weight in super().trainable_weights
            if id(components(weight)[0]) in self._reached
        ]

    def word_losses(
        self, features: Mapping[str, tf.Tensor], targets: Mapping[str, tf.Tensor], logits: tf.Tensor
    ) -> dict[str, tf.Tensor]:
        """Mean squared error of each word by name, float32 (batch, words)."""
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
    """Trains a student, without its head, to predict hidden states of the teacher.

    The student keeps the weights of the last epoch. The projection is thrown away.

    Args:
        student: built.
        tables: maps words to features of the student.
        stage: sentences, hidden states and epochs.
        training: optimiser; the stage has a schedule of its own over its epochs.
        folder: run directory, where `history_hidden.csv` and the state are written.
        settings: JSON values that must be equal when a run is resumed.
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
    # The rows are not made a tensor, because they can be gigabytes, which would be copied.
    lengths = tf.constant([len(rows) for rows in states], tf.int64)

    def join(indices: np.ndarray) -> np.ndarray:
        # A small last batch leaves some replicas without a sentence.
        return np.concatenate([states[0][:0], *(states[index] for index in indices)])

    def gather(indices: tf.Tensor) -> dict[str, tf.Tensor]:
        flat = tf.numpy_function(join, [indices], states[0].dtype, stateful=False)
        flat = tf.ensure_shape(flat, [None, states[0].shape[1]])
        rows = tf.RaggedTensor.from_row_lengths(flat, tf.gather(lengths, indices))
        return {STATES: pad(rows)}

    return gather
