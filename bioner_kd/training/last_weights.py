"""The weights of the last epoch, for a training that nothing scores."""

from typing import Any

import keras

from bioner_kd.training.callbacks import BestWeights


class LastWeights(BestWeights):
    """Keeps each epoch's weights, averaged where the optimiser averages; the last ones remain."""

    def __init__(self, model: keras.Model) -> None:
        """Takes a built model."""
        super().__init__(model, lambda: float(self._epoch))
        self._epoch = 0

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Keeps the weights, and writes no score.

        Raises:
            UsageError: the loss is not a finite number.
        """
        self._epoch = epoch
        super().on_epoch_end(epoch, dict(logs or {}))  # a copy: a later epoch is always better
