"""A conditional random field over the tags of a sentence: functions for its losses, and a layer.

Axes are (batch, words, tags); `lengths` int32 (batch,) are numbers of words, and what follows them
is padding. The score of a sequence of tags is the sum of its emissions, of the `start` of its first
tag, and of the `transitions` between its tags, from row to column.

This is the only module that imports tensorflow-addons, and it does so only when a loss is computed:
a student with a CRF tags without tensorflow-addons. On systems that have no wheel of it,
`bioner_kd.student.chain_scores` gives the same numbers, in 1.0 to 1.1 times the time.
"""

import functools
import os
import warnings
from collections.abc import Sequence
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from bioner_kd.student import chain_scores
from bioner_kd.tagging.chain import iob2_allows

# Score in nats of what IOB2 forbids: its probability is 0 in float32, and no score is infinite.
FORBIDDEN = -1e4
_KERAS_SWITCH = "TF_USE_LEGACY_KERAS"


@functools.cache
def _functions() -> Any:
    try:
        return _addons()
    except ImportError:
        return chain_scores


def _addons() -> Any:
    # The TF classes of transformers set the switch, and some users do in their shell. TensorFlow
    # then looks for a Keras that is not installed, unless the switch is off and it knows the place
    # of Keras. tensorflow-addons 0.23.0, the last release, warns of its end at each import.
    from keras.api import _v2 as keras_as_tensorflow_has_it

    places = keras_as_tensorflow_has_it.__path__
    tf.__path__ += [place for place in places if place not in tf.__path__]
    switch = os.environ.pop(_KERAS_SWITCH, None)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)
            import tensorflow_addons.text as addons
    finally:
        if switch is not None:
            os.environ[_KERAS_SWITCH] = switch
    return addons


def log_partition(
    emissions: tf.Tensor, lengths: tf.Tensor, *, start: tf.Tensor, transitions: tf.Tensor
) -> tf.Tensor:
    """Logarithm of the sum of exp(score) over all sequences of tags.

    Args:
        emissions: float32 (batch, words, tags).
        lengths: int32 (batch,).
        start: float32 (tags,).
        transitions: float32 (tags, tags).

    Returns:
        float32 (batch,), nats; 0 for a sentence without words.

    Source:
        Lafferty, McCallum and Pereira (2001), "Conditional random fields".
    """
    # crf_log_norm does this too, but in a tf.cond for batches of one word. The tf.cond doubles the
    # time to trace the second derivative and makes TensorFlow warn of types. With a word of padding
    # no tf.cond is needed.
    padded = tf.pad(emissions, [[0, 0], [0, 1], [0, 0]])
    last = _functions().crf_forward(padded[:, 1:], start + padded[:, 0], transitions, lengths)
    return tf.where(lengths > 0, tf.reduce_logsumexp(last, axis=1), 0.0)


def log_likelihood(
    emissions: tf.Tensor,
    tag_ids: tf.Tensor,
    lengths: tf.Tensor,
    *,
    start: tf.Tensor,
    transitions: tf.Tensor,
) -> tf.Tensor:
    """Logarithm of the probability of the annotated tags.

    Args:
        emissions: float32 (batch, words, tags).
        tag_ids: int32 (batch, words).
        lengths: int32 (batch,).
        start: float32 (tags,).
        transitions: float32 (tags, tags).

    Returns:
        float32 (batch,), nats, at most 0; 0 for a sentence without words.

    Source:
        Lample et al. (2016), arXiv:1603.01360, section 2.2.
    """
    emissions = _centred(emissions)
    opening = tf.where(lengths > 0, tf.gather(start, tag_ids[:, 0]), 0.0)
    functions = _functions()
    score = functions.crf_unary_score(tag_ids, lengths, emissions)
    score += functions.crf_binary_score(tag_ids, lengths, transitions)
    partition = log_partition(emissions, lengths, start=start, transitions=transitions)
    return score + opening - partition


def posteriors(
    emissions: tf.Tensor, lengths: tf.Tensor, *, start: tf.Tensor, transitions: tf.Tensor
) -> tf.Tensor:
    """Probability of each tag at each word, over all sequences of tags.

    It is the gradient of the log-partition function with respect to the emissions. So no second
    implementation of forward-backward is needed, and the result can be differentiated again.

    Args:
        emissions: float32 (batch, words, tags).
        lengths: int32 (batch,).
        start: float32 (tags,).
        transitions: float32 (tags, tags).

    Returns:
        float32 (batch, words, tags), with a sum of 1 for each word; 0 at padding.

    Source:
        Eisner (2016), "Inside-outside and forward-backward algorithms are just backprop".
    """
    emissions = _centred(emissions)
    with tf.GradientTape() as tape:
        tape.watch(emissions)
        partition = log_partition(emissions, lengths, start=start, transitions=transitions)
    return tape.gradient(partition, emissions)


def _centred(emissions: tf.Tensor) -> tf.Tensor:
    # Probabilities stay the same, and sums over long sentences stay small enough for float32.
    return emissions - tf.stop_gradient(tf.reduce_max(emissions, axis=-1, keepdims=True))


class CRF(keras.layers.Layer):
    """The weights of a CRF: a trained score for each transition between tags that IOB2 allows.

    Attributes:
        transitions: float32 variable (tags, tags), from row to column; values of transitions that
            IOB2 forbids are never used.
    """

    def __init__(self, tags: Sequence[str], **options: Any) -> None:
        """Makes the layer with transitions of 0.

        Args:
            tags: the tags, in the order of the last axis of the emissions.
            **options: as in keras.layers.Layer.
        """
        super().__init__(dtype="float32", **options)
        opens, follows = iob2_allows(tags)
        self._start = np.where(opens, 0.0, FORBIDDEN).astype(np.float32)
        self._steps = np.where(follows, 0.0, FORBIDDEN).astype(np.float32)
        # With zeros the student is a softmax student under IOB2.
        self.transitions = self.add_weight("transitions", self._steps.shape, initializer="zeros")

    def log_likelihood(
        self, emissions: tf.Tensor, tag_ids: tf.Tensor, lengths: tf.Tensor
    ) -> tf.Tensor:
        """Logarithm of the probability of annotated tags, float32 (batch,), nats."""
        transitions = self.transitions + self._steps
        return log_likelihood(
            emissions, tag_ids, lengths, start=self._start, transitions=transitions
        )

    def posteriors(
        self, emissions: tf.Tensor, lengths: tf.Tensor, *, temperature: float = 1.0
    ) -> tf.Tensor:
        """Probability of each tag at each word, float32 (batch, words, tags), 0 at padding.

        The temperature divides the scores of whole sequences, but not what IOB2 forbids.
        """
        transitions = self.transitions / temperature + self._steps
        return posteriors(
            emissions / temperature, lengths, start=self._start, transitions=transitions
        )

    def iob2_posteriors(
        self, logits: tf.Tensor, lengths: tf.Tensor, *, temperature: float = 1.0
    ) -> tf.Tensor:
        """Like `posteriors`, but of a model without transitions: its logits under IOB2 alone."""
        return posteriors(logits / temperature, lengths, start=self._start, transitions=self._steps)
