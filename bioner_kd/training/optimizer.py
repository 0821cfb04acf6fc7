"""AdamW with warm-up, decay and a moving average of the weights."""

import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import keras
import tensorflow as tf

from bioner_kd.training.config import TrainingConfig

_NOT_DECAYED = ["bias", "LayerNorm", "layer_norm", "gamma", "beta"]


@keras.saving.register_keras_serializable("bioner_kd")
class WarmupDecay(keras.optimizers.schedules.LearningRateSchedule):
    """A learning rate that rises linearly from 0 to its peak, and then falls to 0 or stays.

    The first step has a rate above 0, since a step at rate 0 would change nothing.

    Source:
        Devlin et al. (2019), arXiv:1810.04805, appendix A.2 (linear); Loshchilov and Hutter (2017),
        arXiv:1608.03983 (cosine, one cycle).
    """

    def __init__(self, peak: float, warmup_steps: int, total_steps: int, shape: str) -> None:
        """Describes the course of the rate.

        Args:
            peak: highest rate.
            warmup_steps: number of steps until the peak.
            total_steps: number of steps of the whole training.
            shape: course after the peak: "linear", "cosine" or "constant".
        """
        super().__init__()
        self.peak, self.shape = peak, shape
        self.warmup_steps, self.total_steps = warmup_steps, total_steps

    def __call__(self, step: tf.Tensor) -> tf.Tensor:
        """Learning rate at a step, counted from 0; float32 scalar."""
        done = tf.cast(step, tf.float32)
        rising = (done + 1) / max(self.warmup_steps, 1)
        left = (self.total_steps - done) / max(self.total_steps - self.warmup_steps, 1)
        left = tf.clip_by_value(left, 0.0, 1.0)
        falling = {
            "linear": left,
            "cosine": 0.5 * (1 - tf.cos(math.pi * left)),
            "constant": tf.ones_like(left),
        }[self.shape]
        return self.peak * tf.where(done < self.warmup_steps, rising, falling)

    def get_config(self) -> dict[str, Any]:
        """Arguments of the constructor, as Keras saves them."""
        return {
            "peak": self.peak,
            "warmup_steps": self.warmup_steps,
            "total_steps": self.total_steps,
            "shape": self.shape,
        }


def make_optimizer(config: TrainingConfig, steps_per_epoch: int) -> keras.optimizers.Optimizer:
    """Makes AdamW with the schedule, decay and clipping of a training.

    Args:
        config: learning rate, schedule, decay, clipping and average.
        steps_per_epoch: number of batches per epoch.

    Returns:
        An optimiser. If `config.average` is above 0, it keeps a moving average of the weights.
    """
    total = config.epochs * steps_per_epoch
    rate = WarmupDecay(config.learning_rate, int(config.warmup * total), total, config.schedule)
    optimizer = AveragingAdamW(
        rate,
        weight_decay=config.weight_decay,
        global_clipnorm=config.clip_norm or None,
        use_ema=config.average > 0,
        ema_momentum=config.average or 0.99,
    )
    optimizer.exclude_from_weight_decay(var_names=_NOT_DECAYED)
    return optimizer


@keras.saving.register_keras_serializable("bioner_kd")
class AveragingAdamW(keras.optimizers.AdamW):
    """AdamW whose moving average of weights (`use_ema`) leaves the initial weights out.

    Keras starts the average at the initial weights, which are noise, and which outweigh the trained
    weights for the first 1 / (1 - m) steps, where m is `ema_momentum`. Here the average after t
    steps is (1 - m) / (1 - m^t) * sum of m^(t - i) * weights of step i. This is the correction that
    Adam makes to its moments.
    """

    def _update_model_variables_moving_average(self, var_list: Sequence[tf.Variable]) -> None:
        if not self.use_ema:
            return
        step = tf.cast(self.iterations + 1, tf.float32)  # iterations count the steps before
        share = (1 - self.ema_momentum) / -tf.math.expm1(step * math.log(self.ema_momentum))

        def update(average: tf.Variable, weight: tf.Tensor, share: tf.Tensor) -> None:
            average.assign_add(tf.cast(share, average.dtype) * (weight - average))

        for variable in var_list:
            average = self._model_variables_moving_average[
                self._index_dict[self._var_key(variable)]
            ]
            tf.distribute.get_strategy().extended.update(
                average, update, args=(variable, share), group=False
            )


@contextmanager
def averaged_weights(model: keras.Model) -> Iterator[None]:
    """Gives a model its averaged weights inside the block, and its trained weights afterwards.

    It does nothing if the optimiser keeps no average.
    """
    optimizer = model.optimizer
    if not getattr(optimizer, "use_ema", False):
        yield
        return
    averages = optimizer._model_variables_moving_average
    places = {key: averages[index] for key, index in optimizer._index_dict.items()}
    trained = [variable.numpy() for variable in model.trainable_variables]
    for variable in model.trainable_variables:
        variable.assign(places[optimizer._var_key(variable)])
    try:
        yield
    finally:
        for variable, value in zip(model.trainable_variables, trained, strict=True):
            variable.assign(value)


@contextmanager
def trained_weights(optimizer: keras.optimizers.Optimizer) -> Iterator[None]:
    """Makes each `fit` in the block end with the trained weights, so that another can follow.

    Otherwise Keras puts the averaged weights into the model when a `fit` ends.
    """
    optimizer.finalize_variable_values = lambda variables: None
    try:
        yield
    finally:
        del optimizer.finalize_variable_values
