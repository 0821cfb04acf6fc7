"""A corpus and a teacher's soft targets become a student."""

from collections.abc import Sequence
from pathlib import Path

from absl import logging

from bioner_kd.distill import training as distillation
from bioner_kd.distill.config import DistillConfig, HiddenConfig, TransferConfig
from bioner_kd.recipes.corpora import Corpus, corpus_of
from bioner_kd.recipes.record import Record, make_record
from bioner_kd.recipes.soft_targets import read_stages
from bioner_kd.student.config import STUDENT_TRAINING, StudentConfig
from bioner_kd.student.saved_student import SavedStudent
from bioner_kd.tagging.word_features import FeatureConfig
from bioner_kd.training.config import TrainingConfig
from bioner_kd.training.run_folder import recorded_run
from bioner_kd.vectors.reader import read_vectors


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
    overwrite: bool = False,
    record: Record | None = None,
) -> SavedStudent:
    """Trains a student, and keeps the epoch with the best devel F1.

    A call that was stopped goes on where it was when it is made again.

    Args:
        corpus: "demo", a folder with train.tsv, devel.tsv and test.tsv, or a `Corpus`.
        output: the run directory, which has this name when all is done.
        cache: folder of the teacher's logits, as `label` makes it; empty to run the teacher live,
            or for none.
        teachers: run directories of the teachers, which a cache is held against; one of them runs
            live where there is no cache.
        objective: alpha and temperature; alpha = 1 is the student without a teacher.
        transfer: how much of the labelled text is learnt from, and which.
        hidden: a first stage that fits the teacher's hidden states.
        features: what the student sees of a word.
        student: its sizes.
        vectors: file of word vectors; none if empty.
        training: epochs and optimiser.
        overwrite: replace a finished run, and forget an unfinished one.
        record: of the run; made of the arguments if not given.

    Returns:
        The student with the weights of its best epoch, as it was saved.

    Raises:
        InputError: a file is missing or not what it should be, or the run directory exists.
        UsageError: the settings do not go together, or there is no teacher and alpha is below 1.

    Examples:
        >>> fine_tune("demo", "minilm", "saved_models/teacher")  # doctest: +SKIP
        >>> label(["saved_models/teacher"], "saved_models/logits")  # doctest: +SKIP
        >>> distil("demo", "saved_models/student", cache="saved_models/logits")  # doctest: +SKIP
    """
    corpus, folder = corpus_of(corpus), Path(output)
    if student.tune_vectors and not vectors:
        logging.warning("--tune_vectors says nothing without --vectors.")
    if record is None:
        record = make_record(
            corpus, objective, transfer, hidden, features, student, training,
            cache=cache, teachers=tuple(teachers), vectors=vectors, output=folder,
        )  # fmt: skip
    train_split, devel_split = corpus.read("train", "devel")
    targets, first_stage = read_stages(
        train_split, cache=cache, teachers=teachers,
        objective=objective, transfer=transfer, hidden=hidden,
    )  # fmt: skip
    with recorded_run(folder, overwrite=overwrite, write_record=record.write) as unfinished:
        saved = distillation.distil(
            train_split, devel_split, soft_targets=targets, hidden=first_stage,
            objective=objective, features=features, student=student,
            vectors=read_vectors(vectors) if vectors else None,
            training=training, folder=unfinished, settings=record.settings,
        )  # fmt: skip
        saved.save(unfinished)
    return saved
