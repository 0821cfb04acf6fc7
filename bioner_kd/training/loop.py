"""The training of a word tagger, teacher or student: resumable, best epoch by devel F1."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import keras
from absl import logging

from bioner_kd.encoding.batches import BatchSource
from bioner_kd.training.callbacks import BestWeights, History, Progress, ResumeState
from bioner_kd.training.config import TrainingConfig
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
        config: epochs, batch size, seed.
        score: devel F1 of the model as it stands, percent.
        folder: where the state to resume from and `history.csv` go.
        settings: what a resumed run must have in common with the one that was stopped.

    Returns:
        The best devel F1, percent.
    """
    steps = source.steps(config.batch_size)
    best = BestWeights(model, score)
    state = ResumeState(folder / STATE, model, best, settings)
    first = state.restore()
    if first:
        logging.info("Resuming after epoch %d of %d.", first, config.epochs)
    model.fit(
        source.epochs(config.batch_size, seed=config.seed, first=first, end=config.epochs),
        initial_epoch=first,
        epochs=config.epochs,
        steps_per_epoch=steps,
        verbose=0,
        callbacks=[
            best,
            History(folder / HISTORY, first),
            state,
            Progress(steps, config.epochs),
        ],
    )
    best.restore()
    logging.info("Best devel F1 %.2f, epoch %d.", best.score.numpy(), best.epoch.numpy() + 1)
    return float(best.score.numpy())
