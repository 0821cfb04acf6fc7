"""What a training is judged by, and callbacks: best weights, patience, history, progress."""

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

# The score of the goal, or several scores by name with the goal's among them.
Scores = float | Mapping[str, float]


@dataclass(frozen=True)
class Goal:
    """Which score chooses the weights that are kept, and how often it is taken.

    Attributes:
        name: of the score, as in the history.
        lowest: whether the least is the best, as of a loss.
        period: what lies between two scores, in the user's words; `epoch` in the code.
    """

    name: str = DEVEL_F1
    lowest: bool = False
    period: str = "epoch"

    @property
    def worst(self) -> float:
        """A score that any other is better than."""
        return math.inf if self.lowest else -math.inf

    def better(self, score: float, other: float) -> bool:
        """Whether a score is better than another one."""
        return score < other if self.lowest else score > other

    def named(self, scores: Scores) -> dict[str, float]:
        """Scores by name."""
        return dict(scores) if isinstance(scores, Mapping) else {self.name: scores}


DEVEL = Goal()


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
