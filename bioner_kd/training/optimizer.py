"""AdamW with warm-up and decay."""

import math
from typing import Any

import keras
import tensorflow as tf

from bioner_kd.training.averaging import AveragingAdamW
from bioner_kd.training.config import TrainingConfig

_NOT_DECAYED = ["bias", "LayerNorm", "layer_norm", "gamma", "beta"]


@keras.saving.register_keras_serializable("bioner_kd")
class WarmupDecay(keras.optimizers.schedules.LearningRateSchedule):
    """A learning rate that rises linearly from 0 and then falls to 0, or stays.

    The first step has the first rise behind it: a step at rate 0 would be lost.

    Source:
        Devlin et al. (2019), arXiv:1810.04805, appendix A.2 (linear); Loshchilov and Hutter (2017),
        arXiv:1608.03983 (cosine, one cycle).
    """

    def __init__(self, peak: float, warmup_steps: int, total_steps: int, shape: str) -> None:
        """Takes the course of the rate.

        Args:
            peak: highest rate.
            warmup_steps: steps until it is reached.
            total_steps: steps in all.
            shape: "linear", "cosine" or "constant", how it goes on.
        """
        super().__init__()
        self.peak, self.shape = peak, shape
        self.warmup_steps, self.total_steps = warmup_steps, total_steps

    def __call__(self, step: tf.Tensor) -> tf.Tensor:
        """Learning rate at a step, counted from 0."""
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
        """Arguments that make this schedule again."""
        return {
            "peak": self.peak,
            "warmup_steps": self.warmup_steps,
            "total_steps": self.total_steps,
            "shape": self.shape,
        }


def make_optimizer(config: TrainingConfig, steps_per_epoch: int) -> keras.optimizers.Optimizer:
    """AdamW as `config` says.

    Args:
        config: rates, decay and clipping.
        steps_per_epoch: batches of an epoch.

    Returns:
        An optimizer; with `config.average` it keeps a moving average of the weights beside them.
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
