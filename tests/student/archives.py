"""Students as they were saved before: by Keras, as `student.keras`."""

import dataclasses
from pathlib import Path
from typing import Any

import keras
import pytest

from bioner_kd.student.files import KERAS_ARCHIVE, STRUCTURE, WEIGHTS
from bioner_kd.student.model import Student
from bioner_kd.student.saved_student import SavedStudent


def _config(student: Student) -> dict[str, Any]:
    return {
        "config": dataclasses.asdict(student.config),
        "table_sizes": student.table_sizes,
        "tags": student.tags,
        "vector_size": student.vector_size,
        "tag_names": list(student.tag_names),
        "name": student.name,
    }


def save_as_before(student: SavedStudent, folder: Path) -> Path:
    """Saves a student as earlier versions did, and returns the archive."""
    student.save(folder)
    (folder / WEIGHTS).unlink()
    (folder / STRUCTURE).unlink()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Student, "get_config", _config)
        keras.saving.register_keras_serializable("bioner_kd")(Student)
        student.model.save(folder / KERAS_ARCHIVE)
    return folder / KERAS_ARCHIVE
