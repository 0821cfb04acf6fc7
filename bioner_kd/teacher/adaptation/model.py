"""A BERT that guesses masked subwords, and computes no more than these guesses."""

from collections.abc import Mapping
from typing import Any

import keras
import tensorflow as tf

from bioner_kd.training.losses import cross_entropy_per_word
from bioner_kd.training.word_tagger import LOSS, WordTagger

ACCURACY = "accuracy"


class MaskedLM(WordTagger):
    """BERT's encoder on whole blocks, its head on the masked subwords alone.

    The scores of a vocabulary of 30,000 cost as much a subword as the whole encoder of a small
    BERT, so that masked subwords are gathered first.

    Source:
        Devlin et al. (2019), arXiv:1810.04805, section 3.1.
    """

    loss_names = (LOSS, ACCURACY)

    def __init__(self, bert: keras.Model, **options: Any) -> None:
        """Takes the model.

        Args:
            bert: a TFBertForMaskedLM.
            **options: as in keras.Model.
        """
        super().__init__(**options)
        self.bert = bert

    def call(self, features: Mapping[str, tf.Tensor], training: bool | None = None) -> tf.Tensor:
        """Scores of every subword of the vocabulary for each masked subword.

        Args:
            features: int32 "subword_ids" (batch, subwords), without padding, and
                "masked_positions" (batch, slots).
            training: whether dropout acts.

        Returns:
            float32 logits (batch, slots, vocabulary).
        """
        hidden = self.bert.bert(input_ids=features["subword_ids"], training=training)[0]
        masked = tf.gather(hidden, features["masked_positions"], batch_dims=1)
        return tf.cast(self.bert.mlm(sequence_output=masked), tf.float32)

    def word_losses(
        self, features: Mapping[str, tf.Tensor], targets: Mapping[str, tf.Tensor], logits: tf.Tensor
    ) -> dict[str, tf.Tensor]:
        """Cross-entropy of the masked subwords, nats, and whether the best guess is right, 0 or 1.

        Args:
            features: not used.
            targets: int32 "masked_ids" (batch, slots).
            logits: float32 (batch, slots, vocabulary).

        Returns:
            float32 (batch, slots) each.
        """
        ids = targets["masked_ids"]
        right = tf.equal(tf.argmax(logits, axis=-1, output_type=tf.int32), ids)
        return {LOSS: cross_entropy_per_word(logits, ids), ACCURACY: tf.cast(right, tf.float32)}
