"""The loss of distillation, as pure functions of logits.

Axes are (batch, words, tags) everywhere; probabilities are read over the last one, and a word
counts where the mask is 1.
"""

import tensorflow as tf

from bioner_kd.student.crf import CRF

# A probability below this is read as this: its logarithm and 1 / p in the gradient are finite.
_LEAST = 1e-30


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
    crf: CRF, emissions: tf.Tensor, tag_ids: tf.Tensor, lengths: tf.Tensor
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
    crf: CRF,
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
