"""The student: embeddings of each word, a BiLSTM over the sentence, and logits per word."""

import operator
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import keras
import numpy as np
import tensorflow as tf

from bioner_kd.student.blueprint import Blueprint
from bioner_kd.student.config import CRF_HEAD, StudentConfig
from bioner_kd.student.crf import CRF
from bioner_kd.student.layers import CharacterCNN, FixedVectors, WordDropout, bilstm
from bioner_kd.tagging.decoding import Transitions
from bioner_kd.tagging.word_features import FEATURES, FIRST_ENTRY, PAD, UNKNOWN, VECTOR

# Root mean square of Keras's initial embeddings, which are uniform in [-0.05, 0.05].
_FRESH_SIZE = 0.05 / 3**0.5
# Attributes of the layers that hold the parts named by `Blueprint.weights`.
_PARTS = {
    "embedding": "_embedding",
    "convolution": "_convolution",
    "forward": "forward_layer.cell",
    "backward": "backward_layer.cell",
}


class Parts(NamedTuple):
    """Layers of a student, for code that runs them in another way.

    Attributes:
        embeddings: embedding of each feature, in the order in which their outputs are joined.
        norm: layer normalisation of the joined embeddings.
        recurrent: the BiLSTMs, one after the other.
        classifier: output of the last BiLSTM to logits.
    """

    embeddings: Mapping[str, keras.layers.Layer]
    norm: keras.layers.Layer
    recurrent: Sequence[keras.layers.Bidirectional]
    classifier: keras.layers.Dense


class Student(keras.Model):
    """BiLSTM tagger over word features.

    Source:
        Huang, Xu and Yu (2015), arXiv:1508.01991; features after Lample et al. (2016),
        arXiv:1603.01360.
    """

    def __init__(
        self,
        config: StudentConfig,
        table_sizes: Mapping[str, int],
        tags: int,
        *,
        vector_size: int = 0,
        tag_names: Sequence[str] = (),
        **options: Any,
    ) -> None:
        """Makes the layers.

        Args:
            config: sizes, dropout and head.
            table_sizes: number of rows of each embedding by name of its feature, as
                `WordFeatures.sizes` gives them.
            tags: number of tags.
            vector_size: width of the word vectors; 0 without word vectors.
            tag_names: the tags; a CRF needs them to know what IOB2 forbids.
            **options: as in keras.Model.

        Examples:
            >>> student = Student(StudentConfig(units=8), {"word": 50}, tags=3)
            >>> student({"word_ids": tf.constant([[4, 7, 2, 9]])}).shape
            TensorShape([1, 4, 3])
        """
        super().__init__(**options)
        self.config, self.table_sizes, self.tags = config, dict(table_sizes), tags
        self.vector_size = vector_size
        self._word_dropout = WordDropout(config.word_dropout, name="word_dropout")
        self._embeddings = {name: self._embedding(name) for name in FEATURES if name in table_sizes}
        # Puts features of very different scale on one: fewer epochs, and a higher best devel F1.
        self._norm = keras.layers.LayerNormalization(epsilon=1e-5, name="layer_norm")
        self._input_dropout = keras.layers.Dropout(config.dropout, name="input_dropout")
        self._recurrent = [
            keras.layers.Bidirectional(
                keras.layers.LSTM(config.units, return_sequences=True), name=f"bilstm_{number}"
            )
            for number in range(config.layers)
        ]
        self._output_dropout = keras.layers.Dropout(config.dropout, name="output_dropout")
        self._classifier = keras.layers.Dense(tags, name="classifier", dtype="float32")
        self.tag_names = tuple(tag_names)
        self.crf = self._make_crf() if config.head == CRF_HEAD else None

    def _make_crf(self) -> CRF:
        if len(self.tag_names) != self.tags:
            raise ValueError(f"A CRF needs the names of {self.tags} tags, not {self.tag_names}.")
        return CRF(self.tag_names, name="crf")

    @property
    def transitions(self) -> Transitions | None:
        """Present transitions of the CRF, as a `Decoder` takes them; None without a CRF."""
        if self.crf is None:
            return None
        return tuple(map(tuple, self.crf.transitions.numpy().tolist()))

    def parts(self) -> Parts:
        """The layers of the student."""
        return Parts(self._embeddings, self._norm, self._recurrent, self._classifier)

    def _embedding(self, name: str) -> keras.layers.Layer:
        rows, config = self.table_sizes[name], self.config
        if name == "char":
            sizes = (config.char_size, config.char_filters, config.char_width)
            return CharacterCNN(rows, *sizes, name="char_cnn")
        if name == VECTOR:
            if not config.tune_vectors:
                return FixedVectors(rows, self.vector_size, name="vectors")
            return keras.layers.Embedding(rows, self.vector_size, name="vectors")
        size = getattr(config, f"{name}_size")
        return keras.layers.Embedding(rows, size, name=f"{name}_embedding")

    def set_vectors(self, matrix: np.ndarray) -> None:
        """Sets the word vectors of a built student.

        All vectors are scaled by one factor to the size of a fresh embedding. Larger ones outweigh
        the other features in the layer norm, and cost a point of devel F1. Padding and words
        without a vector get zeros.

        Args:
            matrix: float32 (vectors, size), in the order of the table of features.
        """
        size = np.sqrt(np.mean(np.square(matrix), dtype=np.float64)) or 1.0
        scaled = (matrix * (_FRESH_SIZE / size)).astype(np.float32)
        rows = np.concatenate([np.zeros((FIRST_ENTRY, matrix.shape[1]), np.float32), scaled])
        table = self._embeddings[VECTOR]
        table.set_rows(rows) if isinstance(table, FixedVectors) else table.set_weights([rows])

    def call(self, features: Mapping[str, tf.Tensor], training: bool | None = None) -> tf.Tensor:
        """Logits of every word; for a CRF they are its emissions.

        Args:
            features: as for `hidden`.
            training: whether dropout acts.

        Returns:
            float32 (batch, words, tags).
        """
        hidden = self.hidden(features, training=training)
        return self._classifier(self._output_dropout(hidden, training=training))

    def hidden(self, features: Mapping[str, tf.Tensor], training: bool | None = None) -> tf.Tensor:
        """Output of the last BiLSTM for every word, before dropout.

        Args:
            features: int32 "word_ids", "vector_ids", "prefix_ids", "suffix_ids", "shape_ids"
                (batch, words) and "char_ids" (batch, words, chars). Features for which the student
                has no table are ignored.
            training: whether dropout acts.

        Returns:
            float32 (batch, words, 2 * units).
        """
        present = tf.not_equal(features["word_ids"], PAD)
        ids = {name: features[f"{name}_ids"] for name in self._embeddings}
        ids["word"] = self._word_dropout(ids["word"], training=training)
        hidden = tf.concat([embed(ids[name]) for name, embed in self._embeddings.items()], axis=-1)
        hidden = self._input_dropout(self._norm(hidden), training=training)
        for layer in self._recurrent:
            hidden = _read(layer, hidden, present, training)
        return hidden

    @property
    def blueprint(self) -> Blueprint:
        """The structure of the student; without tags if `tag_names` was empty."""
        return Blueprint(self.config, self.table_sizes, self.tag_names, self.vector_size)

    @classmethod
    def from_blueprint(cls, blueprint: Blueprint) -> "Student":
        """Makes a student of a structure, with fresh weights."""
        tags, size = blueprint.tags, blueprint.vector_size
        sizes = blueprint.table_sizes
        student = cls(blueprint.config, sizes, len(tags), vector_size=size, tag_names=tags)
        shapes = {name: [1, 1, 1] if name == "char" else [1, 1] for name in sizes}
        student({f"{name}_ids": tf.fill(shape, UNKNOWN) for name, shape in shapes.items()})
        return student

    def weights_by_name(self) -> dict[str, tf.Variable]:
        """The variables of a built student, by the names of `Blueprint.weights`."""
        return {name: self._weight(name) for name in self.blueprint.weights()}

    def _weight(self, name: str) -> tf.Variable:
        layer, *parts, weight = name.split("/")
        owner: Any = self.get_layer(layer)
        for part in parts:
            owner = operator.attrgetter(_PARTS[part])(owner)
        (found,) = (one for one in owner.weights if one.name.split("/")[-1] == f"{weight}:0")
        return found


def _read(
    layer: keras.layers.Bidirectional, inputs: tf.Tensor, present: tf.Tensor, training: bool | None
) -> tf.Tensor:
    # Exports and GPUs use the layer of Keras, which gives the same numbers from the same weights.
    if training and layer.built and not tf.config.list_physical_devices("GPU"):
        return bilstm(layer, inputs, present)
    return layer(inputs, mask=present, training=training)


def sentence_lengths(features: Mapping[str, tf.Tensor]) -> tf.Tensor:
    """Number of words of each sentence of a batch, int32 (batch,), from its "word_ids"."""
    present = tf.not_equal(features["word_ids"], PAD)
    return tf.math.count_nonzero(present, axis=1, dtype=tf.int32)
