"""Flags: how a teacher is fine-tuned, with a learning rate and epochs that fit it."""

from pathlib import Path

from bioner_kd.cli.program import Program
from bioner_kd.cli.training import report_settings, training
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


def read_training(program: Program, pretrained: Path) -> TrainingConfig:
    """How a teacher is fine-tuned, as the flags say and, where they do not, its encoder.

    The flags then have these values, so that the record of the run holds them.

    Args:
        program: its flags.
        pretrained: folder of the checkpoint.

    Raises:
        InputError: the checkpoint's configuration cannot be read.
    """
    from bioner_kd.teacher.checkpoint.encoder_config import read_config

    hidden_size = read_config(pretrained).hidden_size
    chosen = config.fit_to_encoder(program.read(TRAINING), hidden_size)
    program.keep(TRAINING, chosen)
    report_settings(program, TRAINING, f"an encoder of hidden size {hidden_size}")
    return chosen
