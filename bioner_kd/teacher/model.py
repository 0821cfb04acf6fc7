"""The teacher: a BERT token classifier that gives one row of logits a word."""

from collections.abc import Callable, Mapping
from typing import Any

import keras
import tensorflow as tf

from bioner_kd.training.losses import cross_entropy_per_word
from bioner_kd.training.word_tagger import LOSS, WordTagger


class Teacher(WordTagger):
    """BERT, windows folded into its batch axis, each word read at its first subword.

    Source:
        Lee et al. (2020), "BioBERT", Bioinformatics 36(4); Devlin et al. (2019), arXiv:1810.04805,
        section 5.3.
    """

    def __init__(self, bert: keras.Model, *, pad_id: int, **options: Any) -> None:
        """Takes the classifier.

        Args:
            bert: a TFBertForTokenClassification.
            pad_id: id of [PAD], which attention leaves out.
            **options: as in keras.Model.
        """
        super().__init__(**options)
        self.bert, self.pad_id = bert, pad_id

    def call(self, features: Mapping[str, tf.Tensor], training: bool | None = None) -> tf.Tensor:
        """Logits of every word.

        Args:
            features: int32 "subword_ids" (batch, windows, subwords) and "word_positions" (batch,
                words), the place of each word's first subword in its sentence's windows laid end to
                end.
            training: whether dropout acts.

        Returns:
            float32 (batch, words, tags).
        """
        return self._at_words(self._read(features, training).logits, features)

    def with_hidden_state(self, features: Mapping[str, tf.Tensor]) -> tf.Tensor:
        """Logits of every word and, behind them, BERT's last hidden state of its first subword.

        Args:
            features: as in `call`; dropout does not act.

        Returns:
            float32 (batch, words, tags + hidden size).
        """
        outputs = self._read(features, training=False, output_hidden_states=True)
        both = tf.concat([outputs.logits, outputs.hidden_states[-1]], axis=-1)
        return self._at_words(both, features)

    def _read(
        self, features: Mapping[str, tf.Tensor], training: bool | None, **options: Any
    ) -> Any:
        ids = features["subword_ids"]
        flat = tf.reshape(ids, [-1, tf.shape(ids)[2]])
        attended = tf.cast(tf.not_equal(flat, self.pad_id), tf.int32)
        return self.bert(input_ids=flat, attention_mask=attended, training=training, **options)

    def _at_words(self, values: tf.Tensor, features: Mapping[str, tf.Tensor]) -> tf.Tensor:
        # From (batch * windows, subwords, values) to (batch, words, values).
        batch, windows, subwords = tf.unstack(tf.shape(features["subword_ids"]))
        values = tf.reshape(values, [batch, windows * subwords, values.shape[-1]])
        return tf.gather(tf.cast(values, tf.float32), features["word_positions"], batch_dims=1)

    def graph(
        self, *, hidden_state: bool = False
    ) -> Callable[[Mapping[str, tf.Tensor]], tf.Tensor]:
        """The model as it predicts, as one graph for batches of any shape.

        Args:
            hidden_state: whether it gives what `with_hidden_state` does, instead of the logits.
        """
        signature = {
            "subword_ids": tf.TensorSpec([None, None, None], tf.int32),
            "word_positions": tf.TensorSpec([None, None], tf.int32),
        }

        @tf.function(input_signature=[signature])
        def predict(features: Mapping[str, tf.Tensor]) -> tf.Tensor:
            if hidden_state:
                return self.with_hidden_state(features)
            return self(features, training=False)

        return predict

    def word_losses(
        self, features: Mapping[str, tf.Tensor], targets: Mapping[str, tf.Tensor], logits: tf.Tensor
    ) -> dict[str, tf.Tensor]:
        """Cross-entropy of the annotated tags."""
        return {LOSS: cross_entropy_per_word(logits, targets["tag_ids"])}
