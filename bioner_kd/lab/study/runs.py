"""Runs and their groups: trainings that differ in nothing but the seed."""

import glob
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from bioner_kd.errors import InputError
from bioner_kd.lab.study.grid import SEED
from bioner_kd.teacher.ensemble.folders import joined_folders
from bioner_kd.training.run_folder import NO_SETTINGS, RECORD, unfinished_folder

_UNFINISHED = unfinished_folder(Path("run")).suffix


@dataclass(frozen=True)
class Run:
    """A finished training.

    Attributes:
        folder: where it lies.
        record: the flagfile of the flags that it ran with, its run.cfg; of an average of teachers,
            the flags that they share.
        parts: of an average, each teacher; otherwise none.
    """

    folder: Path
    record: str
    parts: tuple["Run", ...] = ()

    @cached_property
    def flags(self) -> Mapping[str, str]:
        """The flags that it ran with, as `parse_flags` reads them."""
        return parse_flags(self.record)

    @property
    def trainings(self) -> tuple["Run", ...]:
        """Itself, or the parts of an average."""
        return self.parts or (self,)

    @property
    def seed(self) -> int | None:
        """Its seed, None where its record names none."""
        return int(self.flags[SEED]) if self.flags.get(SEED, "").isdecimal() else None

    @property
    def settings(self) -> dict[str, str]:
        """Its flags but the seed and those that say nothing of the model."""
        left_out = NO_SETTINGS | {SEED}
        return {name: value for name, value in self.flags.items() if name not in left_out}


@dataclass(frozen=True)
class Group:
    """Runs that are the same but for their seed.

    Attributes:
        name: what a reader knows them by.
        runs: at least one.
    """

    name: str
    runs: tuple[Run, ...]

    @property
    def settings(self) -> dict[str, str]:
        """Settings that all its runs share."""
        first, *others = [run.settings for run in self.runs]
        return {
            name: value
            for name, value in first.items()
            if all(other.get(name) == value for other in others)
        }

    @property
    def mixed(self) -> list[str]:
        """Settings in which its runs differ, which they should not."""
        names = {name for run in self.runs for name in run.settings}
        return sorted(names - self.settings.keys())


def read_run(folder: Path) -> Run:
    """A run by its folder, or an average of teachers by "a+b".

    Raises:
        InputError: there is no such folder, or it is not that of a finished run.
    """
    parts = joined_folders(folder)
    if len(parts) == 1:
        return _read_folder(folder)
    runs = tuple(map(_read_folder, parts))
    others = [set(run.record.splitlines()) for run in runs[1:]]
    shared = [line for line in runs[0].record.splitlines() if all(line in o for o in others)]
    return Run(folder, "\n".join(shared) + "\n", runs)


def _read_folder(folder: Path) -> Run:
    try:
        text = (folder / RECORD).read_text(encoding="utf-8")
    except (OSError, ValueError) as error:
        missing = "is not the folder of a finished run" if folder.is_dir() else "no such folder"
        raise InputError(
            f"{folder}: {missing} (its {RECORD} cannot be read); name folders that "
            "bioner_kd distill or bioner_kd finetune_teacher made."
        ) from error
    return Run(folder, text)


def parse_flags(text: str) -> dict[str, str]:
    """Reads the flagfile that a program wrote of its own flags.

    Returns:
        Values by flag, as text: "yes" or "no" of a switch, the values of a repeated flag joined.
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
    """The folders that patterns such as "saved_models/mine/student_*" stand for.

    Args:
        patterns: names of folders; "*", "?" and "[…]" stand for any that exist but those of
            unfinished runs. A name without these is taken as it is.

    Returns:
        Each folder once; those of a pattern in the order of their names, numbers as numbers.

    Raises:
        InputError: nothing has a name like that.
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


def differing_settings(groups: Iterable[Group]) -> list[str]:
    """Names of the settings in which groups differ, in the order in which the groups have them."""
    settings = [group.settings for group in groups]
    names = dict.fromkeys(name for one in settings for name in one)
    return [name for name in names if len({one.get(name) for one in settings}) > 1]
