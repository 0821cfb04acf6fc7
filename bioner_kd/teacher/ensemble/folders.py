"""Run directories as models: a teacher, a student, or several as one, named "a+b".

An exported student is a model too, but it can only be scored.

Only the functions that load a model import TensorFlow, so that paths are checked before.
"""

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from bioner_kd.encoding.sentence_model import SentenceModel, TeachingModel
from bioner_kd.errors import InputError, UsageError
from bioner_kd.evaluation.exported import load_exported
from bioner_kd.student.files import weights_file
from bioner_kd.tagging.exported import is_exported
from bioner_kd.tagging.named import find_named, is_name
from bioner_kd.teacher.checkpoint.files import TF_WEIGHTS
from bioner_kd.teacher.config import DEFAULT_READING, ReadingConfig

if TYPE_CHECKING:
    from bioner_kd.teacher.ensemble.teachers import StudentTeacher
    from bioner_kd.teacher.saved_teacher import SavedTeacher


def joined_folders(folder: Path) -> list[Path]:
    """Splits "a+b" into the run directories of the averaged models; another name stays whole."""
    parts = str(folder).split("+")
    if len(parts) == 1 or folder.exists():
        return [folder]
    found = []
    while parts:
        # The name of a folder may hold a plus, as in a sweep over two settings.
        ends = range(len(parts), 0, -1)
        end = next((end for end in ends if Path("+".join(parts[:end])).exists()), 1)
        found.append(Path("+".join(parts[:end])))
        parts = parts[end:]
    return found if any(part.exists() for part in found) else [folder]


def find_export(path: Path) -> Path | None:
    """The exported student that a path or a name stands for; None where it stands for none.

    Args:
        path: an export folder, a .tflite file, a SavedModel version folder, or the name of a ready
            or installed student.
    """
    if is_exported(path):
        return path
    try:
        return find_named(str(path)) if is_name(str(path)) else None
    except InputError:  # the name of nothing, or of a folder that is missing
        return None


def is_student(folder: Path) -> bool:
    """Tells whether a run directory holds a student and not a teacher.

    Raises:
        InputError: it holds neither.
    """
    if weights_file(folder).exists():
        return True
    if (folder / TF_WEIGHTS).exists():
        return False
    if find_export(folder):
        raise InputError(
            f"{folder}: this is an exported student, which can be scored, but neither teach nor be "
            "averaged; name the run directory that it was exported from."
        )
    if not folder.is_dir():
        raise InputError(
            f"{folder}: no such folder; name one that bioner_kd finetune_teacher or "
            "bioner_kd distill made."
        )
    raise InputError(
        f"{folder}: holds neither a student (bioner_kd distill) nor a teacher "
        "(bioner_kd finetune_teacher)."
    )


def teaches(folder: Path) -> bool:
    """Tells whether a run directory holds a teacher, or is "a+b", the average of several models.

    Raises:
        InputError: it holds neither a teacher nor a student.
    """
    return len(joined_folders(folder)) > 1 or not is_student(folder)


def teachers_fingerprint(
    folders: Sequence[Path], reading: ReadingConfig = DEFAULT_READING
) -> dict[str, object]:
    """Reads what the logits of one or several saved models depend on, without loading the models.

    Args:
        folders: at least one run directory, in any order.
        reading: how exactly teachers calculate.

    Raises:
        InputError: a folder holds no model, or two models have different tags.
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


def _fingerprint(folder: Path, reading: ReadingConfig) -> dict[str, object]:
    from bioner_kd.teacher.ensemble.teachers import student_fingerprint
    from bioner_kd.teacher.saved_teacher import teacher_fingerprint

    return (
        student_fingerprint(folder) if is_student(folder) else teacher_fingerprint(folder, reading)
    )


def _listed(fingerprint: dict[str, object]) -> str:
    return ", ".join(fingerprint["tags"])  # type: ignore[arg-type]


def model_digest(folder: Path) -> str:
    """Computes the SHA-256 of what the predictions of a run directory's model depend on.

    Raises:
        InputError: as `teachers_fingerprint`.
        UsageError: as `teachers_fingerprint`.
    """
    parts = teachers_fingerprint(joined_folders(folder))
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


def load_model(folder: Path) -> SentenceModel:
    """Loads a model for scoring: of a run directory, of an export, or of "a+b" the average.

    Args:
        folder: as `find_export` takes it, or a run directory, or several.

    Raises:
        InputError: as `teachers_fingerprint`, or a model is damaged.
        UsageError: as `teachers_fingerprint`.
    """
    from bioner_kd.student.saved_student import load_student

    if exported := find_export(folder):
        return load_exported(exported)
    return load_teachers(joined_folders(folder)) if teaches(folder) else load_student(folder)


def load_teachers(folders: Sequence[Path], reading: ReadingConfig | None = None) -> TeachingModel:
    """Loads a model that teaches, or the average of several.

    Args:
        folders: at least one run directory.
        reading: as in `load_teacher`.

    Raises:
        InputError: as `teachers_fingerprint`, or a model is damaged.
        UsageError: as `teachers_fingerprint`.
    """
    from bioner_kd.teacher.ensemble.teachers import MeanTeacher

    # First, since to load a model takes seconds.
    fingerprint = teachers_fingerprint(folders, reading or DEFAULT_READING)
    teachers = tuple(load_single(folder, reading) for folder in folders)
    return teachers[0] if len(teachers) == 1 else MeanTeacher(teachers, fingerprint)


def load_single(
    folder: Path, reading: ReadingConfig | None = None
) -> "SavedTeacher | StudentTeacher":
    """Loads the model of one run directory as a teacher.

    Args:
        folder: the run directory.
        reading: as in `load_teacher`.

    Raises:
        InputError: the folder holds no model, or a damaged one.
    """
    from bioner_kd.teacher.ensemble.teachers import load_student_teacher
    from bioner_kd.teacher.saved_teacher import load_teacher

    return load_student_teacher(folder) if is_student(folder) else load_teacher(folder, reading)
