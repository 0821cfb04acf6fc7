"""Fine-tunes a pretrained encoder into a tagger of one corpus: the teacher.

Keeps the epoch with the best devel F1. A run that was stopped goes on where it was when the same
command is given again. Without flags it fine-tunes the packaged general-English BERT on the demo
corpus.

  bioner_kd finetune_teacher --flagfile=flags/ncbi_disease/finetune_teacher.cfg
  bioner_kd finetune_teacher --corpus=my_corpus --output=saved_models/my_corpus/teacher
"""

from bioner_kd.cli import corpus, fine_tuning, machine, output, reading, teacher, windows
from bioner_kd.cli.program import Program
from bioner_kd.training.machine import MachineConfig

MACHINE = machine.machine(MachineConfig())
OUTPUT = output.training_output(
    "saved_models/demo/teacher", "the teacher, which transformers reads too"
)


def main(program: Program) -> None:
    """Fine-tunes as the flags say."""
    from bioner_kd.recipes.checks import check_fine_tuning

    choice, target = program.read(fine_tuning.TRAINING), program.read(OUTPUT)
    check_fine_tuning(
        program.read(corpus.CORPUS), program.read(teacher.PRETRAINED).teacher, target.output,
        overwrite=target.overwrite,
    )  # fmt: skip

    from bioner_kd.recipes.fine_tuning import fine_tune

    program.read(MACHINE).apply(choice.seed)
    fine_tune(
        program.read(corpus.CORPUS), program.read(teacher.PRETRAINED).teacher, target.output,
        training=choice, windows=program.read(windows.WINDOWS),
        reading=program.read(reading.READING), overwrite=target.overwrite,
        describe=lambda *fitted: fine_tuning.describe(program, *fitted),
    )  # fmt: skip


PARTS = (
    teacher.PRETRAINED, corpus.CORPUS, fine_tuning.TRAINING, windows.WINDOWS, reading.READING,
    OUTPUT, MACHINE,
)  # fmt: skip
PROGRAM = Program(
    __doc__, main, PARTS, first=("corpus", "teacher", "output", "epochs", "batch_size")
)
