"""Callbacks of a training: best and last weights, patience, history, progress, and their goal."""

import csv
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from absl import logging

from bioner_kd.atomic import atomic_file
from bioner_kd.errors import UsageError
from bioner_kd.progress import Progress
from bioner_kd.training.optimizer import averaged_weights
from bioner_kd.training.run_folder import DEVEL_F1
from bioner_kd.training.workers import from_chief

# The score of the goal, or several scores by name that include the goal's.
Scores = float | Mapping[str, float]


@dataclass(frozen=True)
class Goal:
    """The score that chooses which weights are kept.

    Attributes:
        name: of the score, as in the history.
        lowest: whether a lower score is better, as with a loss.
        period: what users call the time between two scores; the code calls it an epoch.
    """

    name: str = DEVEL_F1
    lowest: bool = False
    period: str = "epoch"

    @property
    def worst(self) -> float:
        """The score that every other score is better than."""
        return math.inf if self.lowest else -math.inf

    def better(self, score: float, other: float) -> bool:
        """Whether `score` is better than `other`."""
        return score < other if self.lowest else score > other

    def named(self, scores: Scores) -> dict[str, float]:
        """The scores by name; a single score gets the name of the goal."""
        return dict(scores) if isinstance(scores, Mapping) else {self.name: scores}


DEVEL = Goal()


class BestWeights(keras.callbacks.Callback):
    """Scores the model after each epoch and keeps the weights with the best score.

    Attributes:
        goal: which score chooses.
        score: float32 variable (), the best score so far.
        epoch: int64 variable (), the epoch of the best score, counted from 0; -1 before the first.
        weights: variables with the weights of that epoch, in the order of `model.weights`.
    """

    def __init__(self, model: keras.Model, score: Callable[[], Scores], goal: Goal = DEVEL) -> None:
        """Starts with the weights as they are.

        Args:
            model: a built model.
            score: gives the scores of the model with its present weights.
            goal: which score chooses.
        """
        super().__init__()
        self.set_model(model)  # Keras sets no model where no epoch is left
        self._score, self.goal = score, goal
        self.score = tf.Variable(goal.worst, trainable=False)
        self.epoch = tf.Variable(-1, trainable=False, dtype=tf.int64)
        self.weights = [tf.Variable(weight, trainable=False) for weight in model.weights]

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Scores the averaged weights if the optimiser keeps an average, else the trained weights.

        Raises:
            UsageError: the loss is not a finite number.
        """
        if not math.isfinite(loss := (logs or {}).get("loss", 0.0)):
            raise UsageError(
                f"{self.goal.period} {epoch + 1}: the loss is {loss}, the training has diverged; "
                "pass a lower --learning_rate or a longer --warmup."
            )
        with averaged_weights(self.model):
            scores = self.goal.named(self._score())
            # Workers must agree, and another processor may round a score differently.
            shared = from_chief([np.float64(value) for value in scores.values()])
            scores = dict(zip(scores, map(float, shared), strict=True))
            # Rounded as the saved state has it, or an equal score could seem better.
            score = float(np.float32(scores[self.goal.name]))
            if self.goal.better(score, float(self.score.numpy())):
                self.score.assign(score)
                self.epoch.assign(epoch)
                for kept, weight in zip(self.weights, self.model.weights, strict=True):
                    kept.assign(weight)
        if logs is not None:
            logs.update(scores)

    def restore(self) -> None:
        """Puts the best weights into the model."""
        for kept, weight in zip(self.weights, self.model.weights, strict=True):
            weight.assign(kept)


class LastWeights(BestWeights):
    """Keeps the weights of the last epoch, averaged if the optimiser keeps an average."""

    def __init__(self, model: keras.Model) -> None:
        super().__init__(model, lambda: float(self._epoch))
        self._epoch = 0

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Keeps the weights and adds no score to the logs.

        Raises:
            UsageError: the loss is not a finite number.
        """
        self._epoch = epoch
        super().on_epoch_end(epoch, dict(logs or {}))  # a copy: a later epoch is always better


class Patience(keras.callbacks.Callback):
    """Stops a training after a number of epochs without a better score.

    It keeps no count of its own. The best epoch is part of the state that a run resumes from, so a
    resumed run stops at the same epoch as an unbroken one.
    """

    def __init__(self, epochs: int, best: BestWeights) -> None:
        """Waits for a better score.

        Args:
            epochs: number of epochs to wait; 0 never stops.
            best: knows the best epoch.
        """
        super().__init__()
        self._epochs, self._best = epochs, best

    def is_over(self, epoch: int) -> bool:
        """Whether training should stop after `epoch`, counted from 0."""
        return 0 < self._epochs <= epoch - int(self._best.epoch.numpy())

    def on_epoch_end(self, epoch: int, logs: Mapping[str, Any] | None = None) -> None:
        """Stops the training when patience is over; `best` must have scored the epoch before."""
        if self.is_over(epoch):
            period = self._best.goal.period
            logging.info("Stopping: no better score for %d %ss.", self._epochs, period)
            self.model.stop_training = True


class History(keras.callbacks.Callback):
    """Writes one CSV row per epoch; a resumed run keeps the rows of the epochs before."""

    def __init__(self, path: Path, first_epoch: int, period: str = DEVEL.period) -> None:
        """Reads the rows that are there already.

        Args:
            path: the CSV file.
            first_epoch: epoch at which training starts, counted from 0.
            period: what users call an epoch, the name of the first column.
        """
        super().__init__()
        self.path, self._period = path, period
        self.rows: list[dict[str, Any]] = []
        if first_epoch and path.exists():
            with path.open(encoding="utf-8", newline="") as file:
                self.rows = [row for row in csv.DictReader(file) if int(row[period]) <= first_epoch]

    def on_epoch_end(self, epoch: int, logs: Mapping[str, Any] | None = None) -> None:
        """Adds the row of the epoch, which is counted from 1 in the file."""
        values = {name: f"{float(value):.6g}" for name, value in (logs or {}).items()}
        self.rows.append({self._period: epoch + 1, **values})
        with atomic_file(self.path) as file:
            writer = csv.DictWriter(file, list(self.rows[-1]), lineterminator="\n")
            writer.writeheader()
            writer.writerows(self.rows)


class EpochProgress(keras.callbacks.Callback):
    """Shows the progress within each epoch, and logs one line per epoch."""

    def __init__(
        self, steps: int, epochs: int, period: str = DEVEL.period, *, done: int = 0
    ) -> None:
        """Describes the training.

        Args:
            steps: number of batches per epoch.
            epochs: number of epochs.
            period: what users call an epoch.
            done: number of batches of the first epoch that an earlier run has done.
        """
        super().__init__()
        self._steps, self._epochs, self._period, self._done = steps, epochs, period, done
        self._progress: Progress | None = None

    def on_epoch_begin(self, epoch: int, logs: Mapping[str, Any] | None = None) -> None:
        """Starts the progress bar of the epoch."""
        name = f"{self._period} {epoch + 1}/{self._epochs}"
        self._progress = Progress(name, "step", self._steps, done=self._done)
        self._done = 0

    def on_train_batch_end(self, batch: int, logs: Mapping[str, Any] | None = None) -> None:
        """Moves the progress bar on by one batch."""
        if self._progress is not None:
            self._progress.update(note=f"loss {(logs or {}).get('loss', 0):.4g}")

    def on_epoch_end(self, epoch: int, logs: Mapping[str, Any] | None = None) -> None:
        """Logs the line of the epoch."""
        self._close()
        values = ", ".join(f"{name} {float(value):.4g}" for name, value in (logs or {}).items())
        logging.info("%s %d/%d: %s", self._period, epoch + 1, self._epochs, values)

    def on_train_end(self, logs: Mapping[str, Any] | None = None) -> None:
        """Closes the progress bar."""
        self._close()

    def _close(self) -> None:
        if self._progress is not None:
            self._progress.close()
