"""The training loop of a word tagger, teacher or student: resumable, and the best epoch is kept."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Protocol

import tensorflow as tf
from absl import logging

from bioner_kd.encoding.batches import WHOLE, Shares
from bioner_kd.training.callbacks import (
    DEVEL,
    BestWeights,
    EpochProgress,
    Goal,
    History,
    Patience,
    Scores,
)
from bioner_kd.training.config import TrainingConfig
from bioner_kd.training.optimizer import trained_weights
from bioner_kd.training.resume import ResumeState
from bioner_kd.training.run_folder import HISTORY, STATE
from bioner_kd.training.word_tagger import WordTagger


class Source(Protocol):
    """Source of batches, such as a `BatchSource`."""

    def steps(self, batch_size: int) -> int:
        """Number of batches per epoch."""

    def epochs(
        self,
        batch_size: int,
        *,
        seed: int,
        first: int,
        end: int,
        skip: int = 0,
        shares: Shares = WHOLE,
    ) -> tf.data.Dataset:
        """Batches of the epochs `first` to `end` - 1; equal seeds give equal batches.

        The first `skip` batches of epoch `first` are left out. Of each batch there are `shares`.
        """


def train(
    model: WordTagger,
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
        model: built and compiled.
        source: the training split.
        config: epochs, batch size, patience, seed.
        score: gives the score of the model with its present weights: devel F1 in percent, unless
            `goal` names another score.
        goal: which score chooses the epoch.
        folder: run directory, where the state to resume from and `history.csv` are written.
        settings: JSON values that must be equal when a run is resumed.

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
    model: WordTagger,
    source: Source,
    config: TrainingConfig,
    kept: BestWeights,
    *,
    state: Path,
    history: Path,
    settings: Mapping[str, Any],
) -> None:
    """Trains a compiled model from its last state and leaves the kept weights in it.

    Dropout depends on the seed and the step, so that a resumed training ends as an unbroken one.

    Args:
        model: as in `train`.
        source: the training split.
        config: as in `train`.
        kept: chooses and keeps the weights.
        state: folder of the state to resume from.
        history: CSV file with one row per epoch.
        settings: as in `train`.
    """
    steps = source.steps(config.batch_size)
    model.seed_dropout(config.seed)
    period = kept.goal.period
    resume = ResumeState(
        state, model, kept, settings, steps=steps, minutes=config.checkpoint_minutes
    )
    first, done = resume.restore()
    _say_where(first, done, steps, config, period)
    patience = Patience(config.patience, kept)
    callbacks = [
        kept,
        History(history, first, period),
        resume,
        EpochProgress(steps, config.epochs, period, done=done),
        patience,
    ]
    # The rest of an epoch that was stopped has fewer steps than the epochs after it.
    whole = first + bool(done)
    try:
        with trained_weights(model.optimizer):
            for begin, end, skip in ((first, whole, done), (whole, config.epochs, 0)):
                if begin < end and not patience.is_over(begin - 1):
                    model.fit(
                        _shared(source, config, first=begin, end=end, skip=skip),
                        initial_epoch=begin,
                        epochs=end,
                        steps_per_epoch=steps - skip,
                        verbose=0,
                        callbacks=callbacks,
                    )
    except KeyboardInterrupt:
        resume.save_within_epoch()
        raise
    kept.restore()


def _shared(source: Source, config: TrainingConfig, **which: int) -> tf.data.Dataset:
    """The batches of some epochs, of which each replica reads its share."""

    def read(context: tf.distribute.InputContext) -> tf.data.Dataset:
        replicas = context.num_replicas_in_sync
        count = replicas // context.num_input_pipelines
        shares = Shares(context.input_pipeline_id * count, count, replicas)
        return source.epochs(config.batch_size, seed=config.seed, shares=shares, **which)

    return tf.distribute.get_strategy().distribute_datasets_from_function(read)


def _say_where(first: int, done: int, steps: int, config: TrainingConfig, period: str) -> None:
    epochs = config.epochs
    logging.info("Training: %d steps in %d %ss of %d.", epochs * steps, epochs, period, steps)
    if done:
        logging.info(
            "Resuming in %s %d of %d, after step %d of %d.", period, first + 1, epochs, done, steps
        )
    elif first:
        logging.info("Resuming after %s %d of %d.", period, first, epochs)
        if first < epochs:
            logging.info(
                "No state within %s %d was saved: --checkpoint_minutes=%g.",
                period, first + 1, config.checkpoint_minutes,
            )  # fmt: skip
