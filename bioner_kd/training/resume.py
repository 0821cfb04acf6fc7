"""The state from which a training resumes."""

import json
import shutil
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import keras
import tensorflow as tf
from absl import logging

from bioner_kd.atomic import atomic_file
from bioner_kd.errors import InputError, tensorflow_reason
from bioner_kd.training.callbacks import BestWeights
from bioner_kd.training.run_folder import NO_SETTINGS
from bioner_kd.training.workers import from_chief, is_chief, several_processes

# TensorFlow raises these for a checkpoint that is damaged, cut short or of another model.
_UNREADABLE = (tf.errors.OpError, LookupError, RuntimeError, ValueError, AssertionError)


class ResumeState(keras.callbacks.Callback):
    """Saves the state of a training after each epoch, and at intervals within an epoch.

    Of several processes the chief alone writes and reads states; it gives the others what it has
    read. They save after epochs only, since all of them must be at the same step.

    A run that was stopped continues with the batch after the last saved state. The order of
    batches, the optimiser, the best weights and the means of the losses continue as if the run had
    not been stopped. So does dropout, which depends on the step alone (`Draws`).
    """

    def __init__(
        self,
        folder: Path,
        model: keras.Model,
        best: BestWeights,
        settings: Mapping[str, Any],
        *,
        steps: int,
        minutes: float = 0.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Prepares the checkpoint.

        Args:
            folder: holds the state and nothing else; it is made if it does not exist.
            model: built and compiled. Metrics of `compile` have no variables yet, so they start
                again when an epoch is resumed.
            best: keeps the best weights, which are part of the state.
            settings: JSON values that must be equal when the run is resumed.
            steps: number of batches per epoch; the optimiser makes one step per batch.
            minutes: least time between two states of one epoch; 0 saves after epochs only.
            clock: gives the time in seconds.
        """
        super().__init__()
        self._settings_file = folder / "settings.json"
        self._settings = json.loads(json.dumps(settings))
        self._next_epoch = tf.Variable(0, trainable=False, dtype=tf.int64)
        self._steps, self._seconds = steps, 0.0 if several_processes() else 60 * minutes
        self._clock, self._saved_at, self._saved_step = clock, clock(), 0
        self._period, self._optimizer = best.goal.period, model.optimizer
        self._optimizer.build(model.trainable_variables)
        # Copies, because Keras resets the means at the start of an epoch.
        self._metrics = [value for metric in model.metrics for value in metric.variables]
        self._means = [tf.Variable(value, trainable=False) for value in self._metrics]
        self._means_wait = False
        whole_epochs = {
            "optimizer": model.optimizer,
            "weights": list(model.weights),
            "best": best.weights,
            "best_score": best.score,
            "best_epoch": best.epoch,
            "next_epoch": self._next_epoch,
        }
        self._variables = [
            *model.optimizer.variables, *model.weights, *best.weights, best.score, best.epoch,
            self._next_epoch, *self._means,
        ]  # fmt: skip
        self._whole_epochs = tf.train.Checkpoint(**whole_epochs)
        checkpoint = tf.train.Checkpoint(**whole_epochs, means=self._means)
        self._only_means = tf.train.Checkpoint(means=self._means)
        # All processes must make a variable at once; the chief alone would when it saves or loads.
        for each in (checkpoint, self._whole_epochs, self._only_means):
            assert each.save_counter is not None
        self._manager = tf.train.CheckpointManager(checkpoint, str(folder), max_to_keep=1)

    def restore(self) -> tuple[int, int]:
        """Loads the last state, if there is one.

        Returns:
            The epoch to continue with, counted from 0, and the number of its batches that are done.

        Raises:
            InputError: the state is of a run with other settings, or damaged.
        """
        latest = self._manager.latest_checkpoint
        if is_chief() and self._settings_file.exists() and latest is not None:
            self._load(latest)
        if several_processes():
            for variable, value in zip(self._variables, from_chief(self._variables), strict=True):
                variable.assign(value)
        self._saved_step = self._done()
        self._means_wait = self._within_epoch()
        return int(self._next_epoch.numpy()), self._step()

    def _load(self, latest: str) -> None:
        self._check_settings()
        try:
            state = self._whole_epochs.restore(latest).expect_partial()
            state.assert_existing_objects_matched()
            # Separately, because states of earlier versions have no means.
            self._only_means.restore(latest).expect_partial()
        except _UNREADABLE as error:
            raise self._unreadable(error) from error
        self._remove_left(Path(latest).name)

    def save_within_epoch(self) -> None:
        """Saves the state within an epoch, unless `minutes` is 0 or nothing is new.

        Raises:
            InputError: the state cannot be written.
        """
        if self._seconds and self._within_epoch() and self._done() != self._saved_step:
            self._save()
            logging.info(
                "%s %d: the state after step %d of %d is saved.",
                self._period, int(self._next_epoch.numpy()) + 1, self._step(), self._steps,
            )  # fmt: skip

    def on_epoch_begin(self, epoch: int, logs: Mapping[str, Any] | None = None) -> None:
        """Restores the means of the losses of an epoch that was stopped."""
        if self._means_wait:
            for value, kept in zip(self._metrics, self._means, strict=True):
                value.assign(kept)
            self._means_wait = False

    def on_train_batch_end(self, batch: int, logs: Mapping[str, Any] | None = None) -> None:
        """Saves the state if the last one is older than `minutes`."""
        if self._clock() - self._saved_at >= self._seconds:
            self.save_within_epoch()

    def on_epoch_end(self, epoch: int, logs: Mapping[str, Any] | None = None) -> None:
        """Saves the state of the whole epoch."""
        self._next_epoch.assign(epoch + 1)
        self._save()

    def _done(self) -> int:
        # The optimiser counts in the very step that changes the weights, so that the number is
        # right wherever Ctrl-C falls.
        return int(self._optimizer.iterations.numpy())

    def _step(self) -> int:
        return self._done() - int(self._next_epoch.numpy()) * self._steps

    def _within_epoch(self) -> bool:
        return 0 < self._step() < self._steps

    def _save(self) -> None:
        """Writes the state, and only then deletes the state before it."""
        if not self._means_wait:
            for kept, value in zip(self._means, self._metrics, strict=True):
                kept.assign(value)
        if is_chief():
            self._write()
        self._saved_at, self._saved_step = self._clock(), self._done()

    def _write(self) -> None:
        with atomic_file(self._settings_file) as file:
            json.dump(self._settings, file, indent=1)
        try:
            self._manager.save(self._done())
        except tf.errors.OpError as error:
            raise InputError(
                f"{self._settings_file.parent}: the state cannot be written "
                f"({tensorflow_reason(error.message)}); free some space and run the same command "
                "to go on."
            ) from error

    def _remove_left(self, latest: str) -> None:
        """Removes what a process left that was killed while it saved or deleted a state."""
        for path in self._settings_file.parent.glob("ckpt-*"):
            if path.name.partition(".")[0] == latest:
                continue
            if path.is_dir():
                shutil.rmtree(path, ignore_errors=True)
            else:
                path.unlink(missing_ok=True)

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
