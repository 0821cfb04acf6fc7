"""The loss of distillation, as pure functions of logits.

Axes are (batch, words, tags) everywhere; probabilities are read over the last one, and a word
counts where the mask is 1.
"""

import tensorflow as tf

from bioner_kd.training.losses import cross_entropy_per_word, masked_mean


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


def hard_loss(logits: tf.Tensor, tag_ids: tf.Tensor, word_mask: tf.Tensor) -> tf.Tensor:
    """Masked cross-entropy of the annotated tags.

    Args:
        logits: float32 (batch, words, tags).
        tag_ids: int32 (batch, words).
        word_mask: float32 (batch, words), 1 where a word is scored.

    Returns:
        float32 scalar, nats per scored word, 0 where no word is scored.
    """
    return masked_mean(cross_entropy_per_word(logits, tag_ids), word_mask)


def distillation_loss(
    student_logits: tf.Tensor,
    teacher_logits: tf.Tensor,
    word_mask: tf.Tensor,
    *,
    temperature: float,
) -> tf.Tensor:
    """Masked KL(teacher || student) between softened tag distributions.

    Args:
        student_logits: float32 (batch, words, tags).
        teacher_logits: float32 (batch, words, tags), taken as constant.
        word_mask: float32 (batch, words), 1 where a word is scored.
        temperature: softening, dimensionless, > 0.

    Returns:
        float32 scalar, nats per scored word times temperature², 0 where no word is scored.

    Source:
        Hinton, Vinyals and Dean (2015), arXiv:1503.02531, section 2.
    """
    values = kl_per_word(student_logits, teacher_logits, temperature=temperature)
    return masked_mean(values, word_mask)
