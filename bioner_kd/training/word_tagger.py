"""The training step that teacher and student share, for any loss with one value per word."""

from collections.abc import Callable, Mapping
from typing import Any

import keras
import tensorflow as tf

from bioner_kd.training.dropout import draws_of_step, use_draws
from bioner_kd.training.losses import masked_mean, scored_words

LOSS = "loss"


class WordTagger(keras.Model):
    """A model from features to word-level logits, trained on `(features, targets, word_mask)`.

    A subclass defines `call` and `word_losses`. Losses are means over scored words: neither padding
    nor the number of replicas changes them. Metrics of `compile(weighted_metrics=…)` get tag ids,
    logits and the word mask.
    """

    loss_names: tuple[str, ...] = (LOSS,)

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        # Past Keras's own __setattr__, which would count these among the weights.
        means = {name: keras.metrics.Mean(name=name) for name in self.loss_names}
        object.__setattr__(self, "_means", means)
        self._dropout_seed: int | None = None

    def seed_dropout(self, seed: int) -> None:
        """Makes dropout depend on a seed and the number of the step alone.

        A training that is resumed then drops what it would have dropped if it had not been stopped.
        """
        use_draws(self)
        self._dropout_seed = seed

    def word_losses(
        self, features: Mapping[str, tf.Tensor], targets: Mapping[str, tf.Tensor], logits: tf.Tensor
    ) -> dict[str, tf.Tensor]:
        """Losses of a batch by name, float32 (batch, words) each; training minimises "loss"."""
        raise NotImplementedError

    def loss_weight(
        self, name: str, targets: Mapping[str, tf.Tensor], word_mask: tf.Tensor
    ) -> tf.Tensor:
        """Weight of each word in the reported mean of a loss, float32 (batch, words)."""
        return word_mask

    @property
    def metrics(self) -> list[keras.metrics.Metric]:
        """The means of the losses and the metrics of `compile`; Keras resets them at each epoch."""
        return [*self._means.values(), *super().metrics]

    def train_step(self, data: Any) -> dict[str, tf.Tensor]:
        """Makes one step on a batch `(features, targets, word_mask)`."""
        features, targets, word_mask = _never_empty(data)
        with draws_of_step(self._dropout_seed, self.optimizer.iterations):
            gradients = self.gradients(features, targets, word_mask)
        self.optimizer.apply_gradients(zip(gradients, self.trainable_variables, strict=True))
        return self._results()

    def gradients(
        self, features: Mapping[str, tf.Tensor], targets: Mapping[str, tf.Tensor], mask: tf.Tensor
    ) -> list[tf.Tensor]:
        """Gradients of the loss of a batch, in the order of the trainable variables.

        A subclass may read the batch in parts and sum their `part_gradients`.
        """
        return self.part_gradients(
            lambda: self(features, training=True), features, targets, mask, scored_words(mask)
        )

    def part_gradients(
        self,
        read: Callable[[], tf.Tensor],
        features: Mapping[str, tf.Tensor],
        targets: Mapping[str, tf.Tensor],
        mask: tf.Tensor,
        words: tf.Tensor,
    ) -> list[tf.Tensor]:
        """Gradients of a part of a batch; their sum over all parts is that of the whole batch.

        Args:
            read: computes the logits of the part, with dropout.
            features: of the part.
            targets: of the part.
            mask: word mask of the part.
            words: float32 scalar, number of scored words of the whole batch.

        Returns:
            Gradients of the mean loss, in the order of the trainable variables.
        """
        with tf.GradientTape() as tape:
            logits = read()
            losses = self.word_losses(features, targets, logits)
            loss = masked_mean(losses[LOSS], mask, words)
        self.observe(losses, targets, logits, mask)
        return tape.gradient(loss, self.trainable_variables)

    def test_step(self, data: Any) -> dict[str, tf.Tensor]:
        """Computes losses and metrics of a batch `(features, targets, word_mask)`."""
        features, targets, word_mask = _never_empty(data)
        logits = self(features, training=False)
        losses = self.word_losses(features, targets, logits)
        self.observe(losses, targets, logits, word_mask)
        return self._results()

    def observe(
        self, losses: dict[str, tf.Tensor], targets: Any, logits: tf.Tensor, word_mask: tf.Tensor
    ) -> None:
        """Adds the losses of a batch to their means, and updates the metrics."""
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
    # No sentence has no window either, so that other axes can be empty too.
    missing = tf.cast(tf.equal(tf.shape(values), 0), tf.int32)
    padded = tf.pad(values, tf.stack([tf.zeros_like(missing), missing], axis=1))
    return tf.ensure_shape(padded, [size or None for size in values.shape])
