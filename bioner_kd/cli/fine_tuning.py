"""Flags: how a teacher is fine-tuned, with a learning rate and epochs that fit it."""

from bioner_kd.cli.program import Program
from bioner_kd.cli.training import report_settings, training
from bioner_kd.recipes.record import Record
from bioner_kd.teacher import config
from bioner_kd.training.config import TrainingConfig

TRAINING = training(
    config.FINE_TUNING,
    epochs="Passes over the training split; the epoch with the best devel F1 is kept. Where it is "
    f"not given: {config.FINE_TUNING_EPOCHS}.",
    learning_rate="Peak of the learning rate. Where it is not given: "
    f"{config.SMALL_LEARNING_RATE:g} for an encoder whose hidden size is at most {config.SMALL}, "
    f"such as MiniLM, {config.LEARNING_RATE:g} for a larger one, such as BioBERT.",
)


def describe(program: Program, fitted: TrainingConfig, hidden_size: int) -> Record:
    """The record of a run, once epochs and learning rate fit the encoder; says what they are.

    The flags then have these values, so that the record holds them.
    """
    program.keep(TRAINING, fitted)
    report_settings(program, TRAINING, f"an encoder of hidden size {hidden_size}")
    return program.record()
