"""The moving average of weights that the optimiser keeps, swapped in for evaluation."""

from collections.abc import Iterator
from contextlib import contextmanager

import keras


@contextmanager
def averaged_weights(model: keras.Model) -> Iterator[None]:
    """Swaps the average of the trained weights in, and the trained weights back afterwards.

    Does nothing where the optimiser keeps no average.
    """
    optimizer = model.optimizer
    if not getattr(optimizer, "use_ema", False):
        yield
        return
    # Keras starts the averages at zero; uncorrected, the first epochs would be evaluated near zero weights.
    correction = 1 - optimizer.ema_momentum ** max(int(optimizer.iterations.numpy()), 1)
    averages = optimizer._model_variables_moving_average
    places = {key: averages[index] for key, index in optimizer._index_dict.items()}
    trained = [variable.numpy() for variable in model.trainable_variables]
    for variable in model.trainable_variables:
        variable.assign(places[optimizer._var_key(variable)] / correction)
    try:
        yield
    finally:
        for variable, value in zip(model.trainable_variables, trained, strict=True):
            variable.assign(value)
