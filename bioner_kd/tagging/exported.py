"""Finds a student's model and tables on disk; checks that they are whole and belong together."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np

from bioner_kd.bounded import parse_json
from bioner_kd.errors import InputError, UsageError, one_line, shown
from bioner_kd.regular_file import file_digest, read_small
from bioner_kd.tagging.models.layout import FORMS, MANIFEST, MANIFEST_FORMAT, SAVED_MODEL_TABLES
from bioner_kd.tagging.models.saved_model import SavedModel
from bioner_kd.tagging.models.tflite import TFLiteModel, tables_inside
from bioner_kd.tagging.models.word_model import WordModel
from bioner_kd.tagging.tables import LARGEST, TABLES, Tables, parse_tables, read_tables

# Bytes. A student with a million word vectors of 100 numbers has 400 MB in float32.
_LARGEST_MODEL, _LARGEST_MANIFEST = 512 << 20, 4 << 20
_EXPORT_AGAIN = "copy the whole folder again or export the student again"


@dataclass(frozen=True)
class Exported:
    """Where an exported student lies.

    Attributes:
        model: a .tflite file or a SavedModel version folder.
        tables: its tables; a .tflite file may do without, since they are inside of it too.
        digests: SHA-256 of the files of both; empty where they were copied without their manifest.
    """

    model: Path
    tables: Path
    digests: Mapping[Path, str] = field(default_factory=dict)

    def open(self) -> tuple[WordModel, Tables]:
        """Opens model and tables.

        Raises:
            InputError: one of them is missing, damaged or not of the other.
        """
        if self.model.is_dir():
            tables = read_tables(self.tables)
            self.check_digests()
            model: WordModel = SavedModel(self.model)
        else:
            model, tables = self._open_tflite()
        _check_fit(model, tables, self)
        return model, tables

    def _open_tflite(self) -> tuple[WordModel, Tables]:
        try:
            content = read_small(self.model, _LARGEST_MODEL)
        except OSError as error:
            raise InputError(f"{self.model}: cannot read this file ({error.strerror}).") from error
        beside = self.tables.exists() or self.tables in self.digests
        tables = read_tables(self.tables) if beside else None
        self.check_digests()
        inside = tables_inside(content, str(self.model))
        if inside is not None and not (beside and inside == read_small(self.tables, LARGEST)):
            own = parse_tables(inside, f"{self.model} (tables inside)")
            if tables not in (None, own):
                raise _not_of_this_model(self, "it has other ones inside")
            tables = own
        return TFLiteModel(content, str(self.model)), tables or read_tables(self.tables)

    def check_digests(self) -> None:
        """Compares the files with the manifest that they came with.

        Raises:
            InputError: one is missing or another one.
        """
        for path, digest in self.digests.items():
            _check_digest(path, digest)


def is_exported(path: Path) -> bool:
    """Whether this is an export folder, a .tflite file or a version folder of a SavedModel."""
    return (path / MANIFEST).is_file() or _is_tflite(path) or _is_saved_model(path)


def _is_tflite(path: Path) -> bool:
    return path.is_file() and path.suffix == ".tflite"


def _is_saved_model(path: Path) -> bool:
    return (path / "saved_model.pb").is_file()


def find_exported(path: Path, form: str = "") -> Exported:
    """Finds what a person named.

    Args:
        path: an export folder, a .tflite file, or a SavedModel version folder.
        form: which model of an export folder: "float32", "float16", "int8" or "saved_model"; the
            first of these that it has where empty.

    Raises:
        InputError: there is no exported student, or not in that form.
        UsageError: `form` is none of these, or `path` is a model itself and leaves no choice.
    """
    if form and form not in FORMS:
        raise UsageError(f"--form={form}: must be one of {', '.join(FORMS)}.")
    if (path / MANIFEST).is_file():
        return _in_export_folder(path, form)
    if form:
        raise UsageError(f"--form={form}: {path} is no export folder that it could be chosen from.")
    if _is_tflite(path):
        return _alone(path, path.parent / TABLES, path.parent)
    if _is_saved_model(path):
        return _alone(path, path / SAVED_MODEL_TABLES, path.absolute().parent.parent)
    raise InputError(
        f"{path}: {'no exported student' if path.exists() else 'there is no such file or folder'}; "
        f"name an export folder (it holds {MANIFEST}), a .tflite file or a SavedModel version "
        "folder, as bioner_kd export makes them."
    )


def read_manifest(folder: Path) -> dict[str, Any]:
    """Reads the manifest of an export folder.

    Raises:
        InputError: it is damaged, or of another version of this product.
    """
    path = folder / MANIFEST
    try:
        manifest = parse_json(read_small(path, _LARGEST_MANIFEST))
        # What the runtime relies on, so that a damaged manifest is found here.
        _check_names([entry["path"] for entry in manifest["models"].values()])
        _check_names(manifest["files"])
        _check_texts([entry["sha256"] for entry in manifest["files"].values()])
        found = manifest["format"]
        if type(found) is not int:
            raise TypeError("its format is no number")
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        reason = one_line(f"{type(error).__name__}: {error}")
        raise InputError(
            f"{path}: not the manifest of an exported student, or a damaged one ({reason}); "
            f"{_EXPORT_AGAIN}."
        ) from error
    if found != MANIFEST_FORMAT:
        raise InputError(
            f"{path}: has format {shown(found)}, but this version of bioner_kd reads format "
            f"{MANIFEST_FORMAT}; use the version that exported it, or export the student again."
        )
    return manifest


def _check_texts(values: Iterable[object]) -> None:
    if not set(map(type, values)) <= {str}:
        raise TypeError("a path or a checksum is no string")


def _check_names(names: Iterable[str]) -> None:
    _check_texts(names)
    for name in map(PurePosixPath, names):
        if name.is_absolute() or ".." in name.parts or not str(name).isprintable():
            raise ValueError(f"'{name}' is no name of a file in this folder")


def _in_export_folder(folder: Path, form: str) -> Exported:
    manifest = read_manifest(folder)
    available = [name for name in FORMS if name in manifest["models"]]
    chosen = form or "".join(available[:1])
    if chosen not in available:
        raise InputError(
            f"{folder}: holds {', '.join(available) or 'no model'}, not {chosen or 'any'}; export "
            "the student again with that form."
        )
    name = manifest["models"][chosen]["path"]
    return Exported(folder / name, folder / TABLES, _digests(manifest, folder, name))


def _alone(model: Path, tables: Path, folder: Path) -> Exported:
    # A copied model may lie beside the manifest of another one, which says nothing about it.
    if (folder / MANIFEST).is_file():
        manifest = read_manifest(folder)
        for name in (entry["path"] for entry in manifest["models"].values()):
            if (folder / name).absolute() == model.absolute():
                return Exported(model, tables, _digests(manifest, folder, name))
    return Exported(model, tables)


def _digests(manifest: Mapping[str, Any], folder: Path, model: str) -> dict[Path, str]:
    return {
        folder / name: entry["sha256"]
        for name, entry in manifest["files"].items()
        if name in (TABLES, model) or name.startswith(f"{model}/")
    }


def _check_digest(path: Path, digest: str) -> None:
    try:
        found = file_digest(path)
    except OSError as error:
        raise InputError(
            f"{path}: cannot read this file, which {MANIFEST} lists ({error.strerror}); "
            f"{_EXPORT_AGAIN}."
        ) from error
    if found != digest:
        raise InputError(
            f"{path}: not the file that was exported, but a damaged one or one of another student "
            f"(SHA-256 {found[:12]}…, in {MANIFEST} {one_line(digest[:12])}…); {_EXPORT_AGAIN}."
        )


def _check_fit(model: WordModel, tables: Tables, where: Exported) -> None:
    # Files that travel without a manifest can still be told apart in most cases: one word made of
    # the last entry of every table has to be known to the model.
    last = {name: size - 1 for name, size in tables.features.sizes().items()}
    inner = {"char": (tables.features.config.max_chars,)}
    word = {
        f"{name}_ids": np.full((1, *inner.get(name, ())), number, np.int32)
        for name, number in last.items()
    }
    try:
        found = model.logits(word).shape
    except Exception as error:  # each kind of model has kinds of errors of its own
        reason = one_line(str(error).partition("\n")[0])
        raise _not_of_this_model(where, reason) from error
    if len(found) != 2:
        raise _not_of_this_model(where, f"logits of shape {found}, not of words and tags")
    if found != (1, len(tables.tag_set)):
        raise _not_of_this_model(where, f"{found[-1]} tags, not {len(tables.tag_set)}")


def _not_of_this_model(where: Exported, reason: str) -> InputError:
    return InputError(
        f"{where.tables}: not the tables of {where.model} ({reason}); {_EXPORT_AGAIN}."
    )
