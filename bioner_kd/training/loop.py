"""The training of a word tagger, teacher or student: resumable, its best epoch kept."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Protocol

import keras
import tensorflow as tf
from absl import logging

from bioner_kd.training.callbacks import BestWeights, History, Progress, ResumeState
from bioner_kd.training.config import TrainingConfig
from bioner_kd.training.goal import DEVEL, Goal, Scores
from bioner_kd.training.patience import Patience
from bioner_kd.training.run_folder import HISTORY, STATE


class Source(Protocol):
    """What gives the batches, such as a BatchSource."""

    def steps(self, batch_size: int) -> int:
        """Batches of an epoch."""

    def epochs(self, batch_size: int, *, seed: int, first: int, end: int) -> tf.data.Dataset:
        """Batches of the epochs `first` to `end` - 1, the same for the same seed."""


def train(
    model: keras.Model,
    source: Source,
    config: TrainingConfig,
    *,
    score: Callable[[], Scores],
    goal: Goal = DEVEL,
    folder: Path,
    settings: Mapping[str, Any],
) -> float:
    """Trains a compiled model and leaves the weights of its best epoch in it.

    Args:
        model: a WordTagger, built and compiled.
        source: the training split.
        config: epochs, batch size, patience, seed.
        score: the model's score as it stands, unless `goal` says otherwise devel F1, percent.
        goal: which score chooses the epoch.
        folder: where the state to resume from and `history.csv` go.
        settings: what a resumed run must have in common with the one that was stopped.

    Returns:
        The best score.
    """
    best = BestWeights(model, score, goal)
    state, history = folder / STATE, folder / HISTORY
    fit(model, source, config, best, state=state, history=history, settings=settings)
    logging.info(
        "Best %s %.4g, %s %d.", goal.name, best.score.numpy(), goal.period, best.epoch.numpy() + 1
    )
    return float(best.score.numpy())


def fit(
    model: keras.Model,
    source: Source,
    config: TrainingConfig,
    kept: BestWeights,
    *,
    state: Path,
    history: Path,
    settings: Mapping[str, Any],
) -> None:
    """Trains a compiled model, from where it was stopped, and leaves the kept weights in it.

    Args:
        model: as in `train`.
        source: the training split.
        config: as in `train`.
        kept: which weights are kept.
        state: folder of the state to resume from.
        history: file of a row an epoch.
        settings: as in `train`.
    """
    steps = source.steps(config.batch_size)
    period = kept.goal.period
    resume = ResumeState(state, model, kept, settings)
    first = resume.restore()
    if first:
        logging.info("Resuming after %s %d of %d.", period, first, config.epochs)
    patience = Patience(config.patience, kept)
    end = first if patience.is_over(first - 1) else config.epochs
    model.fit(
        source.epochs(config.batch_size, seed=config.seed, first=first, end=config.epochs),
        initial_epoch=first,
        epochs=end,
        steps_per_epoch=steps,
        verbose=0,
        callbacks=[
            kept,
            History(history, first, period),
            resume,
            Progress(steps, config.epochs, period),
            patience,
        ],
    )
    kept.restore()
