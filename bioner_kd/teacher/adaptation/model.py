"""A BERT that guesses masked subwords, and computes no more than these guesses."""

from collections.abc import Mapping
from typing import Any

import keras
import tensorflow as tf

from bioner_kd.teacher.config import DEFAULT_READING
from bioner_kd.teacher.parts import add_gradients, no_gradients, one_after_the_other
from bioner_kd.training.losses import cross_entropy_per_word, scored_words
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

    def __init__(
        self,
        bert: keras.Model,
        *,
        subword_budget: int = DEFAULT_READING.subword_budget,
        **options: Any,
    ) -> None:
        """Takes the model.

        Args:
            bert: a TFBertForMaskedLM.
            subword_budget: most subwords that are trained on at once, at least a block.
            **options: as in keras.Model.
        """
        super().__init__(**options)
        self.bert, self.subword_budget = bert, subword_budget

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

    def gradients(
        self, features: Mapping[str, tf.Tensor], targets: Mapping[str, tf.Tensor], mask: tf.Tensor
    ) -> list[tf.Tensor]:
        """Gradients of a batch, summed over parts of whole blocks."""
        blocks, subwords = tf.unstack(tf.shape(features["subword_ids"]))
        step, words = tf.maximum(self.subword_budget // subwords, 1), scored_words(mask)

        def add(start: tf.Tensor, sums: list[tf.Tensor]) -> tuple[tf.Tensor, list[tf.Tensor]]:
            part, its_targets, its_mask = tf.nest.map_structure(
                lambda values: values[start : start + step], (features, targets, mask)
            )
            found = self.part_gradients(
                lambda: self(part, training=True), part, its_targets, its_mask, words
            )
            return start + step, add_gradients(sums, found)

        return one_after_the_other(blocks, add, no_gradients(self.trainable_variables))

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
