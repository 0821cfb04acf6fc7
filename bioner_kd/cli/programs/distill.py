"""Distils a fine-tuned teacher into a BiLSTM student.

Trains on alpha * CE(tags) + (1 - alpha) * T^2 * KL(teacher || student), keeps the epoch of the best
devel F1, and goes on when a stopped run's command is given again. --alpha=1 without a
transfer set is from scratch.

  bioner_kd distill --flagfile=flags/ncbi_disease/distill.cfg
  bioner_kd distill --flagfile=flags/ncbi_disease/distill.cfg --alpha=1 --output=scratch
"""

from bioner_kd.cli import corpus, distill, machine, output, student, training
from bioner_kd.cli.program import Program
from bioner_kd.student.config import STUDENT_TRAINING
from bioner_kd.training.machine import MachineConfig

# The two directions of a BiLSTM side by side, each on one thread, is what two cores do best.
MACHINE = machine.machine(MachineConfig(intra_op_threads=1, inter_op_threads=2))
TRAINING = training.training(STUDENT_TRAINING)
OUTPUT = output.training_output(
    "saved_models/demo/student", "the student, its word tables and its tags"
)


def main(program: Program) -> None:
    """Distils as the flags say."""
    from bioner_kd.recipes.checks import check_distillation

    config, choice = program.read(TRAINING), program.read(distill.SOFT_TARGETS)
    target = program.read(OUTPUT)
    check_distillation(
        program.read(corpus.CORPUS), target.output, cache=choice.cache, teachers=choice.teachers,
        objective=program.read(distill.DISTILL), transfer=program.read(distill.TRANSFER),
        hidden=program.read(distill.HIDDEN), vectors=program.read(student.VECTORS).vectors,
        overwrite=target.overwrite,
    )  # fmt: skip

    from bioner_kd.recipes.distillation import distil

    program.read(MACHINE).apply(config.seed)
    training.report_settings(program, TRAINING)
    distil(
        program.read(corpus.CORPUS), target.output, cache=choice.cache, teachers=choice.teachers,
        objective=program.read(distill.DISTILL), transfer=program.read(distill.TRANSFER),
        hidden=program.read(distill.HIDDEN), features=program.read(student.WORD_FEATURES),
        student=program.read(student.STUDENT), vectors=program.read(student.VECTORS).vectors,
        training=config, overwrite=target.overwrite, record=program.record(),
    )  # fmt: skip


PARTS = (*distill.FLAG_GROUPS, corpus.CORPUS, *student.FLAG_GROUPS)
PROGRAM = Program(
    __doc__,
    main,
    (*PARTS, TRAINING, OUTPUT, MACHINE),
    first=("corpus", "cache", "output", "alpha", "transfer_size"),
)
