"""Run folders as models, whichever kind of model they hold."""

import hashlib
import json
from pathlib import Path

from bioner_kd.checksum import file_digest
from bioner_kd.encoding.tables import TABLES
from bioner_kd.errors import InputError
from bioner_kd.evaluation.comparison import Tagging
from bioner_kd.student.saved_student import MODEL, load_student
from bioner_kd.study.runs import averaged_parts
from bioner_kd.teacher.averaged import load_teachers, teachers_fingerprint
from bioner_kd.teacher.saved_teacher import WEIGHTS


def is_teacher(folder: Path) -> bool:
    """Whether a run folder holds a teacher, or is "a+b"; if not, it holds a student.

    Raises:
        InputError: it holds neither.
    """
    if (folder / MODEL).exists():
        return False
    if (folder / WEIGHTS).exists() or len(averaged_parts(folder)) > 1:
        return True
    raise InputError(
        f"{folder}: holds neither a student (scripts/distill.py) nor a teacher "
        "(scripts/finetune_teacher.py)."
    )


def load_model(folder: Path) -> Tagging:
    """A teacher or a student, whichever the folder holds; of "a+b" the average of these teachers.

    Raises:
        InputError: it holds neither, or a damaged one, or teachers of different tags are to be
            averaged.
        UsageError: a teacher is to be averaged with itself.
    """
    return load_teachers(averaged_parts(folder)) if is_teacher(folder) else load_student(folder)


def model_digest(folder: Path) -> str:
    """What the predictions of a run folder's model depend on, as hexadecimal digits.

    Raises:
        InputError: the folder holds no model, or not all of it.
        UsageError: a teacher is to be averaged with itself.
    """
    if is_teacher(folder):
        parts = teachers_fingerprint(averaged_parts(folder))
    else:
        parts = {name: _digest(folder / name) for name in (MODEL, TABLES)}
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


def _digest(path: Path) -> str:
    try:
        return file_digest(path)
    except OSError as error:
        raise InputError(
            f"{path}: cannot be read ({error.strerror}); a student is made by scripts/distill.py."
        ) from error
