"""Students that have a name: the ready one of this package and those of installed wheels."""

import importlib.util
import os
from collections.abc import Iterator
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path

import bioner_kd
from bioner_kd.errors import InputError
from bioner_kd.tagging.exported import Exported, find_exported
from bioner_kd.tagging.hub import fetch_student, is_on_hub

DEFAULT = "disease_chemical_bilstm"
# A wheel of a student has an entry point of this group: its name, and the package that holds it.
GROUP = "bioner_kd.students"
_PACKAGE = Path(bioner_kd.__file__).parent
# In an installed package, and in a checkout.
_FOLDERS = (_PACKAGE / "ready", _PACKAGE.parent / "saved_models")


def named_export(path: str | os.PathLike[str], form: str = "") -> Exported:
    """Where the model and the tables of a student lie.

    Args:
        path: as `bioner_kd.Tagger.load` takes it, as `form`.
        form: one of the forms of an export folder, or empty.

    Raises:
        InputError, UsageError: as `bioner_kd.Tagger.load`.
    """
    name = os.fspath(path)
    if is_on_hub(name):
        folder = fetch_student(name, form)
    else:
        folder = find_named(name) if is_name(name) else Path(path)
    return find_exported(folder, form)


def find_named(name: str) -> Path:
    """The export folder of a student that is known by a name.

    Args:
        name: of a ready student, such as "disease_chemical_bilstm", or of one that is installed as
            a wheel.

    Raises:
        InputError: no student has that name, or its wheel is damaged.
    """
    for folder in _FOLDERS:
        if (folder / name / "manifest.json").is_file():
            return folder / name
    for point in _installed():
        if point.name == name:
            return _folder_of(point)
    known = ", ".join(sorted({*_ready(), *(point.name for point in _installed())})) or "none"
    raise InputError(
        f"{name}: there is no such file or folder, and no student of that name is installed "
        f"(installed: {known}). Name an export folder, as bioner_kd export makes it, a .tflite "
        "file, a SavedModel version folder, an installed student, or hf:owner/name for one of the "
        "Hugging Face hub."
    )


def is_name(path: str) -> bool:
    """Whether what a user gave can only be a name: it has no folder, and no such file is here."""
    return bool(path) and Path(path).name == path and not Path(path).exists()


def _ready() -> Iterator[str]:
    for folder in _FOLDERS:
        yield from (path.parent.name for path in folder.glob("*/manifest.json"))


def _installed() -> tuple[EntryPoint, ...]:
    return tuple(entry_points(group=GROUP))


def _folder_of(point: EntryPoint) -> Path:
    specification = importlib.util.find_spec(point.value)
    for place in (specification and specification.submodule_search_locations) or ():
        if (Path(place) / "manifest.json").is_file():
            return Path(place)
    raise InputError(
        f"{point.name}: the wheel that brings this student has no export folder in "
        f"{point.value}; install it again."
    )
