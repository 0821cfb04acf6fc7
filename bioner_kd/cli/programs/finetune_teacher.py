"""Fine-tunes a pretrained encoder into a tagger of one corpus: the teacher.

Keeps the epoch with the best devel F1. A run that was stopped goes on where it was when the same
command is given again. Without flags it fine-tunes the packaged general-English BERT on the demo
corpus.

  bioner_kd finetune_teacher --flagfile=flags/ncbi_disease/finetune_teacher.cfg
  bioner_kd finetune_teacher --corpus=my_corpus --output=saved_models/my_corpus/teacher
"""

from bioner_kd.cli import output
from bioner_kd.cli.flag_group import FlagGroup
from bioner_kd.cli.program import Program
from bioner_kd.cli.shared_flags import (
    CORPUS,
    PRETRAINED,
    READING,
    WORKERS,
    machine,
    report_settings,
    training,
)
from bioner_kd.encoding.windows import WindowConfig
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
WINDOWS = FlagGroup("Long sentences", WindowConfig())
MACHINE = machine()
OUTPUT = output.training_output(
    "saved_models/demo/teacher", "the teacher, which transformers reads too"
)


def main(program: Program) -> None:
    """Fine-tunes as the flags say."""
    from bioner_kd.recipes.fine_tuning import fine_tune

    target = program.read(OUTPUT)
    fine_tune(
        program.read(CORPUS), program.read(PRETRAINED).teacher, target.output,
        training=program.read(TRAINING), windows=program.read(WINDOWS),
        reading=program.read(READING), machine=program.read(MACHINE),
        workers=program.read(WORKERS), overwrite=target.overwrite,
        describe=lambda *fitted: describe(program, *fitted),
    )  # fmt: skip


def describe(program: Program, fitted: TrainingConfig, hidden_size: int) -> Record:
    """The record of a run, once epochs and learning rate fit the encoder; says what they are.

    The flags then have these values, so that the record holds them.
    """
    program.keep(TRAINING, fitted)
    report_settings(program, TRAINING, f"an encoder of hidden size {hidden_size}")
    return program.record()


PARTS = (
    PRETRAINED, CORPUS, TRAINING, WINDOWS, READING, OUTPUT, MACHINE, WORKERS,
)  # fmt: skip
PROGRAM = Program(
    __doc__, main, PARTS, first=("corpus", "teacher", "output", "epochs", "batch_size")
)
