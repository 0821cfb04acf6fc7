"""Names of the files in the folder of a student, and checks that they exist."""

import errno
import os
from pathlib import Path

from bioner_kd.errors import InputError
from bioner_kd.tagging.exported import find_exported
from bioner_kd.tagging.models.layout import MANIFEST, SAVED_MODEL
from bioner_kd.tagging.tables import TABLES

WEIGHTS, STRUCTURE = "student.safetensors", "student.json"
# Older students were saved as archives of Keras, from which only data are read.
KERAS_ARCHIVE = "student.keras"


def weights_file(folder: Path) -> Path:
    """The file of the weights of a student; the one that would be written if there is none."""
    archive = folder / KERAS_ARCHIVE
    found = folder / WEIGHTS
    return archive if archive.is_file() and not found.is_file() else found


def is_archive(weights: Path) -> bool:
    """Whether a result of `weights_file` is an archive of Keras, which has the structure too."""
    return weights.name == KERAS_ARCHIVE


def student_files(folder: Path) -> list[Path]:
    """All files of a student, whether they exist or not."""
    weights = weights_file(folder)
    structure = [] if is_archive(weights) else [folder / STRUCTURE]
    return [weights, *structure, folder / TABLES]


def check_student(folder: Path) -> None:
    """Checks that all files of a student exist, without reading them.

    Raises:
        InputError: one is missing.
    """
    for path in student_files(folder):
        if not path.exists():
            error = FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), str(path))
            raise not_a_student(folder, error)


def is_export(folder: Path) -> bool:
    """Whether this is an export folder instead of the folder that distillation made."""
    return (folder / MANIFEST).is_file() and not weights_file(folder).is_file()


def check_exportable(folder: Path) -> None:
    """Checks that a student can be exported: one of `check_student`, or an export of its own.

    Raises:
        InputError: a file is missing, or the export has no SavedModel, which holds all weights.
    """
    if is_export(folder):
        find_exported(folder, SAVED_MODEL)
    else:
        check_student(folder)


def not_a_student(folder: Path, error: Exception) -> InputError:
    """The error for a folder that cannot be read as a student, with the reason."""
    reason = str(error).partition("\n")[0] or type(error).__name__
    return InputError(
        f"{folder}: not a student, or a damaged one ({reason}); make one with bioner_kd distill."
    )
