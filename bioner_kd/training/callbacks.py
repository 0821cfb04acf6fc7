"""Callbacks of both trainings: best weights, history, progress."""

import csv
import math
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from absl import logging

from bioner_kd.atomic import atomic_file
from bioner_kd.errors import UsageError
from bioner_kd.progress import Progress
from bioner_kd.training.averaging import averaged_weights
from bioner_kd.training.goal import DEVEL, Goal, Scores


class BestWeights(keras.callbacks.Callback):
    """Scores the model after each epoch and keeps the weights that did best."""

    def __init__(self, model: keras.Model, score: Callable[[], Scores], goal: Goal = DEVEL) -> None:
        """Takes a built model, what gives its scores, and which of them chooses."""
        super().__init__()
        self.set_model(model)  # of a training that has nothing left to do, Keras sets none
        self._score, self.goal = score, goal
        self.score = tf.Variable(goal.worst, trainable=False)
        self.epoch = tf.Variable(-1, trainable=False, dtype=tf.int64)
        self.weights = [tf.Variable(weight, trainable=False) for weight in model.weights]

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Scores the averaged weights where the optimiser averages, else the last ones.

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
            # Rounded as the state keeps it, or an equal score could seem a better one.
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


class History(keras.callbacks.Callback):
    """One CSV row an epoch; a resumed run goes on behind the rows of the epochs that it keeps."""

    def __init__(self, path: Path, first_epoch: int, period: str = DEVEL.period) -> None:
        """Takes the file, the epoch, counted from 0, at which training starts, and its name."""
        super().__init__()
        self.path, self._period = path, period
        self.rows: list[dict[str, Any]] = []
        if first_epoch and path.exists():
            with path.open(encoding="utf-8", newline="") as file:
                self.rows = [row for row in csv.DictReader(file) if int(row[period]) <= first_epoch]

    def on_epoch_end(self, epoch: int, logs: Mapping[str, Any] | None = None) -> None:
        """Adds the epoch's row; epochs are written counted from 1."""
        values = {name: f"{float(value):.6g}" for name, value in (logs or {}).items()}
        self.rows.append({self._period: epoch + 1, **values})
        with atomic_file(self.path) as file:
            writer = csv.DictWriter(file, list(self.rows[-1]), lineterminator="\n")
            writer.writeheader()
            writer.writerows(self.rows)


class EpochProgress(keras.callbacks.Callback):
    """How far each epoch has come, and one line an epoch in any case."""

    def __init__(
        self, steps: int, epochs: int, period: str = DEVEL.period, *, done: int = 0
    ) -> None:
        """Takes what there is to do.

        Args:
            steps: batches of an epoch.
            epochs: their number.
            period: what to call an epoch.
            done: batches of the first epoch that were done before.
        """
        super().__init__()
        self._steps, self._epochs, self._period, self._done = steps, epochs, period, done
        self._progress: Progress | None = None

    def on_epoch_begin(self, epoch: int, logs: Mapping[str, Any] | None = None) -> None:
        """Starts to count."""
        name = f"{self._period} {epoch + 1}/{self._epochs}"
        self._progress = Progress(name, "step", self._steps, done=self._done)
        self._done = 0

    def on_train_batch_end(self, batch: int, logs: Mapping[str, Any] | None = None) -> None:
        """Counts a batch."""
        if self._progress is not None:
            self._progress.update(note=f"loss {(logs or {}).get('loss', 0):.4g}")

    def on_epoch_end(self, epoch: int, logs: Mapping[str, Any] | None = None) -> None:
        """Writes the epoch's line."""
        self._close()
        values = ", ".join(f"{name} {float(value):.4g}" for name, value in (logs or {}).items())
        logging.info("%s %d/%d: %s", self._period, epoch + 1, self._epochs, values)

    def on_train_end(self, logs: Mapping[str, Any] | None = None) -> None:
        """Leaves no bar behind."""
        self._close()

    def _close(self) -> None:
        if self._progress is not None:
            self._progress.close()
