"""Layers of the student: what a word looks like before the BiLSTM reads its sentence."""

from typing import Any

import keras
import numpy as np
import tensorflow as tf

from bioner_kd.tagging.word_features import PAD, UNKNOWN

_STEPS = 127


class WordDropout(keras.layers.Layer):
    """Reads a share of the words as unknown in training, which trains the unknown word's embedding.

    Source:
        Iyyer et al. (2015), "Deep unordered composition rivals syntactic methods", section 3.2.
    """

    def __init__(self, rate: float, **options: Any) -> None:
        """Takes the share of words, in [0, 1)."""
        super().__init__(**options)
        self.rate = rate
        self._dropout = keras.layers.Dropout(rate)

    def call(self, ids: tf.Tensor, training: bool | None = None) -> tf.Tensor:
        """Int32 (batch, words) to the same; padding stays padding."""
        if not training or self.rate == 0:
            return ids
        kept = self._dropout(tf.ones(tf.shape(ids)), training=training) > 0
        return tf.where(kept | tf.equal(ids, PAD), ids, UNKNOWN)


class CharacterCNN(keras.layers.Layer):
    """A word's characters as one vector: embedding, convolution, maximum over its own characters.

    Source:
        Ma and Hovy (2016), arXiv:1603.01354, section 2.1.
    """

    def __init__(
        self, characters: int, size: int, filters: int, width: int, **options: Any
    ) -> None:
        """Makes the layer, whose weights are built by its first call.

        Args:
            characters: rows of the table.
            size: width of the embedding.
            filters: width of the output.
            width: characters that a filter spans.
            **options: as in keras.layers.Layer.
        """
        super().__init__(**options)
        self._embedding = keras.layers.Embedding(characters, size)
        self._convolution = keras.layers.Conv2D(filters, (1, width), padding="same")

    def call(self, char_ids: tf.Tensor) -> tf.Tensor:
        """Int32 (batch, words, chars) to float32 (batch, words, filters)."""
        present = tf.expand_dims(tf.cast(tf.not_equal(char_ids, PAD), self.compute_dtype), -1)
        convolved = self._convolution(self._embedding(char_ids) * present)
        # ReLU before the mask: padding then gives 0, the least that any character can give.
        return tf.reduce_max(tf.nn.relu(convolved) * present, axis=2)


class FixedVectors(keras.layers.Layer):
    """Word vectors that training leaves alone, one byte a number in memory and in every export.

    They are rounded when they are set, before training, so that an export of one byte a number
    loses nothing.
    """

    def __init__(self, rows: int, size: int, **options: Any) -> None:
        """Takes the number of vectors and their width."""
        super().__init__(**options)
        self._shape = (rows, size)

    def build(self, input_shape: tf.TensorShape) -> None:
        """Makes the table, of zeros."""
        options = {"initializer": "zeros", "trainable": False}
        self._steps = self.add_weight("steps", self._shape, tf.int8, **options)
        self._step = self.add_weight("step", (), tf.float32, **options)

    def call(self, ids: tf.Tensor) -> tf.Tensor:
        """Int32 (batch, words) to float32 (batch, words, size)."""
        return tf.cast(tf.gather(self._steps, ids), self.compute_dtype) * self._step

    def set_rows(self, rows: np.ndarray) -> None:
        """Rounds float (rows, size) to 255 even steps and keeps them.

        The steps end at four times the root mean square; the few numbers beyond are cut.
        """
        step = 4 * np.sqrt(np.mean(np.square(rows), dtype=np.float64)) / _STEPS
        steps = np.rint(rows / (step or 1.0)).clip(-_STEPS, _STEPS)
        self.set_weights([steps.astype(np.int8), np.float32(step)])
