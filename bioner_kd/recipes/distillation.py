"""A corpus and a teacher's soft targets become a student."""

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from absl import logging

from bioner_kd.distill.config import DistillConfig, HiddenConfig, StudentPlan, TransferConfig
from bioner_kd.extras import require
from bioner_kd.recipes.corpora import Corpus, corpus_of
from bioner_kd.recipes.record import Record, make_record
from bioner_kd.recipes.teaching import Teaching
from bioner_kd.student.config import STUDENT_TRAINING, StudentConfig
from bioner_kd.tagging.word_features import FeatureConfig
from bioner_kd.text.text_file import open_decompressed
from bioner_kd.training.config import TrainingConfig
from bioner_kd.training.machine import MachineConfig
from bioner_kd.training.run_folder import check_name, recorded_run
from bioner_kd.training.workers import WorkersConfig

if TYPE_CHECKING:
    from bioner_kd.student.saved_student import SavedStudent


def distil(
    corpus: str | Corpus,
    output: str | Path,
    *,
    cache: str = "",
    teachers: Sequence[str] = (),
    objective: DistillConfig = DistillConfig(),
    transfer: TransferConfig = TransferConfig(),
    hidden: HiddenConfig = HiddenConfig(),
    features: FeatureConfig = FeatureConfig(),
    student: StudentConfig = StudentConfig(),
    vectors: str = "",
    training: TrainingConfig = STUDENT_TRAINING,
    machine: MachineConfig | None = None,
    workers: WorkersConfig = WorkersConfig(),
    overwrite: bool = False,
    record: Record | None = None,
) -> "SavedStudent":
    """Trains a student, and keeps the epoch with the best devel F1.

    Wrong arguments are told before TensorFlow is imported. A stopped call goes on when made again.

    Args:
        corpus: "demo", a folder with train.tsv, devel.tsv and test.tsv, or a `Corpus`.
        output: the run directory, which has this name when all is done.
        cache: folder of the teacher's logits, as `label` makes it; none if empty.
        teachers: run directories that the cache is held against; without it, one that runs live.
        objective: alpha and temperature; alpha = 1 is the student without a teacher.
        transfer: how much of the labelled text is learnt from, and which.
        hidden: a first stage that fits the teacher's hidden states.
        features: what the student sees of a word.
        student: its sizes.
        vectors: file of word vectors; none if empty.
        training: epochs and optimiser.
        machine: threads and determinism of TensorFlow; left as they are if not given.
        workers: devices and machines that train together.
        overwrite: replace a finished run, and forget an unfinished one.
        record: of the run; made of the arguments if not given.

    Returns:
        The student with the weights of its best epoch, as it was saved.

    Raises:
        InputError: a file is missing or not what it should be, or the run directory exists.
        UsageError: the settings do not go together, or there is no teacher and alpha is below 1.

    Examples:
        >>> distil("demo", "saved_models/student", cache="saved_models/logits")  # doctest: +SKIP
    """
    corpus, folder = corpus_of(corpus), Path(output)
    teaching = Teaching(cache, tuple(teachers), objective, transfer, hidden)
    plan = StudentPlan(objective, features, student, training)
    _check(corpus, folder, teaching, vectors, overwrite=overwrite)
    workers.check()
    record = record or make_record(corpus, teaching, plan, vectors=vectors, output=folder)
    if machine is not None:
        machine.apply(training.seed)
    run = recorded_run(
        folder, overwrite=overwrite, write_record=record.write, kept=workers.is_chief
    )
    with workers.scope():
        return _train(corpus, run, teaching, plan, vectors, record.settings)


def _check(
    corpus: Corpus, folder: Path, teaching: Teaching, vectors: str, *, overwrite: bool
) -> None:
    require("tensorflow")
    check_name(folder, overwrite=overwrite)
    corpus.check("train", "devel")
    teaching.check()
    if vectors:
        with open_decompressed(vectors):
            pass


def _train(
    corpus: Corpus,
    run: AbstractContextManager[Path],
    teaching: Teaching,
    plan: StudentPlan,
    vectors: str,
    settings: Mapping[str, Any],
) -> "SavedStudent":
    from bioner_kd.distill import training as distillation
    from bioner_kd.recipes.soft_targets import read_stages
    from bioner_kd.vectors.reader import read_vectors

    if plan.student.tune_vectors and not vectors:
        logging.warning("--tune_vectors says nothing without --vectors.")
    train_split, devel_split = corpus.read("train", "devel")
    targets, first_stage = read_stages(train_split, teaching)
    with run as unfinished:
        saved = distillation.distil(
            train_split, devel_split, plan, soft_targets=targets, hidden=first_stage,
            vectors=read_vectors(vectors) if vectors else None,
            folder=unfinished, settings=settings,
        )  # fmt: skip
        saved.save(unfinished)
    return saved
