"""An end before the last epoch, where the devel score no longer rises."""

from collections.abc import Mapping
from typing import Any

import keras
from absl import logging

from bioner_kd.training.callbacks import BestWeights


class Patience(keras.callbacks.Callback):
    """Stops a training whose best epoch lies too far back.

    It keeps no count of its own: which epoch was best is part of the state that a run resumes from,
    so a resumed run stops where an unbroken one does.
    """

    def __init__(self, epochs: int, best: BestWeights) -> None:
        """Takes the epochs to wait, 0 for no end, and what knows the best epoch."""
        super().__init__()
        self._epochs, self._best = epochs, best

    def is_over(self, epoch: int) -> bool:
        """Whether nothing should follow `epoch`, counted from 0."""
        return 0 < self._epochs <= epoch - int(self._best.epoch.numpy())

    def on_epoch_end(self, epoch: int, logs: Mapping[str, Any] | None = None) -> None:
        """Stops where patience is over; comes behind what scores the epoch."""
        if self.is_over(epoch):
            period = self._best.goal.period
            logging.info("Stopping: no better score for %d %ss.", self._epochs, period)
            self.model.stop_training = True
