"""What is checked of paths before TensorFlow is imported, which takes seconds.

The checks are those that the work itself makes later.
"""

from collections.abc import Sequence
from pathlib import Path

from bioner_kd.atomic import check_free
from bioner_kd.distill.config import DistillConfig, HiddenConfig, TransferConfig, needs_soft_targets
from bioner_kd.extras import require
from bioner_kd.recipes.corpora import Corpus
from bioner_kd.student.files import check_student
from bioner_kd.teacher.checkpoint.source import find_local
from bioner_kd.teacher.ensemble.folders import is_student
from bioner_kd.teacher.logits_cache import LogitsCache
from bioner_kd.text.text_file import open_decompressed
from bioner_kd.text.unlabelled import read_unlabelled
from bioner_kd.training.run_folder import check_name


def check_adaptation(teacher: str, text: Sequence[str], output: str, *, overwrite: bool) -> None:
    """Checks what a further pretraining reads and writes.

    Raises:
        InputError: a path is not what it should be, or the output is there already.
    """
    require("tensorflow")
    check_name(Path(output), overwrite=overwrite)
    find_local(teacher)
    read_unlabelled(text)


def check_fine_tuning(corpus: Corpus, teacher: str, output: str, *, overwrite: bool) -> None:
    """Checks what a fine-tuning reads and writes.

    Raises:
        InputError: a path is not what it should be, or the output is there already.
    """
    require("tensorflow")
    check_name(Path(output), overwrite=overwrite)
    corpus.check("train", "devel")
    find_local(teacher)


def check_labelling(
    teachers: Sequence[str], corpus: Corpus, splits: Sequence[str], text: Sequence[str]
) -> None:
    """Checks what a labelling reads.

    Raises:
        InputError: a path is not what it should be.
    """
    require("tensorflow")
    corpus.check(*splits)
    read_unlabelled(text)
    for folder in teachers:
        is_student(Path(folder))


def check_distillation(
    corpus: Corpus,
    output: str,
    *,
    cache: str,
    teachers: Sequence[str],
    objective: DistillConfig,
    transfer: TransferConfig,
    hidden: HiddenConfig,
    vectors: str,
    overwrite: bool,
) -> None:
    """Checks what a distillation reads and writes.

    Raises:
        InputError: a path is not what it should be, or the output is there already.
    """
    require("tensorflow")
    check_name(Path(output), overwrite=overwrite)
    corpus.check("train", "devel")
    if needs_soft_targets(objective, transfer, hidden):
        if cache:
            LogitsCache(Path(cache) / "train").check()
        for folder in teachers:
            is_student(Path(folder))
    if vectors:
        with open_decompressed(vectors):
            pass


def check_export(student: str, corpus: Corpus, split: str, output: str, *, overwrite: bool) -> None:
    """Checks what an export reads and writes.

    Raises:
        InputError: a path is not what it should be, or the output is there already.
    """
    require("tensorflow")
    check_free(Path(output), overwrite=overwrite)
    corpus.check(split)
    check_student(Path(student))
