"""Sentences of any lengths go through a student in padded batches of bounded size."""

from collections.abc import Callable, Mapping

import tensorflow as tf

# Words of a batch, padding included. One sentence of more words is a batch of its own.
BATCH_WORDS = 4096

# Features of a padded batch and its sentences' lengths to ids of tags and probabilities.
_Tagging = Callable[[Mapping[str, tf.Tensor], tf.Tensor], tuple[tf.Tensor, tf.Tensor]]


def tag_sentences(
    tagging: _Tagging, features: Mapping[str, tf.Tensor], lengths: tf.Tensor
) -> tuple[tf.Tensor, tf.Tensor]:
    """Tags sentences, the longest ones first, so that a batch is of sentences of like length.

    Args:
        tagging: what tags a batch: int32 (sentences, longest) and so on, and int64 lengths
            (sentences,), to int32 and float64 (sentences, longest).
        features: of the words of all sentences: int32 (words,), or (words, chars).
        lengths: int64 (sentences,), words of each, at least one.

    Returns:
        Ids of tags, int32 (words,), and their probabilities, float32 (words,).
    """
    order = tf.argsort(lengths, direction="DESCENDING", stable=True)
    starts = tf.cumsum(lengths, exclusive=True)
    words, sentences = tf.reduce_sum(lengths), tf.size(lengths)

    def body(done: tf.Tensor, tags: tf.Tensor, odds: tf.Tensor) -> tuple[tf.Tensor, ...]:
        longest = tf.gather(lengths, order[done])
        number = tf.maximum(BATCH_WORDS // tf.cast(longest, tf.int32), 1)
        chosen = order[done : done + number]
        chosen_lengths = tf.gather(lengths, chosen)
        present = tf.sequence_mask(chosen_lengths, longest)
        places = tf.gather(starts, chosen)[:, tf.newaxis] + tf.range(longest)
        batch = {name: _padded(ids, places, present) for name, ids in features.items()}
        found, probabilities = tagging(batch, chosen_lengths)
        where = tf.boolean_mask(places, present)[:, tf.newaxis]
        probabilities = tf.cast(tf.boolean_mask(probabilities, present), tf.float32)
        return (
            done + number,
            tf.tensor_scatter_nd_update(tags, where, tf.boolean_mask(found, present)),
            tf.tensor_scatter_nd_update(odds, where, probabilities),
        )

    nothing = tf.zeros(words[tf.newaxis], tf.int32)
    _, tags, odds = tf.while_loop(
        lambda done, *_: done < sentences,
        body,
        (0, nothing, tf.cast(nothing, tf.float32)),
        # A batch at a time: each may take a good part of the memory.
        parallel_iterations=1,
    )
    return tags, odds


def _padded(ids: tf.Tensor, places: tf.Tensor, present: tf.Tensor) -> tf.Tensor:
    rows = tf.gather(ids, tf.where(present, places, 0))
    shape = tf.concat([tf.shape(present), tf.ones([tf.rank(ids) - 1], tf.int32)], axis=0)
    return tf.where(tf.reshape(present, shape), rows, 0)
