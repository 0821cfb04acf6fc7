"""Run folders as models, whichever kind of model they hold, and several as one."""

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path

from bioner_kd.errors import InputError, UsageError
from bioner_kd.evaluation.comparison import Tagging
from bioner_kd.student.saved_student import load_student
from bioner_kd.teacher.config import DEFAULT_READING, ReadingConfig
from bioner_kd.teacher.ensemble.joined import is_student, joined_folders, teaches
from bioner_kd.teacher.ensemble.mean import MeanTeacher, SingleTeacher, Teaching
from bioner_kd.teacher.ensemble.student_voice import load_student_voice, student_fingerprint
from bioner_kd.teacher.saved_teacher import load_teacher, teacher_fingerprint


def load_model(folder: Path) -> Tagging:
    """A teacher or a student, whichever the folder holds; of "a+b" the average of these.

    Raises:
        InputError: it holds neither, or a damaged one, or models of different tags are to be
            averaged.
        UsageError: a model is to be averaged with itself.
    """
    return load_teachers(joined_folders(folder)) if teaches(folder) else load_student(folder)


def model_digest(folder: Path) -> str:
    """What the predictions of a run folder's model depend on, as hexadecimal digits.

    Raises:
        InputError: the folder holds no model, or not all of it.
        UsageError: a model is to be averaged with itself.
    """
    parts = teachers_fingerprint(joined_folders(folder))
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


def teachers_fingerprint(
    folders: Sequence[Path], reading: ReadingConfig = DEFAULT_READING
) -> dict[str, object]:
    """What the logits of one or several saved models depend on, read without loading them.

    Args:
        folders: at least one; their order does not matter.
        reading: how exactly teachers calculate.

    Raises:
        InputError: a folder holds no model, or two models have other tags.
        UsageError: a model is named twice.
    """
    found = {folder: _fingerprint(folder, reading) for folder in folders}
    first = found[folders[0]]
    if len(folders) == 1:
        return first
    for folder in folders:
        if found[folder]["tags"] != first["tags"]:
            raise InputError(
                f"{folder} has the tags {_listed(found[folder])}, but {folders[0]} has "
                f"{_listed(first)}; only models of the same tags can be averaged."
            )
    if len({str(one["teacher"]) for one in found.values()}) < len(folders):
        raise UsageError(f"--teachers={','.join(map(str, folders))}: a teacher is named twice.")
    ordered = sorted(found.values(), key=lambda one: str(one["teacher"]))
    lists = {name: [one[name] for one in ordered] for name in first if name != "tags"}
    return {**lists, "tags": first["tags"]}


def load_teachers(folders: Sequence[Path], reading: ReadingConfig | None = None) -> Teaching:
    """Loads a model that teaches, or several as their average.

    Args:
        folders: at least one.
        reading: as in `load_teacher`.

    Raises:
        InputError: as `teachers_fingerprint`, or a folder is damaged.
        UsageError: as `teachers_fingerprint`.
    """
    fingerprint = teachers_fingerprint(
        folders, reading or DEFAULT_READING
    )  # first, since loading takes seconds each
    teachers = tuple(load_single(folder, reading) for folder in folders)
    return teachers[0] if len(teachers) == 1 else MeanTeacher(teachers, fingerprint)


def _fingerprint(folder: Path, reading: ReadingConfig) -> dict[str, object]:
    if is_student(folder):
        return student_fingerprint(folder)
    return teacher_fingerprint(folder, reading)


def load_single(folder: Path, reading: ReadingConfig | None = None) -> SingleTeacher:
    """Loads the teacher or student of one folder, to teach.

    Args:
        folder: of a run.
        reading: as in `load_teacher`.

    Raises:
        InputError: it holds neither, or a damaged one.
    """
    return load_student_voice(folder) if is_student(folder) else load_teacher(folder, reading)


def _listed(fingerprint: dict[str, object]) -> str:
    return ", ".join(fingerprint["tags"])  # type: ignore[arg-type]
