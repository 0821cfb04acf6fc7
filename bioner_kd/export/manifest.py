"""The manifest of an export folder: what is in it, and how its tags compare with the student's."""

import dataclasses
import hashlib
import importlib.metadata
import platform
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from bioner_kd import __version__
from bioner_kd.checksum import file_digest
from bioner_kd.student.files import weights_file
from bioner_kd.student.saved_student import SavedStudent
from bioner_kd.tagging.models.layout import MANIFEST_FORMAT
from bioner_kd.tagging.tables import TABLES
from bioner_kd.text.tokenizer import Tokenizer

_INTERPRETER = "ai-edge-litert"


def make_manifest(
    student: SavedStudent,
    folder: Path,
    *,
    models: Mapping[str, Mapping[str, Any]],
    comparison: Mapping[str, Any],
) -> dict[str, Any]:
    """Describes a folder in which everything else is written already.

    Args:
        student: what was exported.
        folder: the unfinished export folder.
        models: what there is to say of each form, with its "path" in the folder.
        comparison: what the models were compared on.

    Returns:
        JSON values.
    """
    files = _files(folder)
    return {
        "format": MANIFEST_FORMAT,
        "tags": list(student.tag_set.tags),
        "features": {name: size for name, size in student.features.sizes().items()},
        "tables": TABLES,
        "tokenizer": _tokenizer(student.rules.tokenizer),
        "student": _student(student),
        "comparison": dict(comparison),
        "models": {
            form: {**model, "bytes": _bytes(files, model["path"])} for form, model in models.items()
        },
        "files": files,
        "versions": _versions(),
    }


def _files(folder: Path) -> dict[str, dict[str, Any]]:
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): file_entry(path) for path in paths}


def file_entry(path: Path) -> dict[str, Any]:
    """What a manifest says of a file: its size in bytes and its SHA-256."""
    return {"bytes": path.stat().st_size, "sha256": file_digest(path)}


def _bytes(files: Mapping[str, Mapping[str, Any]], model: str) -> int:
    return sum(
        entry["bytes"]
        for name, entry in files.items()
        if name == model or name.startswith(f"{model}/")
    )


def _tokenizer(tokenizer: Tokenizer) -> dict[str, str]:
    # The rule is a class for each character, so the table of classes is its version.
    return {
        "name": "character classes",
        "sha256": hashlib.sha256(tokenizer.character_classes()).hexdigest(),
    }


def _student(student: SavedStudent) -> dict[str, Any]:
    file = {"sha256": file_digest(weights_file(student.folder))} if student.folder else {}
    config = dataclasses.asdict(student.model.config)
    return {**file, "parameters": student.parameters, "config": config}


def _versions() -> dict[str, str | None]:
    try:
        interpreter = importlib.metadata.version(_INTERPRETER)
    except importlib.metadata.PackageNotFoundError:
        interpreter = None
    return {
        "bioner_kd": __version__,
        "python": platform.python_version(),
        "tensorflow": tf.__version__,
        "keras": keras.__version__,
        "numpy": np.__version__,
        _INTERPRETER: interpreter,
    }
