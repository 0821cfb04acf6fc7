"""Decodes logits to tags and their probabilities, as `bioner_kd.tagging.decoding` does."""

import tensorflow as tf

from bioner_kd.tagging.decoding import Decoder


class DecoderGraph:
    """A decoder as operations on padded batches of sentences."""

    def __init__(self, decoder: Decoder) -> None:
        self._opens, self._steps = decoder.constraints
        self._has_crf = decoder.transitions is not None

    def __call__(self, logits: tf.Tensor, lengths: tf.Tensor) -> tuple[tf.Tensor, ...]:
        """Decodes a batch.

        Args:
            logits: float32 (batch, words, tags), at least one word.
            lengths: integer (batch,), number of words of each sentence.

        Returns:
            Ids of tags, int32 (batch, words), their probabilities, float64 (batch, words), and the
            probability that each word is part of any entity, float64 (batch, words).
        """
        logits = tf.cast(logits, tf.float64)
        present = tf.sequence_mask(lengths, tf.shape(logits)[1])
        relative = logits - tf.reduce_max(logits, axis=2, keepdims=True)
        if self._has_crf:
            tags, odds = self._best_path(logits, present), self._marginals(relative, present)
        else:
            tags, odds = self._best_tags(logits, present), tf.nn.softmax(relative)
        return tags, tf.gather(odds, tags, batch_dims=2), 1 - odds[:, :, 0]

    def _best_tags(self, logits: tf.Tensor, present: tf.Tensor) -> tf.Tensor:
        """Tags without a CRF: the best tag of each word, or the best sequence that IOB2 allows."""
        ids = tf.argmax(logits, axis=2, output_type=tf.int32)
        steps = tf.gather_nd(self._steps, tf.stack([ids[:, :-1], ids[:, 1:]], axis=2))
        forbidden = tf.reduce_any(tf.math.is_inf(steps) & present[:, 1:], axis=1)
        forbidden |= tf.math.is_inf(tf.gather(self._opens, ids[:, 0]))
        return tf.cond(
            tf.reduce_any(forbidden),
            lambda: tf.where(forbidden[:, tf.newaxis], self._best_path(logits, present), ids),
            lambda: ids,
        )

    def _best_path(self, logits: tf.Tensor, present: tf.Tensor) -> tf.Tensor:
        """The sequence with the highest score, by Viterbi: int32 (batch, words)."""
        rows, goes_on = _words_first(logits, present)
        itself = tf.zeros_like(rows[0], tf.int32) + tf.range(self._opens.size)

        def step(
            state: tuple[tf.Tensor, tf.Tensor], word: tuple[tf.Tensor, tf.Tensor]
        ) -> tuple[tf.Tensor, tf.Tensor]:
            through = state[0][:, :, tf.newaxis] + self._steps
            row, there = word
            origin = tf.argmax(through, axis=1, output_type=tf.int32)
            best = tf.reduce_max(through, axis=1) + row
            return tf.where(there, best, state[0]), tf.where(there, origin, itself)

        best, origins = tf.scan(step, (rows, goes_on), (self._opens + rows[0], itself))
        last = tf.argmax(best[-1], axis=1, output_type=tf.int32)
        before = tf.scan(
            lambda tag, origin: tf.gather(origin, tag, batch_dims=1), origins, last, reverse=True
        )
        return tf.transpose(tf.concat([before[1:], last[tf.newaxis]], axis=0))

    def _marginals(self, logits: tf.Tensor, present: tf.Tensor) -> tf.Tensor:
        """Probability of each tag over all sequences: float64 (batch, words, tags)."""
        rows, goes_on = _words_first(logits, present)

        def forward(state: tf.Tensor, word: tuple[tf.Tensor, tf.Tensor]) -> tf.Tensor:
            row, there = word
            through = tf.reduce_logsumexp(state[:, :, tf.newaxis] + self._steps, axis=1)
            return tf.where(there, through + row, state)

        def backward(state: tf.Tensor, word: tuple[tf.Tensor, tf.Tensor]) -> tf.Tensor:
            row, there = word
            ahead = tf.reduce_logsumexp(self._steps + (row + state)[:, tf.newaxis], axis=2)
            return tf.where(there, ahead, state)

        before = tf.scan(forward, (rows, goes_on), self._opens + rows[0])
        nothing = tf.zeros_like(rows[0])
        after = tf.scan(backward, (rows, goes_on), nothing, reverse=True)
        through = before + tf.concat([after[1:], nothing[tf.newaxis]], axis=0)
        return tf.transpose(tf.nn.softmax(through), [1, 0, 2])


def _words_first(logits: tf.Tensor, present: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
    """Inputs of loops over words.

    Returns:
        The logits (words, batch, tags), and whether each word continues its sentence, bool (words,
        batch, 1). Neither the first word nor padding does, and loops keep their state there.
    """
    rows = tf.transpose(logits, [1, 0, 2])
    goes_on = tf.transpose(present)[:, :, tf.newaxis]
    return rows, goes_on & (tf.range(tf.shape(rows)[0]) > 0)[:, tf.newaxis, tf.newaxis]
