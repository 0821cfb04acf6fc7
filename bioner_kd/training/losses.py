"""All losses: cross-entropy, KL, those of a CRF, and the blend of hard labels and soft targets.

The losses are pure functions. Axes are (batch, words, tags) everywhere. Probabilities are over the
last axis, a loss has one value per word, and a word counts if the mask is 1.
"""

from typing import Protocol

import tensorflow as tf

# Smaller probabilities are raised to this, so that log(p) and 1 / p in the gradient are finite.
_LEAST = 1e-30


class Crf(Protocol):
    """The methods of a CRF that the losses need, such as those of `bioner_kd.student.crf.CRF`."""

    def log_likelihood(
        self, emissions: tf.Tensor, tag_ids: tf.Tensor, lengths: tf.Tensor
    ) -> tf.Tensor:
        """Log-likelihood of the tags of each sentence, float32 (batch,), nats."""

    def posteriors(
        self, emissions: tf.Tensor, lengths: tf.Tensor, *, temperature: float
    ) -> tf.Tensor:
        """Posterior probabilities of the tags of each word, float32 (batch, words, tags)."""

    def iob2_posteriors(
        self, emissions: tf.Tensor, lengths: tf.Tensor, *, temperature: float
    ) -> tf.Tensor:
        """Posterior probabilities without transitions, over the sequences that IOB2 allows."""


def cross_entropy_per_word(logits: tf.Tensor, tag_ids: tf.Tensor) -> tf.Tensor:
    """Cross-entropy of the hard labels, which are the annotated tags.

    Args:
        logits: float32 (batch, words, tags).
        tag_ids: int32 (batch, words).

    Returns:
        float32 (batch, words), nats.

    Examples:
        >>> logits = tf.constant([[[0.0, 0.0], [2.0, 0.0]]])
        >>> cross_entropy_per_word(logits, tf.constant([[1, 0]])).numpy().round(3)
        array([[0.693, 0.127]], dtype=float32)
    """
    return tf.nn.sparse_softmax_cross_entropy_with_logits(labels=tag_ids, logits=logits)


def kl_per_word(
    student_logits: tf.Tensor, teacher_logits: tf.Tensor, *, temperature: float
) -> tf.Tensor:
    """KL(teacher || student) of softened tag distributions, times temperature².

    Softening divides the gradient by about temperature²; the factor makes up for that.

    Args:
        student_logits: float32 (batch, words, tags).
        teacher_logits: float32 (batch, words, tags), taken as constant.
        temperature: softening, dimensionless, > 0.

    Returns:
        float32 (batch, words), nats times temperature².

    Source:
        Hinton, Vinyals and Dean (2015), arXiv:1503.02531, section 2.

    Examples:
        >>> teacher = tf.constant([[[4.0, 0.0], [0.0, 0.0]]])
        >>> kl_per_word(tf.zeros((1, 2, 2)), teacher, temperature=2.0).numpy().round(3)
        array([[1.311, 0.   ]], dtype=float32)
    """
    teacher = tf.nn.log_softmax(tf.stop_gradient(teacher_logits) / temperature, axis=-1)
    student = tf.nn.log_softmax(student_logits / temperature, axis=-1)
    return temperature**2 * tf.reduce_sum(tf.exp(teacher) * (teacher - student), axis=-1)


def crf_nll_per_word(
    crf: Crf, emissions: tf.Tensor, tag_ids: tf.Tensor, lengths: tf.Tensor
) -> tf.Tensor:
    """Negative log-likelihood of each sentence, in equal shares for its words.

    The mean over scored words is then the total of all sentences, divided by the number of scored
    words.

    Args:
        crf: of the student.
        emissions: float32 (batch, words, tags), logits of the student.
        tag_ids: int32 (batch, words).
        lengths: int32 (batch,), number of words of each sentence.

    Returns:
        float32 (batch, words), nats; 0 at padding.

    Source:
        Lample et al. (2016), arXiv:1603.01360, section 2.2.

    Examples:
        >>> from bioner_kd.student.crf import CRF
        >>> crf, tag_ids = CRF(("O", "B-Disease")), tf.constant([[0, 1, 0]])
        >>> crf_nll_per_word(crf, tf.zeros((1, 3, 2)), tag_ids, tf.constant([2])).numpy().round(3)
        array([[0.693, 0.693, 0.   ]], dtype=float32)
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

    Both posteriors are over the sequences that IOB2 allows. So the loss of a student with the
    logits of its teacher and without transitions is 0.

    Args:
        crf: of the student.
        emissions: float32 (batch, words, tags), logits of the student.
        teacher_logits: float32 (batch, words, tags), taken as constant.
        lengths: int32 (batch,), number of words of each sentence.
        temperature: divides the scores of sequences, dimensionless, > 0.

    Returns:
        float32 (batch, words), nats times temperature²; 0 at padding.

    Source:
        Wang et al. (2020), arXiv:2004.03846, posterior distillation; temperature as in Hinton,
        Vinyals and Dean (2015), arXiv:1503.02531, section 2.

    Examples:
        >>> from bioner_kd.student.crf import CRF
        >>> crf, teacher = CRF(("O", "B-Disease")), tf.constant([[[2.0, 0.0]]])
        >>> student, lengths = tf.zeros((1, 1, 2)), tf.constant([1])
        >>> crf_kl_per_word(crf, student, teacher, lengths, temperature=1.0).numpy().round(3)
        array([[0.328]], dtype=float32)
    """
    constant = tf.stop_gradient(teacher_logits)
    teacher = crf.iob2_posteriors(constant, lengths, temperature=temperature)
    student = crf.posteriors(emissions, lengths, temperature=temperature)
    # Forbidden tags and padding have probability 0 in both and add nothing.
    log_teacher = tf.math.log(tf.maximum(teacher, _LEAST))
    log_student = tf.math.log(tf.maximum(student, _LEAST))
    return temperature**2 * tf.reduce_sum(teacher * (log_teacher - log_student), axis=-1)


def blend(
    hard: tf.Tensor, soft: tf.Tensor, *, alpha: float | tf.Tensor, annotated: tf.Tensor | float
) -> tf.Tensor:
    """Alpha * hard + (1 - alpha) * soft; the soft loss alone for a sentence without hard labels.

    Args:
        hard: float32 (batch, words), nats, loss of the hard labels.
        soft: float32 (batch, words), nats, loss of the soft targets.
        alpha: weight of the hard labels, in [0, 1].
        annotated: float32 (batch, 1), 1 where a sentence has hard labels, else 0; or 1.0 for all.

    Returns:
        float32 (batch, words).

    Source:
        Han et al. (BIIT 2023), "Biomedical Named Entity Recognition Model Based on Knowledge
        Distillation"; Hinton, Vinyals and Dean (2015), arXiv:1503.02531.

    Examples:
        >>> hard, soft = tf.constant([[1.0], [1.0]]), tf.constant([[3.0], [3.0]])
        >>> blend(hard, soft, alpha=0.5, annotated=tf.constant([[1.0], [0.0]])).numpy()
        array([[2.],
               [3.]], dtype=float32)
    """
    weight = alpha * annotated
    return weight * hard + (1 - weight) * soft


def annealed(start: float, end: float, *, step: tf.Tensor, total_steps: int) -> tf.Tensor:
    """Value of a setting that moves linearly over all steps, such as alpha.

    It depends on the step alone, so a resumed run continues with the right value.

    Args:
        start: value at the first step.
        end: value at the last step and after it.
        step: int scalar, number of steps before, such as `iterations` of an optimiser.
        total_steps: number of steps of the training, at least 1; with 1 the value is `start`.

    Returns:
        float32 scalar.

    Source:
        Clark et al. (2019), "BAM!", arXiv:1907.04829: teacher annealing, which moves linearly from
        the soft targets to the hard labels.

    Examples:
        >>> [float(annealed(0.0, 1.0, step=step, total_steps=5)) for step in (0, 1, 4, 9)]
        [0.0, 0.25, 1.0, 1.0]
    """
    done = tf.cast(step, tf.float32) / max(total_steps - 1, 1)
    return start + (end - start) * tf.clip_by_value(done, 0.0, 1.0)


def masked_mean(
    values: tf.Tensor, word_mask: tf.Tensor, words: tf.Tensor | None = None
) -> tf.Tensor:
    """Mean over scored words.

    Under tf.distribute it is the share of this replica in the mean over the words of all replicas.
    TensorFlow sums gradients over replicas, so the sum is the gradient that one replica would have
    with the whole batch, however unevenly the words are divided.

    Args:
        values: float32 (batch, words).
        word_mask: float32 (batch, words), 1 where a word is scored.
        words: float32 scalar, number of words of the mean where these are a part of a batch; the
            number of scored words if None.

    Returns:
        float32 scalar, 0 where no word is scored.

    Examples:
        >>> values, word_mask = tf.constant([[1.0, 2.0, 9.0]]), tf.constant([[1.0, 1.0, 0.0]])
        >>> float(masked_mean(values, word_mask))
        1.5
    """
    words = scored_words(word_mask) if words is None else words
    return tf.math.divide_no_nan(tf.reduce_sum(values * word_mask), words)


def scored_words(word_mask: tf.Tensor) -> tf.Tensor:
    """Number of scored words, of all replicas under tf.distribute; float32 scalar."""
    words = tf.reduce_sum(word_mask)
    replica = tf.distribute.get_replica_context()
    if replica is not None and replica.num_replicas_in_sync > 1:
        words = replica.all_reduce(tf.distribute.ReduceOp.SUM, words)
    return words
