"""Distils a fine-tuned teacher into a BiLSTM student.

Trains on alpha * CE(tags) + (1 - alpha) * T^2 * KL(teacher || student), keeps the epoch of the best
devel F1, and goes on when a stopped run's command is given again. --alpha=1 without a
transfer set is from scratch.

  bioner_kd distill --flagfile=flags/ncbi_disease/distill.cfg
  bioner_kd distill --flagfile=flags/ncbi_disease/distill.cfg --alpha=1 --output=scratch
"""

from dataclasses import dataclass

from bioner_kd.cli import output
from bioner_kd.cli.flag_group import FlagGroup
from bioner_kd.cli.program import Program
from bioner_kd.cli.shared_flags import CORPUS, WORKERS, machine, report_settings, training
from bioner_kd.distill.config import DistillConfig, HiddenConfig, TransferConfig
from bioner_kd.settings import Settings, setting
from bioner_kd.student.config import STUDENT_TRAINING, StudentConfig
from bioner_kd.tagging.word_features import FeatureConfig


@dataclass(frozen=True)
class SoftTargetsChoice(Settings):
    """Where the teacher's logits come from."""

    cache: str = setting(
        "saved_models/demo/logits",
        "Folder of logits that bioner_kd cache_logits made; empty to run the teacher live in each "
        "step.",
    )
    teachers: tuple[str, ...] = setting(
        (),
        "Folder of the fine-tuned teacher, or folders a,b,c of the models whose logits were "
        "averaged: checked against the cache, or, one BERT alone, run live where --cache is empty.",
    )


@dataclass(frozen=True)
class VectorsChoice(Settings):
    """Where word vectors come from."""

    vectors: str = setting(
        "",
        "File of word vectors (word2vec text or binary, fastText .vec), such as bioner_kd "
        "train_vectors makes; none if empty.",
    )


DISTILL = FlagGroup("Distillation", DistillConfig())
SOFT_TARGETS = FlagGroup("Teacher", SoftTargetsChoice())
TRANSFER = FlagGroup("Transfer set", TransferConfig())
HIDDEN = FlagGroup("Hidden states", HiddenConfig())
WORD_FEATURES = FlagGroup("Word features", FeatureConfig())
VECTORS = FlagGroup("Word vectors", VectorsChoice())
STUDENT = FlagGroup("Student", StudentConfig())
# The two directions of a BiLSTM side by side, each on one thread, is what two cores do best.
MACHINE = machine(intra_op_threads=1, inter_op_threads=2)
TRAINING = training(STUDENT_TRAINING)
OUTPUT = output.training_output(
    "saved_models/demo/student", "the student, its word tables and its tags"
)


def main(program: Program) -> None:
    """Distils as the flags say."""
    from bioner_kd.recipes.distillation import distil

    choice, target = program.read(SOFT_TARGETS), program.read(OUTPUT)
    report_settings(program, TRAINING)
    distil(
        program.read(CORPUS), target.output, cache=choice.cache, teachers=choice.teachers,
        objective=program.read(DISTILL), transfer=program.read(TRANSFER),
        hidden=program.read(HIDDEN), features=program.read(WORD_FEATURES),
        student=program.read(STUDENT), vectors=program.read(VECTORS).vectors,
        training=program.read(TRAINING), machine=program.read(MACHINE),
        workers=program.read(WORKERS), overwrite=target.overwrite, record=program.record(),
    )  # fmt: skip


PARTS = (
    DISTILL, SOFT_TARGETS, TRANSFER, HIDDEN, CORPUS, WORD_FEATURES, VECTORS, STUDENT,
    TRAINING, OUTPUT, MACHINE, WORKERS,
)  # fmt: skip
PROGRAM = Program(
    __doc__, main, PARTS, first=("corpus", "cache", "output", "alpha", "transfer_size")
)
