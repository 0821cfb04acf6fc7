"""The contestants of a benchmark, made from folders and names."""

import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from bioner_kd.errors import InputError, UsageError
from bioner_kd.lab.benchmark import models
from bioner_kd.lab.benchmark.config import BIOBERT
from bioner_kd.lab.benchmark.contestant import THREADS, Contestant
from bioner_kd.lab.benchmark.peers.trained import PEERS
from bioner_kd.lab.benchmark.targets import Roles
from bioner_kd.student.files import student_files
from bioner_kd.tagging.exported import read_manifest
from bioner_kd.tagging.models.layout import INT8, SAVED_MODEL, SERVING, TEXT
from bioner_kd.tagging.tables import TABLES
from bioner_kd.teacher.config import BFLOAT16, FLOAT32
from bioner_kd.training.machine import has_bfloat16

BIOBERT_BF16 = "biobert_bf16"
_MODELS = "bioner_kd.lab.benchmark.models"
_MANY = "_many"
# The peer that the student must be as fast as.
_PEER = "spacy"


@dataclass(frozen=True)
class LineUp:
    """The contestants that are measured.

    Attributes:
        contestants: in the order of the table.
        notes: which contestants were left out, and why.
    """

    contestants: Sequence[Contestant]
    notes: Sequence[str] = ()

    @property
    def peers(self) -> list[str]:
        """Names of the taggers of other projects."""
        return [one.name for one in self.contestants if one.name in PEERS]

    @property
    def roles(self) -> Roles:
        """The contestants that the targets compare."""
        names = {one.name for one in self.contestants}
        single = INT8 if INT8 in names else _smallest(self.contestants)
        return Roles(
            single=single,
            many=single + _MANY if single + _MANY in names else "",
            teachers=tuple(name for name in (BIOBERT, BIOBERT_BF16) if name in names),
            peer=_PEER if _PEER in names else "",
        )

    @property
    def student(self) -> Contestant | None:
        """The exported model that tags documents of several formats; None where there is none."""
        return next((one for one in self.contestants if one.name == self.roles.single), None)

    def check_names(self, baseline: str) -> None:
        """Refuses two contestants of one name, and a baseline that is no contestant."""
        names = [one.name for one in self.contestants]
        for name in names:
            if names.count(name) > 1:
                raise UsageError(f"--teacher={name}=…: two contestants are called {name!r}.")
        if baseline not in names:
            raise UsageError(f"--baseline={baseline}: must be one of {', '.join(names)}.")

    def without(self, names: Sequence[str]) -> "LineUp":
        """The line-up without the contestants of these names; unknown names are refused."""
        known = [one.name for one in self.contestants]
        for name in names:
            # On a processor without bfloat16 one contestant is left out already.
            if name not in (*known, BIOBERT_BF16):
                raise UsageError(f"--leave_out={name}: must be one of {', '.join(known)}.")
        kept = [one for one in self.contestants if one.name not in names]
        if not kept:
            raise UsageError("--leave_out: leaves nothing to measure.")
        return LineUp(kept, self.notes)


def biobert(tags: Sequence[str], batch_size: int) -> tuple[list[Contestant], list[str]]:
    """Contestants of BioBERT's shape, in float32 and in bfloat16 where the processor has it.

    Returns:
        The contestants, and notes on what was left out.
    """
    size = models.shape_size(len(tags))
    precisions = {BIOBERT: FLOAT32, BIOBERT_BF16: BFLOAT16}
    notes = []
    if not has_bfloat16():
        del precisions[BIOBERT_BF16]
        notes.append(
            f"{BIOBERT_BF16} is left out: this processor has no bfloat16 (neither avx512_bf16 nor "
            "amx_bf16)."
        )
    contestants = [
        Contestant(
            name,
            f"BioBERT's shape, {precision}",
            f"{_MODELS}:open_shape",
            {"tags": list(tags), "precision": precision, "batch_size": batch_size},
            size=size,
            slow=True,
            trained=False,
        )
        for name, precision in precisions.items()
    ]
    return contestants, notes


def teacher(name: str, folder: Path, batch_size: int) -> Contestant:
    """A fine-tuned teacher; a folder without one is refused."""
    from bioner_kd.teacher.checkpoint.files import TF_WEIGHTS
    from bioner_kd.teacher.saved_teacher import teacher_fingerprint

    teacher_fingerprint(folder)
    return Contestant(
        name,
        f"{name} (teacher, Keras)",
        f"{_MODELS}:open_teacher",
        {"folder": str(folder), "batch_size": batch_size},
        size=(folder / TF_WEIGHTS).stat().st_size,
        slow=True,
    )


def student(folder: Path, batch_size: int) -> Contestant:
    """A student in Keras; a folder without one is refused."""
    try:
        size = sum(path.stat().st_size for path in student_files(folder))
    except OSError as error:
        raise InputError(
            f"{error.filename}: cannot be read ({error.strerror}); --student names a folder that "
            "bioner_kd distill made."
        ) from error
    options = {"folder": str(folder), "batch_size": batch_size}
    return Contestant(
        "student_keras", "Student in Keras", f"{_MODELS}:open_student", options, size=size
    )


def exported(folder: Path, batch_size: int) -> list[Contestant]:
    """Every model of an export folder, each once by `Tagger.tag` and once by `Tagger.tag_many`."""
    models = read_manifest(folder)["models"]
    return [one for form in models for one in _of_form(folder, form, models[form], batch_size)]


def _of_form(
    folder: Path, form: str, entry: dict[str, Any], batch_size: int
) -> Iterator[Contestant]:
    alone = form == SAVED_MODEL or _has_tables(folder / entry["path"])
    names = [entry["path"]] if alone else [entry["path"], TABLES]
    parts = {name: _size(folder / name) for name in names}
    size = sum(parts.values())
    options = {"path": str(folder), "form": form}
    title = "SavedModel" if form == SAVED_MODEL else f"{form} .tflite"
    yield Contestant(
        form,
        f"{title}, tag",
        f"{_MODELS}:open_tagger",
        options,
        size=size,
        profiled=form != SAVED_MODEL,
        parts=parts,
    )
    yield Contestant(
        form + _MANY,
        f"{title}, tag_many",
        f"{_MODELS}:open_tagger_many",
        {**options, THREADS: 1},
        size=size,
        many=True,
    )
    if TEXT in entry["signatures"].get(SERVING, {}).get("inputs", {}):
        yield Contestant(
            form + "_text",
            f"{title}, texts in batches",
            f"{_MODELS}:open_saved_model_texts",
            {"folder": str(folder / entry["path"]), "batch_size": batch_size},
            size=size,
        )


def _has_tables(file: Path) -> bool:
    """Whether a .tflite file has its tables inside, as an archive behind the model."""
    if not zipfile.is_zipfile(file):
        return False
    with zipfile.ZipFile(file) as archive:
        return TABLES in archive.namelist()


def _size(path: Path) -> int:
    files = path.rglob("*") if path.is_dir() else [path]
    return sum(file.stat().st_size for file in files if file.is_file())


def peers(names: Sequence[str], folder: Path) -> list[Contestant]:
    """Taggers of other projects.

    Args:
        names: of `PEERS`.
        folder: each tagger has a folder of its name in it, now or once it is trained.
    """
    return [
        Contestant(name, PEERS[name].title, PEERS[name].opener, {"folder": str(folder / name)})
        for name in names
    ]


def with_sizes(contestants: Sequence[Contestant]) -> list[Contestant]:
    """The contestants, with the sizes of peers that have been trained since."""
    return [
        one
        if one.size is not None or "folder" not in one.options
        else replace(one, size=_size(Path(one.options["folder"])) or None)
        for one in contestants
    ]


def _smallest(contestants: Sequence[Contestant]) -> str:
    files = [one for one in contestants if one.opener.endswith(":open_tagger")]
    files = [one for one in files if one.name != SAVED_MODEL] or files
    return min(files, key=lambda one: one.size or 0).name if files else ""
