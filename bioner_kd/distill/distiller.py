"""The Distiller: a keras.Model whose training step blends hard labels and soft targets."""

from collections.abc import Mapping
from typing import Any

import keras
import tensorflow as tf

from bioner_kd.distill.config import DistillConfig
from bioner_kd.student.model import sentence_lengths
from bioner_kd.training.losses import (
    annealed,
    blend,
    crf_kl_per_word,
    crf_nll_per_word,
    cross_entropy_per_word,
    kl_per_word,
)
from bioner_kd.training.word_tagger import LOSS, WordTagger

TEACHER_LOGITS = "teacher_logits"
ANNOTATED = "annotated"


class Distiller(WordTagger):
    """Student and teacher in one model.

    It is trained on alpha * CE(tags) + (1 - alpha) * T² * KL(teacher || student), in nats per
    scored word. Where the student has a CRF (its attribute `crf`), CE is the negative
    log-likelihood of sentences and KL that of posterior probabilities.

    Without a teacher the targets hold its cached logits ("teacher_logits"). With a teacher, it runs
    live in the training step, on features that the batches then hold for both models. The teacher
    is frozen: it is called with training=False, and none of its variables is in the weights, the
    checkpoint or the optimiser of this model.

    Source:
        Han et al. (BIIT 2023), "Biomedical Named Entity Recognition Model Based on Knowledge
        Distillation"; Hinton, Vinyals and Dean (2015), arXiv:1503.02531.

    Examples:
        >>> from bioner_kd.student.config import StudentConfig
        >>> from bioner_kd.student.model import Student
        >>> distiller = Distiller(student=Student(StudentConfig(units=8), {"word": 50}, tags=3))
        >>> objective = DistillConfig(alpha=0.3, temperature=2.0)
        >>> distiller.compile("adam", objective=objective, run_eagerly=True)  # one batch: no graph
        >>> features = {"word_ids": tf.constant([[4, 7, 2]])}
        >>> targets = {"tag_ids": tf.constant([[0, 1, 2]]), "teacher_logits": tf.ones((1, 3, 3))}
        >>> batches = tf.data.Dataset.from_tensors((features, targets, tf.ones((1, 3))))
        >>> sorted(distiller.fit(batches, epochs=2, verbose=0).history)
        ['hard_loss', 'loss', 'soft_loss']
    """

    loss_names = (LOSS, "hard_loss", "soft_loss")

    def __init__(
        self, *, student: keras.Model, teacher: keras.Model | None = None, **options: Any
    ) -> None:
        """Makes one model of the student and, if it runs live, the teacher.

        Args:
            student: maps features to logits (batch, words, tags); it is trained.
            teacher: maps features to logits of the same shape; None if the targets hold its logits.
            **options: as in keras.Model.
        """
        super().__init__(**options)
        self.student = student
        # Not by Keras's __setattr__, which would track the variables of the teacher as ours.
        object.__setattr__(self, "teacher", teacher)
        self.objective = DistillConfig()
        self.total_steps = 0

    def compile(
        self,
        optimizer: Any = "adam",
        *,
        objective: DistillConfig | None = None,
        total_steps: int = 0,
        **options: Any,
    ) -> None:
        """Sets optimiser and objective.

        Args:
            optimizer: as in keras.Model.compile.
            objective: alpha and temperature; the defaults of `DistillConfig` if None.
            total_steps: number of steps of the training; needed if alpha moves to `alpha_end`.
            **options: as in keras.Model.compile; pass metrics as `weighted_metrics`, which leave
                padding out.
        """
        super().compile(optimizer=optimizer, **options)
        self.objective = objective or DistillConfig()
        self.total_steps = total_steps
        if self.objective.alpha_end is not None and total_steps < 1:
            raise ValueError("alpha moves to alpha_end over all steps: pass total_steps=.")

    def call(self, features: Mapping[str, tf.Tensor], training: bool | None = None) -> tf.Tensor:
        """The student's logits, float32 (batch, words, tags)."""
        return self.student(features, training=training)

    def word_losses(
        self, features: Mapping[str, tf.Tensor], targets: Mapping[str, tf.Tensor], logits: tf.Tensor
    ) -> dict[str, tf.Tensor]:
        """The blend and its two parts by name, float32 (batch, words) each.

        If the targets hold "annotated" float32 (batch,), a sentence with 0 has no tags: its hard
        loss is 0, and its loss is the soft loss alone, whatever alpha is.
        """
        alpha = self._alpha()
        hard = self._hard_loss(features, targets, logits)
        teaches = self.objective.needs_teacher or ANNOTATED in targets
        soft = self._soft_loss(features, targets, logits) if teaches else tf.zeros_like(hard)
        annotated = targets[ANNOTATED][:, tf.newaxis] if ANNOTATED in targets else 1.0
        loss = blend(hard, soft, alpha=alpha, annotated=annotated)
        return {LOSS: loss, "hard_loss": annotated * hard, "soft_loss": soft}

    def loss_weight(
        self, name: str, targets: Mapping[str, tf.Tensor], word_mask: tf.Tensor
    ) -> tf.Tensor:
        """The word mask; for the hard loss, 0 for words of sentences without tags."""
        if name != "hard_loss" or ANNOTATED not in targets:
            return word_mask
        return word_mask * targets[ANNOTATED][:, tf.newaxis]

    def _alpha(self) -> float | tf.Tensor:
        start, end = self.objective.alpha, self.objective.alpha_end
        if end is None:
            return start
        return annealed(start, end, step=self.optimizer.iterations, total_steps=self.total_steps)

    def _hard_loss(
        self, features: Mapping[str, tf.Tensor], targets: Mapping[str, tf.Tensor], logits: tf.Tensor
    ) -> tf.Tensor:
        crf = getattr(self.student, "crf", None)
        if crf is None:
            return cross_entropy_per_word(logits, targets["tag_ids"])
        return crf_nll_per_word(crf, logits, targets["tag_ids"], sentence_lengths(features))

    def _soft_loss(
        self, features: Mapping[str, tf.Tensor], targets: Mapping[str, tf.Tensor], logits: tf.Tensor
    ) -> tf.Tensor:
        if self.teacher is not None:
            teacher_logits = self.teacher(features, training=False)
        elif TEACHER_LOGITS in targets:
            teacher_logits = targets[TEACHER_LOGITS]
        else:
            raise ValueError(
                f"alpha is {min(self.objective.alphas.values())}, so the loss needs the teacher: "
                f"pass teacher=, or batches whose targets hold {TEACHER_LOGITS!r}."
            )
        teacher_logits = tf.cast(teacher_logits, tf.float32)
        temperature, crf = self.objective.temperature, getattr(self.student, "crf", None)
        if crf is None:
            return kl_per_word(logits, teacher_logits, temperature=temperature)
        lengths = sentence_lengths(features)
        return crf_kl_per_word(crf, logits, teacher_logits, lengths, temperature=temperature)
