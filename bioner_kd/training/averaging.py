"""The moving average of weights that the optimiser keeps, swapped in for evaluation."""

import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import keras
import tensorflow as tf


@keras.saving.register_keras_serializable("bioner_kd")
class AveragingAdamW(keras.optimizers.AdamW):
    """AdamW whose moving average of weights (`use_ema`) leaves the initial weights out.

    Keras starts the average at the initial weights, which are noise, and they outweigh the trained
    ones for the first 1 / (1 - `ema_momentum`) steps. Here each step's weights have the share that
    makes the average of t steps (1 - m) / (1 - m^t) * sum of m^(t - i) * weights i: what Adam's
    correction of its moments would make of an average that starts at zero.
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
    """Swaps the average of the trained weights in, and the trained weights back afterwards.

    Does nothing where the optimiser keeps no average.
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
    """Lets each `fit` end with the weights as they were trained, so that another can follow.

    Keras otherwise puts the average into the model when a `fit` ends.
    """
    optimizer.finalize_variable_values = lambda variables: None
    try:
        yield
    finally:
        del optimizer.finalize_variable_values
