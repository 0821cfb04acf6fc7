"""Distils a fine-tuned teacher into a BiLSTM student.

Trains on alpha * CE(tags) + (1 - alpha) * T^2 * KL(teacher || student), keeps the epoch of the best
devel F1, and goes on when a stopped run's command is given again. --alpha=1 without a
transfer set is from scratch.

  bioner_kd distill --flagfile=flags/ncbi_disease/distill.cfg
  bioner_kd distill --flagfile=flags/ncbi_disease/distill.cfg --alpha=1 --output=scratch
"""

from bioner_kd.cli import corpus, distill, hidden, machine, output, student, training
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
    from bioner_kd.distill.training import distil

    config, objective = program.read(TRAINING), program.read(distill.DISTILL)
    program.read(MACHINE).apply(config.seed)
    training.report_settings(program, TRAINING)
    train_split, devel_split = corpus.read_splits(program, "train", "devel")
    guidance, first_stage = hidden.read_stages(program, train_split)
    with output.training_run(program, OUTPUT) as folder:
        distil(
            train_split, devel_split, guidance=guidance, hidden=first_stage, objective=objective,
            features=program.read(student.WORD_FEATURES), student=program.read(student.STUDENT),
            vectors=student.read_vectors(program),
            training=config, folder=folder, settings=program.settings(),
        ).save(folder)  # fmt: skip


PARTS = (*distill.CONCERNS, hidden.HIDDEN, corpus.CORPUS, *student.CONCERNS)
PROGRAM = Program(__doc__, main, (*PARTS, TRAINING, OUTPUT, MACHINE))
