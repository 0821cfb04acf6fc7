"""Scores of sequences of tags, for systems without tensorflow-addons (Linux aarch64, Windows).

The functions have the names, arguments and results of those in `tensorflow_addons.text`, so that
`bioner_kd.student.crf` can use either module. Axes are (batch, words, tags).
"""

import tensorflow as tf


def crf_unary_score(
    tag_indices: tf.Tensor, sequence_lengths: tf.Tensor, inputs: tf.Tensor
) -> tf.Tensor:
    """Sum of the emissions of a sequence of tags.

    Args:
        tag_indices: int32 (batch, words).
        sequence_lengths: int32 (batch,), number of words.
        inputs: float32 (batch, words, tags), emissions.

    Returns:
        float32 (batch,), nats.
    """
    chosen = tf.gather(inputs, tag_indices, axis=2, batch_dims=2)
    return _sum_of_first(chosen, sequence_lengths)


def crf_binary_score(
    tag_indices: tf.Tensor, sequence_lengths: tf.Tensor, transition_params: tf.Tensor
) -> tf.Tensor:
    """Sum of the transitions of a sequence of tags.

    Args:
        tag_indices: int32 (batch, words).
        sequence_lengths: int32 (batch,), number of words.
        transition_params: float32 (tags, tags), from row to column.

    Returns:
        float32 (batch,), nats; 0 for a sentence of at most one word.
    """
    pairs = tf.stack([tag_indices[:, :-1], tag_indices[:, 1:]], axis=-1)
    return _sum_of_first(tf.gather_nd(transition_params, pairs), sequence_lengths - 1)


def crf_forward(
    inputs: tf.Tensor, state: tf.Tensor, transition_params: tf.Tensor, sequence_lengths: tf.Tensor
) -> tf.Tensor:
    """Logarithm of the sum of exp(score) over all sequences that end with each tag.

    Args:
        inputs: float32 (batch, words - 1, tags), emissions of all words but the first.
        state: float32 (batch, tags), emissions of the first word plus the scores of first tags.
        transition_params: float32 (tags, tags), from row to column.
        sequence_lengths: int32 (batch,), number of words.

    Returns:
        float32 (batch, tags), nats; `state` for a sentence of at most one word.

    Source:
        Rabiner (1989), "A tutorial on hidden Markov models", section III.A: the forward procedure.
    """

    def next_word(before: tf.Tensor, emissions: tf.Tensor) -> tf.Tensor:
        return emissions + tf.reduce_logsumexp(before[:, :, None] + transition_params, axis=1)

    later = tf.scan(next_word, tf.transpose(inputs, [1, 0, 2]), initializer=state)
    states = tf.concat([state[None], later], axis=0)
    last = tf.maximum(sequence_lengths - 1, 0)
    return tf.gather_nd(states, tf.stack([last, tf.range(tf.size(last))], axis=1))


def _sum_of_first(scores: tf.Tensor, counts: tf.Tensor) -> tf.Tensor:
    counted = tf.sequence_mask(counts, tf.shape(scores)[1])
    return tf.reduce_sum(tf.where(counted, scores, 0.0), axis=1)
