"""The training of a word tagger, teacher or student: resumable, best epoch by devel F1."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import keras
from absl import logging

from bioner_kd.encoding.batches import BatchSource
from bioner_kd.training.callbacks import BestWeights, History, Progress, ResumeState
from bioner_kd.training.config import TrainingConfig
from bioner_kd.training.patience import Patience
from bioner_kd.training.run_folder import HISTORY, STATE


def train(
    model: keras.Model,
    source: BatchSource,
    config: TrainingConfig,
    *,
    score: Callable[[], float],
    folder: Path,
    settings: Mapping[str, Any],
) -> float:
    """Trains a compiled model and leaves the weights of its best epoch in it.

    Args:
        model: a WordTagger, built and compiled.
        source: the training split.
        config: epochs, batch size, patience, seed.
        score: devel F1 of the model as it stands, percent.
        folder: where the state to resume from and `history.csv` go.
        settings: what a resumed run must have in common with the one that was stopped.

    Returns:
        The best devel F1, percent.
    """
    best = BestWeights(model, score)
    state, history = folder / STATE, folder / HISTORY
    fit(model, source, config, best, state=state, history=history, settings=settings)
    logging.info("Best devel F1 %.2f, epoch %d.", best.score.numpy(), best.epoch.numpy() + 1)
    return float(best.score.numpy())


def fit(
    model: keras.Model,
    source: BatchSource,
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
    resume = ResumeState(state, model, kept, settings)
    first = resume.restore()
    if first:
        logging.info("Resuming after epoch %d of %d.", first, config.epochs)
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
            History(history, first),
            resume,
            Progress(steps, config.epochs),
            patience,
        ],
    )
    kept.restore()
