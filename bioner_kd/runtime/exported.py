"""Finds a student's model and tables on disk, and checks that they are whole and belong together."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bioner_kd.artefact.layout import (
    FORMS,
    MANIFEST,
    MANIFEST_FORMAT,
    SAVED_MODEL_TABLES,
)
from bioner_kd.artefact.saved_model import SavedModel
from bioner_kd.artefact.tflite import TFLiteModel
from bioner_kd.artefact.word_model import WordModel
from bioner_kd.checksum import file_digest
from bioner_kd.encoding.tables import TABLES, Tables, read_tables
from bioner_kd.errors import InputError, UsageError

_EXPORT_AGAIN = "copy the whole folder again or export the student again"


@dataclass(frozen=True)
class Exported:
    """Where an exported student lies.

    Attributes:
        model: a .tflite file or a SavedModel version folder.
        tables: its tables.
        manifest: the manifest that has their checksums, None where they were copied without it.
    """

    model: Path
    tables: Path
    manifest: Path | None

    def open(self) -> tuple[WordModel, Tables]:
        """Opens model and tables.

        Raises:
            InputError: one of them is missing, damaged or not of the other.
        """
        tables = read_tables(self.tables)
        if self.manifest:
            _check_files(self.manifest, self.model, self.tables)
        model = SavedModel(self.model) if self.model.is_dir() else _read_tflite(self.model)
        _check_fit(model, tables, self)
        return model, tables


def find_exported(path: Path, form: str = "") -> Exported:
    """Finds what a person named.

    Args:
        path: an export folder, a .tflite file with its tables beside it, or a SavedModel version
            folder.
        form: which model of an export folder: "float32", "int8" or "saved_model"; the first of
            these that it has where empty.

    Raises:
        InputError: there is no exported student.
        UsageError: `form` names no form, or `path` is no export folder and so has no choice.
    """
    if form and form not in FORMS:
        raise UsageError(f"form {form!r}: must be one of {', '.join(FORMS)}.")
    if (path / MANIFEST).is_file():
        return _in_export_folder(path, form)
    if form:
        raise UsageError(f"{path} is no export folder, so there is no form {form!r} to choose.")
    if path.is_file() and path.suffix == ".tflite":
        return Exported(path, path.parent / TABLES, _manifest_in(path.parent, path))
    if (path / "saved_model.pb").is_file():
        manifest = _manifest_in(path.absolute().parent.parent, path)
        return Exported(path, path / SAVED_MODEL_TABLES, manifest)
    raise InputError(
        f"{path}: {'no exported student' if path.exists() else 'there is no such file or folder'}; "
        f"name an export folder (it holds {MANIFEST}), a .tflite file or a SavedModel version "
        "folder, as scripts/export.py makes them."
    )


def _in_export_folder(folder: Path, form: str) -> Exported:
    models = read_manifest(folder / MANIFEST)["models"]
    available = [name for name in FORMS if name in models]
    chosen = form or (available or [""])[0]
    if chosen not in available:
        raise InputError(
            f"{folder}: has no model of the form {chosen!r}, only {', '.join(available) or 'none'}; "
            "export the student again with it."
        )
    return Exported(folder / models[chosen]["path"], folder / TABLES, folder / MANIFEST)


def read_manifest(path: Path) -> dict[str, Any]:
    """Reads the manifest of an export folder.

    Raises:
        InputError: it is damaged, or of a later version of this product.
    """
    try:
        manifest = json.loads(path.read_text(encoding="utf-8"))
        found, _, _ = manifest["format"], manifest["models"].items(), manifest["files"].items()
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise InputError(
            f"{path}: not the manifest of an exported student, or a damaged one "
            f"({type(error).__name__}: {error}); {_EXPORT_AGAIN}."
        ) from error
    if found != MANIFEST_FORMAT:
        raise InputError(
            f"{path}: this manifest has format {found!r}, and this version of bioner_kd reads "
            f"format {MANIFEST_FORMAT}; use the version that exported it."
        )
    return manifest


def _manifest_in(folder: Path, model: Path) -> Path | None:
    # A copied model may lie beside the manifest of another one, which says nothing about it.
    path = folder / MANIFEST
    if not path.is_file():
        return None
    models = [entry["path"] for entry in read_manifest(path)["models"].values()]
    return path if model.absolute() in [folder.absolute() / name for name in models] else None


def _check_files(manifest: Path, model: Path, tables: Path) -> None:
    files = read_manifest(manifest)["files"]
    folder = manifest.parent.absolute()
    of_model = {path.absolute() for path in model.rglob("*") if path.is_file()} | (
        {model.absolute()} if model.is_file() else set()
    )
    wanted = {
        name
        for name in files
        if (folder / name) == model.absolute() or model.absolute() in (folder / name).parents
    }
    del of_model, wanted, tables
