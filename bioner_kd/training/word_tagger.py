"""The training step that teacher and student share: any loss that has a value a word."""

from collections.abc import Mapping
from typing import Any

import keras
import tensorflow as tf

from bioner_kd.training.losses import masked_mean

LOSS = "loss"


class WordTagger(keras.Model):
    """A model from features to word-level logits, trained on `(features, targets, word_mask)`.

    A subclass gives `call` and `word_losses`. Losses are means over scored words, whatever the
    padding and however many replicas share the batch. Metrics of `compile(weighted_metrics=…)` see
    tag ids, logits and the word mask.
    """

    loss_names: tuple[str, ...] = (LOSS,)

    def __init__(self, **options: Any) -> None:
        """Takes keras.Model's options."""
        super().__init__(**options)
        # Past Keras's own __setattr__, which would count these among the weights.
        means = {name: keras.metrics.Mean(name=name) for name in self.loss_names}
        object.__setattr__(self, "_means", means)

    def word_losses(
        self, features: Mapping[str, tf.Tensor], targets: Mapping[str, tf.Tensor], logits: tf.Tensor
    ) -> dict[str, tf.Tensor]:
        """Losses of a batch by name, float32 (batch, words) each; "loss" is what is minimised."""
        raise NotImplementedError

    def loss_weight(
        self, name: str, targets: Mapping[str, tf.Tensor], word_mask: tf.Tensor
    ) -> tf.Tensor:
        """Weight of each word in the mean that is reported of a loss, float32 (batch, words)."""
        return word_mask

    @property
    def metrics(self) -> list[keras.metrics.Metric]:
        """The losses' means and the metrics of `compile`, all of them reset at each epoch."""
        return [*self._means.values(), *super().metrics]

    def train_step(self, data: Any) -> dict[str, tf.Tensor]:
        """One step on a batch `(features, targets, word_mask)`."""
        features, targets, word_mask = _never_empty(data)
        gradients = self.gradients(features, targets, word_mask)
        self.optimizer.apply_gradients(zip(gradients, self.trainable_variables, strict=True))
        return self._results()

    def gradients(
        self, features: Mapping[str, tf.Tensor], targets: Mapping[str, tf.Tensor], mask: tf.Tensor
    ) -> list[tf.Tensor]:
        """Gradients of the loss of a batch, in the order of the trainable variables.

        A subclass may read the batch in parts; it tells `observe` the losses of each.
        """
        with tf.GradientTape() as tape:
            logits = self(features, training=True)
            losses = self.word_losses(features, targets, logits)
            loss = masked_mean(losses[LOSS], mask)
        self.observe(losses, targets, logits, mask)
        return tape.gradient(loss, self.trainable_variables)

    def test_step(self, data: Any) -> dict[str, tf.Tensor]:
        """Losses and metrics of a batch `(features, targets, word_mask)`."""
        features, targets, word_mask = _never_empty(data)
        logits = self(features, training=False)
        losses = self.word_losses(features, targets, logits)
        self.observe(losses, targets, logits, word_mask)
        return self._results()

    def observe(
        self, losses: dict[str, tf.Tensor], targets: Any, logits: tf.Tensor, word_mask: tf.Tensor
    ) -> None:
        """Adds the losses and metrics of words to their means."""
        for name, values in losses.items():
            weight = self.loss_weight(name, targets, word_mask)
            self._means[name].update_state(values, sample_weight=weight)
        self.compiled_metrics.update_state(targets.get("tag_ids"), logits, word_mask)

    def _results(self) -> dict[str, tf.Tensor]:
        return {metric.name: metric.result() for metric in self.metrics}


def _never_empty(data: Any) -> tuple[Any, Any, tf.Tensor]:
    # Under tf.distribute a small last batch leaves replicas without a sentence, and kernels such as
    # a convolution's refuse an empty batch: such a replica gets a sentence of padding.
    if tf.distribute.get_strategy().num_replicas_in_sync > 1:
        data = tf.nest.map_structure(_add_row_to_nothing, data)
    return keras.utils.unpack_x_y_sample_weight(data)


def _add_row_to_nothing(values: tf.Tensor) -> tf.Tensor:
    missing = tf.cast(tf.equal(tf.shape(values)[0], 0), tf.int32)
    return tf.pad(values, [[0, missing]] + [[0, 0]] * (values.shape.rank - 1))
