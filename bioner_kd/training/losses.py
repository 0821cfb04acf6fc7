"""Every loss: cross-entropy, KL, those of a CRF, and the blend of hard labels and soft targets.

All are pure functions. Axes are (batch, words, tags) everywhere; probabilities are read over the
last one, a loss is a value per word, and a word counts where the mask is 1.
"""

from typing import Protocol

import tensorflow as tf

# A probability below this is read as this: its logarithm and 1 / p in the gradient are finite.
_LEAST = 1e-30


class Crf(Protocol):
    """What the losses of a CRF need of it; `bioner_kd.student.crf.CRF` is one."""

    def log_likelihood(
        self, emissions: tf.Tensor, tag_ids: tf.Tensor, lengths: tf.Tensor
    ) -> tf.Tensor:
        """Log-likelihood of each sentence's tags, float32 (batch,), nats."""

    def posteriors(
        self, emissions: tf.Tensor, lengths: tf.Tensor, *, temperature: float
    ) -> tf.Tensor:
        """Posterior probabilities of each word's tags, float32 (batch, words, tags)."""

    def iob2_posteriors(
        self, emissions: tf.Tensor, lengths: tf.Tensor, *, temperature: float
    ) -> tf.Tensor:
        """The same without transitions, over the tag sequences that IOB2 allows."""


def cross_entropy_per_word(logits: tf.Tensor, tag_ids: tf.Tensor) -> tf.Tensor:
    """Cross-entropy of the hard labels, the annotated tags.

    Args:
        logits: float32 (batch, words, tags).
        tag_ids: int32 (batch, words).

    Returns:
        float32 (batch, words), nats.
    """
    return tf.nn.sparse_softmax_cross_entropy_with_logits(labels=tag_ids, logits=logits)


def kl_per_word(
    student_logits: tf.Tensor, teacher_logits: tf.Tensor, *, temperature: float
) -> tf.Tensor:
    """KL(teacher || student) of softened tag distributions, times temperature².

    The factor keeps the size of the gradient, which softening makes smaller by as much.

    Args:
        student_logits: float32 (batch, words, tags).
        teacher_logits: float32 (batch, words, tags), taken as constant.
        temperature: softening, dimensionless, > 0.

    Returns:
        float32 (batch, words), nats times temperature².

    Source:
        Hinton, Vinyals and Dean (2015), arXiv:1503.02531, section 2.
    """
    teacher = tf.nn.log_softmax(tf.stop_gradient(teacher_logits) / temperature, axis=-1)
    student = tf.nn.log_softmax(student_logits / temperature, axis=-1)
    return temperature**2 * tf.reduce_sum(tf.exp(teacher) * (teacher - student), axis=-1)


def crf_nll_per_word(
    crf: Crf, emissions: tf.Tensor, tag_ids: tf.Tensor, lengths: tf.Tensor
) -> tf.Tensor:
    """Negative log-likelihood of sentences, each in equal shares for its words.

    So the mean over scored words is the sum over sentences for each scored word.

    Args:
        crf: the student's.
        emissions: float32 (batch, words, tags), the student's logits.
        tag_ids: int32 (batch, words).
        lengths: int32 (batch,), words of each sentence.

    Returns:
        float32 (batch, words), nats; 0 at padding.

    Source:
        Lample et al. (2016), arXiv:1603.01360, section 2.2.
    """
    words = tf.sequence_mask(lengths, tf.shape(emissions)[1], tf.float32)
    loss = -crf.log_likelihood(emissions, tag_ids, lengths)
    return words * tf.math.divide_no_nan(loss, tf.cast(lengths, tf.float32))[:, tf.newaxis]


def crf_kl_per_word(
    crf: Crf,
    emissions: tf.Tensor,
    teacher_logits: tf.Tensor,
    lengths: tf.Tensor,
    *,
    temperature: float,
) -> tf.Tensor:
    """KL(teacher || student) of softened posterior tag distributions, times temperature².

    Both posteriors are over the sequences that IOB2 allows, so that a student can agree with its
    teacher in everything: one of the same logits and no transitions does.

    Args:
        crf: the student's.
        emissions: float32 (batch, words, tags), the student's logits.
        teacher_logits: float32 (batch, words, tags), taken as constant.
        lengths: int32 (batch,), words of each sentence.
        temperature: divides the scores of sequences, dimensionless, > 0.

    Returns:
        float32 (batch, words), nats times temperature²; 0 at padding.

    Source:
        Wang et al. (2020), arXiv:2004.03846, posterior distillation; temperature as in Hinton,
        Vinyals and Dean (2015), arXiv:1503.02531, section 2.
    """
    constant = tf.stop_gradient(teacher_logits)
    teacher = crf.iob2_posteriors(constant, lengths, temperature=temperature)
    student = crf.posteriors(emissions, lengths, temperature=temperature)
    # Forbidden tags and padding have probability 0 on both sides and add nothing.
    log_teacher = tf.math.log(tf.maximum(teacher, _LEAST))
    log_student = tf.math.log(tf.maximum(student, _LEAST))
    return temperature**2 * tf.reduce_sum(teacher * (log_teacher - log_student), axis=-1)


def blend(
    hard: tf.Tensor, soft: tf.Tensor, *, alpha: float | tf.Tensor, annotated: tf.Tensor | float
) -> tf.Tensor:
    """Alpha * hard + (1 - alpha) * soft; the soft loss alone where a sentence has no hard labels.

    Args:
        hard: float32 (batch, words), nats.
        soft: float32 (batch, words), nats.
        alpha: weight of the hard labels, in [0, 1].
        annotated: float32 (batch, 1), 1 where a sentence has hard labels, else 0; or 1.0 for all.

    Returns:
        float32 (batch, words).

    Source:
        Han et al. (BIIT 2023), "Biomedical Named Entity Recognition Model Based on Knowledge
        Distillation"; Hinton, Vinyals and Dean (2015), arXiv:1503.02531.
    """
    weight = alpha * annotated
    return weight * hard + (1 - weight) * soft


def annealed(start: float, end: float, *, step: tf.Tensor, total_steps: int) -> tf.Tensor:
    """Value of a setting that moves linearly over all steps, as alpha may.

    It depends on nothing but the step, so that a resumed run goes on where it was.

    Args:
        start: value at the first step.
        end: value at the last step, and behind it.
        step: int scalar, steps done before, such as an optimiser's `iterations`.
        total_steps: steps in all, at least 1; of a single one the value is `start`.

    Returns:
        float32 scalar.

    Source:
        Clark et al. (2019), "BAM!", arXiv:1907.04829: teacher annealing, which moves linearly from
        the soft targets to the hard labels.
    """
    done = tf.cast(step, tf.float32) / max(total_steps - 1, 1)
    return start + (end - start) * tf.clip_by_value(done, 0.0, 1.0)


def masked_mean(values: tf.Tensor, word_mask: tf.Tensor) -> tf.Tensor:
    """Mean over scored words.

    Under tf.distribute it is this replica's part of the mean over the words of all replicas.
    Gradients are summed over replicas, so that the parts of all replicas make the gradient that one
    replica with the whole batch would have, however unevenly words fall to them.

    Args:
        values: float32 (batch, words).
        word_mask: float32 (batch, words), 1 where a word is scored.

    Returns:
        float32 scalar, 0 where no word is scored.
    """
    words = scored_words(word_mask)
    return tf.math.divide_no_nan(tf.reduce_sum(values * word_mask), words)


def scored_words(word_mask: tf.Tensor) -> tf.Tensor:
    """Number of scored words, under tf.distribute of all replicas, float32 scalar."""
    words = tf.reduce_sum(word_mask)
    replica = tf.distribute.get_replica_context()
    if replica is not None and replica.num_replicas_in_sync > 1:
        words = replica.all_reduce(tf.distribute.ReduceOp.SUM, words)
    return words
