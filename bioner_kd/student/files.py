"""The files of a student's folder: their names, and which of them are there."""

import errno
import os
from pathlib import Path

from bioner_kd.errors import InputError
from bioner_kd.tagging.tables import TABLES

WEIGHTS, STRUCTURE = "student.safetensors", "student.json"
# What students were saved as before: Keras's own archive, of which only the data are read.
KERAS_ARCHIVE = "student.keras"


def weights_file(folder: Path) -> Path:
    """The file of a student's weights; where there is none, the one that would be written."""
    archive = folder / KERAS_ARCHIVE
    found = folder / WEIGHTS
    return archive if archive.is_file() and not found.is_file() else found


def is_archive(weights: Path) -> bool:
    """Whether a file that `weights_file` named is Keras's archive, which has the structure too."""
    return weights.name == KERAS_ARCHIVE


def student_files(folder: Path) -> list[Path]:
    """All files that make a student, whether they are there or not."""
    weights = weights_file(folder)
    structure = [] if is_archive(weights) else [folder / STRUCTURE]
    return [weights, *structure, folder / TABLES]


def check_student(folder: Path) -> None:
    """Checks that all files of a student are there, without reading them.

    Raises:
        InputError: one is missing.
    """
    for path in student_files(folder):
        if not path.exists():
            error = FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), str(path))
            raise not_a_student(folder, error)


def not_a_student(folder: Path, error: Exception) -> InputError:
    """What to raise where a folder cannot be read as a student's, and why."""
    reason = str(error).partition("\n")[0] or type(error).__name__
    return InputError(
        f"{folder}: not a student, or a damaged one ({reason}); make one with bioner_kd distill."
    )
