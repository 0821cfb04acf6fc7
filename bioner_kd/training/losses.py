"""What every loss here shares: a value a word, and a mean over the words that are scored."""

import tensorflow as tf


def cross_entropy_per_word(logits: tf.Tensor, tag_ids: tf.Tensor) -> tf.Tensor:
    """Cross-entropy of the annotated tags.

    Args:
        logits: float32 (batch, words, tags).
        tag_ids: int32 (batch, words).

    Returns:
        float32 (batch, words), nats.
    """
    return tf.nn.sparse_softmax_cross_entropy_with_logits(labels=tag_ids, logits=logits)


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
