"""The Distiller: a keras.Model whose training step blends hard labels and soft targets."""

from collections.abc import Mapping
from typing import Any

import keras
import tensorflow as tf

from bioner_kd.distill.config import DistillConfig
from bioner_kd.distill.losses import crf_kl_per_word, crf_nll_per_word, kl_per_word
from bioner_kd.encoding.word_features import PAD
from bioner_kd.training.losses import cross_entropy_per_word
from bioner_kd.training.word_tagger import LOSS, WordTagger

TEACHER_LOGITS = "teacher_logits"
ANNOTATED = "annotated"


class Distiller(WordTagger):
    """Student and teacher in one model.

    It is trained on alpha * CE(tags) + (1 - alpha) * T² * KL(teacher || student), in nats per
    scored word. Where the student has a CRF (its attribute `crf`), CE is the negative
    log-likelihood of sentences and KL that of posterior probabilities.

    Without a teacher the targets carry its logits ("teacher_logits", cached); with one, it runs in
    the training step (live), on features that batches then hold for both. The teacher is frozen: it
    is called with training=False, and none of its variables is in this model's weights, checkpoint
    or optimiser.

    Source:
        Han et al. (BIIT 2023), "Biomedical Named Entity Recognition Model Based on Knowledge
        Distillation"; Hinton, Vinyals and Dean (2015), arXiv:1503.02531.
    """

    loss_names = (LOSS, "hard_loss", "soft_loss")

    def __init__(
        self, *, student: keras.Model, teacher: keras.Model | None = None, **options: Any
    ) -> None:
        """Takes the models.

        Args:
            student: features to logits (batch, words, tags); what is trained.
            teacher: features to logits of the same shape, or None where the targets carry its
                logits.
            **options: as in keras.Model.
        """
        super().__init__(**options)
        self.student = student
        # Past Keras's own __setattr__, which would track the teacher's variables as ours.
        object.__setattr__(self, "teacher", teacher)
        self.objective = DistillConfig()

    def compile(
        self, optimizer: Any = "adam", *, objective: DistillConfig | None = None, **options: Any
    ) -> None:
        """Sets optimiser and objective.

        Args:
            optimizer: as in keras.Model.compile.
            objective: alpha and temperature, the paper's 0.3 where it is not given.
            **options: as in keras.Model.compile; metrics go in `weighted_metrics`, so that padding
                is left out.
        """
        super().compile(optimizer=optimizer, **options)
        self.objective = objective or DistillConfig()

    def call(self, features: Mapping[str, tf.Tensor], training: bool | None = None) -> tf.Tensor:
        """The student's logits, float32 (batch, words, tags)."""
        return self.student(features, training=training)

    def word_losses(
        self, features: Mapping[str, tf.Tensor], targets: Mapping[str, tf.Tensor], logits: tf.Tensor
    ) -> dict[str, tf.Tensor]:
        """The blend and its two parts, float32 (batch, words) each.

        Where targets hold "annotated" (batch,), a sentence of 0 has no tags: its hard loss is 0,
        and its loss the soft one alone.
        """
        alpha = self.objective.alpha
        hard = self._hard_loss(features, targets, logits)
        soft = self._soft_loss(features, targets, logits) if alpha < 1 else tf.zeros_like(hard)
        annotated = targets[ANNOTATED][:, tf.newaxis] if ANNOTATED in targets else 1.0
        weight = alpha * annotated
        blend = weight * hard + (1 - weight) * soft
        return {LOSS: blend, "hard_loss": annotated * hard, "soft_loss": soft}

    def _hard_loss(
        self, features: Mapping[str, tf.Tensor], targets: Mapping[str, tf.Tensor], logits: tf.Tensor
    ) -> tf.Tensor:
        crf = getattr(self.student, "crf", None)
        if crf is None:
            return cross_entropy_per_word(logits, targets["tag_ids"])
        return crf_nll_per_word(crf, logits, targets["tag_ids"], _lengths(features))

    def _soft_loss(
        self, features: Mapping[str, tf.Tensor], targets: Mapping[str, tf.Tensor], logits: tf.Tensor
    ) -> tf.Tensor:
        if self.teacher is not None:
            teacher_logits = self.teacher(features, training=False)
        elif TEACHER_LOGITS in targets:
            teacher_logits = targets[TEACHER_LOGITS]
        else:
            raise ValueError(
                f"alpha is {self.objective.alpha}, so the loss needs the teacher: pass teacher=, "
                f"or batches whose targets hold {TEACHER_LOGITS!r}."
            )
        teacher_logits = tf.cast(teacher_logits, tf.float32)
        temperature, crf = self.objective.temperature, getattr(self.student, "crf", None)
        if crf is None:
            return kl_per_word(logits, teacher_logits, temperature=temperature)
        lengths = _lengths(features)
        return crf_kl_per_word(crf, logits, teacher_logits, lengths, temperature=temperature)


def _lengths(features: Mapping[str, tf.Tensor]) -> tf.Tensor:
    # Words of each sentence, int32 (batch,).
    present = tf.not_equal(features["word_ids"], PAD)
    return tf.math.count_nonzero(present, axis=1, dtype=tf.int32)
