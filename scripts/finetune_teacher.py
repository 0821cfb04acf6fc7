"""Fine-tunes a pretrained BERT into a tagger of one corpus: the teacher.

Keeps the epoch with the best devel F1. A run that was stopped goes on where it was when the same
command is given again. Without flags it fine-tunes the packaged general-English BERT on the demo
corpus.

  python scripts/finetune_teacher.py --flagfile=flags/ncbi_disease/finetune_teacher.cfg
  python scripts/finetune_teacher.py --corpus=my_corpus --output=saved_models/my_corpus/teacher
"""

from bioner_kd.cli import corpus, machine, output, reading, teacher, training, windows
from bioner_kd.cli.program import Program
from bioner_kd.teacher.config import FINE_TUNING
from bioner_kd.training.machine import MachineConfig

TRAINING, MACHINE = training.training(FINE_TUNING), machine.machine(MachineConfig())
OUTPUT = output.training_output(
    "saved_models/demo/teacher", "the teacher, which transformers reads too"
)


def main(program: Program) -> None:
    """Fine-tunes as the flags say."""
    from bioner_kd.teacher.checkpoint.source import resolve_teacher
    from bioner_kd.teacher.fine_tuning import fine_tune

    config = program.read(TRAINING)
    program.read(MACHINE).apply(config.seed)
    train_split, devel_split = corpus.read_splits(program, "train", "devel")
    with output.training_run(program, OUTPUT) as folder:
        fine_tune(
            resolve_teacher(program.read(teacher.PRETRAINED).teacher),
            train_split, devel_split,
            training=config, windows=program.read(windows.WINDOWS),
            reading=program.read(reading.READING),
            folder=folder, settings=program.settings(),
        )  # fmt: skip


PARTS = (
    teacher.PRETRAINED, corpus.CORPUS, TRAINING, windows.WINDOWS, reading.READING, OUTPUT, MACHINE,
)  # fmt: skip
PROGRAM = Program(__doc__, main, PARTS)
if __name__ == "__main__":
    PROGRAM.main()
