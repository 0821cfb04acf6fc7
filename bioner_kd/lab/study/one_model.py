"""Whether folders that a person gives as the seeds of one model are that."""

from collections.abc import Sequence
from pathlib import Path

from bioner_kd.errors import UsageError, shown
from bioner_kd.lab.study.runs import Run, read_run
from bioner_kd.teacher.ensemble.folders import is_student, joined_folders
from bioner_kd.training.run_folder import RECORD

# Each seed may have a teacher, vectors and a cache of its own, and one corpus has many paths.
_INPUTS = frozenset({"cache", "teachers", "vectors", "corpus"})


def check_seeds(name: str, folders: Sequence[Path]) -> None:
    """Checks that the runs of a row differ in their seed alone.

    Args:
        name: of the row.
        folders: of runs, or "a+b" of averages.

    Raises:
        InputError: a folder holds no model.
        UsageError: a teacher and a student are mixed, or two runs have different settings.
    """
    first, *others = folders
    kind = _kind(first)
    for folder in folders:
        if (other := _kind(folder)) != kind:
            raise UsageError(
                f"--run={name}=…: {first} is {kind}, but {folder} is {other}; folders with commas "
                "between them are seeds of one model. Give each model a --run of its own."
            )
    runs = {folder: read_run(folder) for folder in folders if _has_record(folder)}
    for folder in others:
        if first in runs and folder in runs:
            _check_settings(name, runs[first], runs[folder])


def _kind(folder: Path) -> str:
    parts = sorted("student" if is_student(part) else "teacher" for part in joined_folders(folder))
    return f"a {parts[0]}" if len(parts) == 1 else f"an average of {', '.join(parts)}"


def _has_record(folder: Path) -> bool:
    # A model that was copied without it is scored all the same.
    return all((part / RECORD).is_file() for part in joined_folders(folder))


def _check_settings(name: str, first: Run, other: Run) -> None:
    # A setting that only one record has came to the program between the two runs.
    shared = [flag for flag in first.settings if flag in other.settings and flag not in _INPUTS]
    for flag in shared:
        was, now = first.settings[flag], other.settings[flag]
        if was != now:
            raise UsageError(
                f"--run={name}=…: {first.folder} was trained with --{flag}={shown(was)}, but "
                f"{other.folder} with --{flag}={shown(now)}; folders with commas between them are "
                "seeds of one model. Give each setting a --run of its own."
            )
