"""Finished runs, read from their run directories."""

import csv
import glob
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from bioner_kd.errors import InputError
from bioner_kd.lab.study.grid import SEED
from bioner_kd.teacher.ensemble.folders import joined_folders
from bioner_kd.training.run_folder import DEVEL_F1, HISTORY, NO_SETTINGS, RECORD, unfinished_folder

_UNFINISHED = unfinished_folder(Path("run")).suffix


@dataclass(frozen=True)
class FinishedRun:
    """A finished training, or an average of several.

    Attributes:
        folder: run directory, or "a+b" for an average.
        record: content of run.cfg, the flagfile of the training; for an average, the flags that its
            parts share.
        parts: the trainings of an average; empty for a single training.
    """

    folder: Path
    record: str
    parts: tuple["FinishedRun", ...] = ()

    @cached_property
    def flags(self) -> Mapping[str, str]:
        """The flags of the training, as `parse_flags` reads them."""
        return parse_flags(self.record)

    @property
    def trainings(self) -> tuple["FinishedRun", ...]:
        """The run itself, or the parts of an average."""
        return self.parts or (self,)

    @property
    def seed(self) -> int | None:
        """The seed, None where the record has none."""
        return int(self.flags[SEED]) if self.flags.get(SEED, "").isdecimal() else None

    @property
    def settings(self) -> dict[str, str]:
        """The flags without the seed and those that say nothing about the model."""
        left_out = NO_SETTINGS | {SEED}
        return {name: value for name, value in self.flags.items() if name not in left_out}


def read_run(folder: Path) -> FinishedRun:
    """Reads a finished run from its run directory, or an average from "a+b"."""
    parts = joined_folders(folder)
    if len(parts) == 1:
        return _read_folder(folder)
    runs = tuple(map(_read_folder, parts))
    others = [set(run.record.splitlines()) for run in runs[1:]]
    shared = [line for line in runs[0].record.splitlines() if all(line in o for o in others)]
    return FinishedRun(folder, "\n".join(shared) + "\n", runs)


def _read_folder(folder: Path) -> FinishedRun:
    try:
        text = (folder / RECORD).read_text(encoding="utf-8")
    except (OSError, ValueError) as error:
        missing = "is not the folder of a finished run" if folder.is_dir() else "no such folder"
        raise InputError(
            f"{folder}: {missing} (its {RECORD} cannot be read); name folders that "
            "bioner_kd distill or bioner_kd finetune_teacher made."
        ) from error
    return FinishedRun(folder, text)


def parse_flags(text: str) -> dict[str, str]:
    """Reads a flagfile in which a program wrote its own flags.

    Returns:
        Values by flag, as text: "yes" or "no" for a switch, joined values for a repeated flag.
    """
    flags: dict[str, str] = {}
    for line in text.splitlines():
        name, equals, value = line.strip().removeprefix("--").partition("=")
        if not name or name.startswith("#"):
            continue
        if not equals:
            name, value = (name[2:], "no") if name.startswith("no") else (name, "yes")
        flags[name] = f"{flags[name]}, {value}" if name in flags else value
    return flags


def find_folders(patterns: Iterable[Path]) -> list[Path]:
    """Run directories that match patterns such as "saved_models/mine/student_*".

    Args:
        patterns: names of folders, or patterns with "*", "?" and "[…]", which match existing
            folders but not those of unfinished runs. A pattern without a match is refused.

    Returns:
        Each folder once; those of a pattern in the order of their names, with numbers as numbers.
    """
    found: dict[Path, None] = {}
    for pattern in patterns:
        if not glob.has_magic(str(pattern)):
            found[pattern] = None
            continue
        folders = [Path(name) for name in glob.glob(str(pattern))]
        folders = [path for path in folders if path.is_dir() and path.suffix != _UNFINISHED]
        if not folders:
            raise InputError(f"{pattern}: no folder of a finished run has a name like this.")
        found.update(dict.fromkeys(sorted(folders, key=_natural)))
    return list(found)


def _natural(path: Path) -> tuple[list[tuple[int, str]], str]:
    # "student_10" after "student_9".
    parts = re.split(r"(\d+)", str(path))
    return [(int(part), "") if part.isdigit() else (-1, part) for part in parts], str(path)


@dataclass(frozen=True)
class BestEpoch:
    """The epoch whose weights were kept.

    Attributes:
        epoch: counted from 1.
        devel_f1: percent.
    """

    epoch: int
    devel_f1: float


def best_epoch(folder: Path) -> BestEpoch | None:
    """Reads the best epoch from the history of a run; None where it has no scores on devel.

    Raises:
        InputError: the history is damaged.
    """
    path = folder / HISTORY
    if not path.exists():
        return None
    try:
        with path.open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        scored = [row for row in rows if DEVEL_F1 in row]
        epochs = [BestEpoch(int(row["epoch"]), float(row[DEVEL_F1])) for row in scored]
    except (OSError, ValueError, TypeError, LookupError) as error:
        raise InputError(
            f"{path}: cannot be read ({error}); delete the run's folder to train it again."
        ) from error
    # Of equal epochs, training keeps the first.
    return max(epochs, key=lambda found: found.devel_f1, default=None)
