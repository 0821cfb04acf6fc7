"""Callbacks of both trainings: best weights, history, a state to resume from, progress."""

import csv
import json
import math
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from absl import logging
from tqdm import tqdm

from bioner_kd.atomic import atomic_file
from bioner_kd.errors import InputError, UsageError, tensorflow_reason
from bioner_kd.training.averaging import averaged_weights
from bioner_kd.training.goal import DEVEL, Goal, Scores
from bioner_kd.training.run_folder import NO_SETTINGS

# What TensorFlow raises of a checkpoint that is damaged, cut short or of another model.
_UNREADABLE = (tf.errors.OpError, LookupError, RuntimeError, ValueError, AssertionError)


class BestWeights(keras.callbacks.Callback):
    """Scores the model after each epoch and keeps the weights that did best."""

    def __init__(self, model: keras.Model, score: Callable[[], Scores], goal: Goal = DEVEL) -> None:
        """Takes a built model, what gives its scores, and which of them chooses."""
        super().__init__()
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


class ResumeState(keras.callbacks.Callback):
    """Everything that training needs to go on, saved after each epoch.

    A run that was stopped goes on at the epoch after the last one saved, with the same order of
    batches, optimiser state and best weights; only dropout draws anew.
    """

    def __init__(
        self, folder: Path, model: keras.Model, best: BestWeights, settings: Mapping[str, Any]
    ) -> None:
        """Takes the run.

        Args:
            folder: for the state alone; made where missing.
            model: built and compiled.
            best: what keeps its best weights, which are part of the state.
            settings: what a resumed run must share, JSON values.
        """
        super().__init__()
        self._settings_file = folder / "settings.json"
        self._settings = json.loads(json.dumps(settings))
        self._next_epoch = tf.Variable(0, trainable=False, dtype=tf.int64)
        model.optimizer.build(model.trainable_variables)
        self._checkpoint = tf.train.Checkpoint(
            optimizer=model.optimizer,
            weights=list(model.weights),
            best=best.weights,
            best_score=best.score,
            best_epoch=best.epoch,
            next_epoch=self._next_epoch,
        )
        self._manager = tf.train.CheckpointManager(self._checkpoint, str(folder), max_to_keep=1)

    def restore(self) -> int:
        """Loads the last state, if there is one.

        Returns:
            The epoch to go on with, counted from 0.

        Raises:
            InputError: the state is of a run with other settings, or damaged.
        """
        if not self._settings_file.exists() or self._manager.latest_checkpoint is None:
            return 0
        self._check_settings()
        try:
            status = self._checkpoint.restore(self._manager.latest_checkpoint)
            status.assert_existing_objects_matched()
        except _UNREADABLE as error:
            raise self._unreadable(error) from error
        return int(self._next_epoch.numpy())

    def _check_settings(self) -> None:
        try:
            before = dict(json.loads(self._settings_file.read_text(encoding="utf-8")))
        except (ValueError, TypeError) as error:
            raise self._unreadable(error) from error
        for name in sorted((before.keys() | self._settings.keys()) - NO_SETTINGS):
            if before.get(name) != self._settings.get(name):
                raise InputError(
                    f"{self._settings_file.parent}: an unfinished run is here that had "
                    f"{name}={before.get(name)!r}, now it is {self._settings.get(name)!r}; use the "
                    "same settings to go on, or pass --overwrite to start again."
                )

    def _unreadable(self, error: Exception) -> InputError:
        reason = str(error).partition("\n")[0] or type(error).__name__
        return InputError(
            f"{self._settings_file.parent}: the unfinished run's state cannot be read ({reason}); "
            "pass --overwrite to start again."
        )

    def on_epoch_end(self, epoch: int, logs: Mapping[str, Any] | None = None) -> None:
        """Saves the state; the one before it is deleted only afterwards."""
        with atomic_file(self._settings_file) as file:
            json.dump(self._settings, file, indent=1)
        self._next_epoch.assign(epoch + 1)
        try:
            self._manager.save(epoch + 1)
        except tf.errors.OpError as error:
            raise InputError(
                f"{self._settings_file.parent}: the state cannot be written "
                f"({tensorflow_reason(error.message)}); free some space and run the same command "
                "to go on."
            ) from error


class Progress(keras.callbacks.Callback):
    """A bar for each epoch where a person watches, and one line an epoch in any case."""

    def __init__(self, steps: int, epochs: int, period: str = DEVEL.period) -> None:
        """Takes the batches of an epoch, the number of epochs, and what to call them."""
        super().__init__()
        self._steps, self._epochs, self._period = steps, epochs, period
        self._bar: tqdm | None = None

    def on_epoch_begin(self, epoch: int, logs: Mapping[str, Any] | None = None) -> None:
        """Starts the epoch's bar."""
        # disable=None: no bar where standard error is no terminal.
        self._bar = tqdm(
            total=self._steps,
            desc=f"{self._period} {epoch + 1}/{self._epochs}",
            leave=False,
            disable=None,
        )

    def on_train_batch_end(self, batch: int, logs: Mapping[str, Any] | None = None) -> None:
        """Moves the bar."""
        if self._bar is not None:
            self._bar.set_postfix(loss=f"{(logs or {}).get('loss', 0):.4f}", refresh=False)
            self._bar.update()

    def on_epoch_end(self, epoch: int, logs: Mapping[str, Any] | None = None) -> None:
        """Writes the epoch's line."""
        self._close()
        values = ", ".join(f"{name} {float(value):.4g}" for name, value in (logs or {}).items())
        logging.info("%s %d/%d: %s", self._period, epoch + 1, self._epochs, values)

    def on_train_end(self, logs: Mapping[str, Any] | None = None) -> None:
        """Leaves no bar behind."""
        self._close()

    def _close(self) -> None:
        if self._bar is not None:
            self._bar.close()
