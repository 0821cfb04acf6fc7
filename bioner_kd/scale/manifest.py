"""What a run was made of: a run is gone on with by the same settings, model and files alone."""

import dataclasses
import json
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from bioner_kd.atomic import atomic_file, check_parent, reported
from bioner_kd.errors import InputError, UsageError, check_format, one_line, shown
from bioner_kd.regular_file import file_digest
from bioner_kd.scale.config import CorpusOptions
from bioner_kd.scale.inputs import InputFile
from bioner_kd.scale.shards import RUN, read_json
from bioner_kd.tagging.exported import Exported

# Hidden, so that no folder of another kind is taken for a run and deleted.
MANIFEST, LOCK = f"{RUN}/manifest.json", f"{RUN}/lock"
_FORMAT = 1
# What changes no byte of a shard, or is kept otherwise.
_FREE = (
    "input", "output", "resume", "overwrite", "runner", "workers", "parts", "model", "form",
    "always", "never",
)  # fmt: skip


def student_digests(exported: Exported) -> dict[str, str]:
    """SHA-256 of the files of a student, by their names.

    Raises:
        InputError: one cannot be read.
    """
    model = exported.model
    files = [path for path in model.rglob("*") if path.is_file()] if model.is_dir() else [model]
    tables = [exported.tables] if exported.tables.is_file() else []
    try:
        return {path.name: file_digest(path) for path in sorted({*files, *tables})}
    except OSError as error:
        raise InputError(f"{error.filename}: cannot be read ({error.strerror}).") from error


@dataclass(frozen=True)
class Manifest:
    """What a run is made of.

    Attributes:
        settings: values that decide what is in the shards, by name.
        student: SHA-256 of the files of the student, by name.
        files: of the collection.
    """

    settings: Mapping[str, Any]
    student: Mapping[str, str]
    files: tuple[InputFile, ...]

    @classmethod
    def of(
        cls, options: CorpusOptions, exported: Exported, files: Sequence[InputFile]
    ) -> "Manifest":
        """That of a run that begins.

        Raises:
            InputError: the student or a list of names cannot be read.
        """
        settings = {name: value for name, value in asdict(options).items() if name not in _FREE}
        for name in ("always", "never"):
            path = getattr(options, name)
            settings[name] = _digest(path) if path else ""
        return cls(settings, student_digests(exported), tuple(files))

    @classmethod
    def read(cls, folder: Path) -> "Manifest":
        """That of the run in a folder.

        Raises:
            InputError: it is missing, damaged or of a later version.
        """
        path = folder / MANIFEST
        found = read_json(path)
        try:
            check_format(found["format"], _FORMAT, str(path))
            files = tuple(InputFile(**file) for file in found["files"])
            return cls(found["settings"], found["student"], files)
        except InputError:
            raise
        except (ValueError, KeyError, TypeError) as error:
            raise InputError(
                f"{path}: not the manifest of a run, or a damaged one ({one_line(error)}); name "
                "another --output."
            ) from error

    def write(self, folder: Path) -> None:
        """Writes it into the folder of the run.

        Raises:
            InputError: the folder cannot be written.
        """
        value = {"format": _FORMAT, **asdict(self)}
        with atomic_file(folder / MANIFEST) as file:
            file.write(json.dumps(value, indent=1, ensure_ascii=False) + "\n")

    def gone_on_with(self, before: "Manifest", folder: Path) -> "Manifest":
        """This run as what goes on with an earlier one; files may have come since.

        Args:
            before: the manifest of the earlier run.
            folder: of both.

        Raises:
            InputError: a setting, the student or a file is another one.
        """
        for name, value in self.settings.items():
            if before.settings.get(name) != value:
                given = "another list of names" if name in ("always", "never") else shown(value)
                raise InputError(
                    f"--{name} is {given}, and {folder} was begun with "
                    f"{shown(before.settings.get(name))}; give the same, name another --output, or "
                    "begin anew by --overwrite."
                )
        if self.student != before.student:
            raise InputError(
                f"{folder} was begun with another student than --model names (its files have other "
                "SHA-256); name that one, another --output, or begin anew by --overwrite."
            )
        now = {file.name: file for file in self.files}
        old = {file.name: file for file in before.files}
        for file in before.files:
            _check_same(now.get(file.name), file, folder)
        kept = (
            dataclasses.replace(file, parts=old[file.name].parts) if file.name in old else file
            for file in self.files
        )
        return Manifest(self.settings, self.student, tuple(kept))


def make_folder(folder: Path) -> None:
    """Makes the folder of a run, unless a run is there.

    Raises:
        InputError: something else is there, or it cannot be made.
    """
    if folder.exists() and not folder.is_dir():
        raise InputError(f"{folder}: is a file; name a folder by --output.")
    if folder.exists() and not (folder / RUN).is_dir() and any(folder.iterdir()):
        raise InputError(
            f"{folder}: this folder holds something else than a run of tag_corpus; name another "
            "--output."
        )
    check_parent(folder)
    with reported(folder):
        (folder / RUN).mkdir(parents=True, exist_ok=True)


def prepare(folder: Path, manifest: Manifest, *, resume: bool, overwrite: bool) -> Manifest:
    """Begins a run in a folder, or goes on with the one that is there.

    Args:
        folder: as `make_folder` has made it, locked.
        manifest: of this run.
        resume: whether an earlier run may be there, and is gone on with.
        overwrite: whether an earlier run is deleted.

    Returns:
        The manifest to work by.

    Raises:
        InputError: an earlier run was of other settings, or the folder cannot be written.
        UsageError: an earlier run may neither be gone on with nor deleted.
    """
    is_run = (folder / MANIFEST).is_file()
    if is_run and not resume and not overwrite:
        raise UsageError(
            f"{folder}: a run is there already; go on with it by --resume, replace it by "
            "--overwrite, or name another --output."
        )
    if is_run and resume:
        manifest = manifest.gone_on_with(Manifest.read(folder), folder)
    elif is_run:
        with reported(folder):
            _empty(folder)
    manifest.write(folder)
    return manifest


def _empty(folder: Path) -> None:
    # The manifest goes last, so that what is left of a deletion that was cut short is still a run.
    for path in folder.iterdir():
        if path.is_dir() and path.name != RUN:
            shutil.rmtree(path)
        elif path.is_file():
            path.unlink()
    for path in sorted((folder / RUN).iterdir(), key=lambda path: path == folder / MANIFEST):
        if path.is_dir():
            shutil.rmtree(path)
        elif path != folder / LOCK:
            path.unlink()


def _check_same(now: InputFile | None, before: InputFile, folder: Path) -> None:
    if now is None:
        raise InputError(
            f"{before.path}: this input is missing now, and the run in {folder} was begun with it; "
            "put it back, or begin anew by --overwrite."
        )
    if (now.size, now.modified) != (before.size, before.modified):
        raise InputError(
            f"{now.path}: this input was changed since the run in {folder} was begun; put the old "
            "file back, name another --output, or begin anew by --overwrite."
        )


def _digest(path: str) -> str:
    try:
        return file_digest(path)
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror}).") from error
