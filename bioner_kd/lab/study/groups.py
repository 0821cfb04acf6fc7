"""Groups of runs that differ in their seed alone."""

import statistics
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from bioner_kd.errors import InputError, UsageError, shown
from bioner_kd.evaluation.summary import MeanStd
from bioner_kd.evaluation.table import ruled_text
from bioner_kd.lab.study.grid import SEED
from bioner_kd.lab.study.runs import FinishedRun, read_run
from bioner_kd.lab.study.study_folder import FINISHED, SWEEP_RECORD, RunRow, read_runs
from bioner_kd.teacher.ensemble.folders import find_export, is_student, joined_folders
from bioner_kd.training.run_folder import RECORD, is_finished


@dataclass(frozen=True)
class Group:
    """Runs that are the same but for their seed.

    Attributes:
        name: name of the group in tables.
        runs: at least one run.
    """

    name: str
    runs: tuple[FinishedRun, ...]

    @property
    def settings(self) -> dict[str, str]:
        """The settings that all runs share."""
        first, *others = [run.settings for run in self.runs]
        return {
            name: value
            for name, value in first.items()
            if all(other.get(name) == value for other in others)
        }

    @property
    def mixed(self) -> list[str]:
        """Names of the settings in which the runs differ, though they should not."""
        names = {name for run in self.runs for name in run.settings}
        return sorted(names - self.settings.keys())


def differing_settings(groups: Iterable[Group]) -> list[str]:
    """Names of the settings in which groups differ, in the order in which the groups have them."""
    settings = [group.settings for group in groups]
    names = dict.fromkeys(name for one in settings for name in one)
    return [name for name in names if len({one.get(name) for one in settings}) > 1]


@dataclass(frozen=True)
class SweepGroups:
    """The groups of a sweep, and what else a report says about it.

    Attributes:
        groups: in the order of the sweep.
        left_out: number of runs that are not finished.
        record: flagfile of the sweep's own flags, "" where it is missing.
    """

    groups: tuple[Group, ...]
    left_out: int
    record: str


def read_sweep(folder: Path, *, prefix: str = "") -> SweepGroups:
    """Reads the groups of finished runs of a sweep.

    The name of a group is that in the sweep's own table, such as "taught, alpha=0.3".

    Args:
        folder: output folder of bioner_kd sweep; a sweep without a finished run is refused.
        prefix: put before the name of each group.
    """
    rows = read_runs(folder)
    # Where a sweep could no longer write its table, more runs may be finished than the table says.
    finished = [row for row in rows if row.state == FINISHED or is_finished(folder / row.folder)]
    if not finished:
        raise InputError(
            f"{folder}: none of the sweep's {len(rows)} runs is finished; run bioner_kd sweep."
        )
    groups = tuple(
        Group(prefix + name, tuple(read_run(folder / row.folder) for row in alike))
        for name, alike in group_by_seed(finished).items()
    )
    return SweepGroups(groups, len(rows) - len(finished), _own_record(folder))


def _own_record(folder: Path) -> str:
    try:
        return (folder / SWEEP_RECORD).read_text(encoding="utf-8")
    except OSError:
        return ""


def group_by_seed(rows: Sequence[RunRow]) -> dict[str, list[RunRow]]:
    """Rows of runs that differ in their seed alone, by what they share: "scratch, alpha=0.3"."""
    groups: dict[str, list[RunRow]] = {}
    for row in rows:
        settings = [f"{name}={value}" for name, value in row.values if name != SEED]
        groups.setdefault(", ".join(filter(None, [row.arm, *settings])) or "all", []).append(row)
    return groups


def seeds_table(rows: Sequence[RunRow]) -> str:
    """A table of groups with mean ± sample standard deviation of F1 on devel, percent."""
    lines = [["Settings", "Scored", "Devel F1"]]
    for name, group in group_by_seed(rows).items():
        scores = [row.devel_f1 for row in group if row.devel_f1 is not None]
        lines.append([name, f"{len(scores)} of {len(group)}", _spread(scores)])
    return ruled_text(lines)


def _spread(scores: Sequence[float]) -> str:
    if not scores:
        return "–"
    std = statistics.stdev(scores) if len(scores) > 1 else None
    return str(MeanStd(statistics.fmean(scores), std))


# Each seed may have a teacher, vectors and a cache of its own, and one corpus has many paths.
_INPUTS = frozenset({"cache", "teachers", "vectors", "corpus"})


def check_seeds(name: str, folders: Sequence[Path]) -> None:
    """Refuses runs that a person gives as seeds of one model and that differ in more.

    Args:
        name: name of the row that the runs make.
        folders: run directories, "a+b" for averages, or exported students.
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
    if find_export(folder):
        return "an exported student"
    parts = sorted("student" if is_student(part) else "teacher" for part in joined_folders(folder))
    return f"a {parts[0]}" if len(parts) == 1 else f"an average of {', '.join(parts)}"


def _has_record(folder: Path) -> bool:
    # A model that was copied without its record is scored all the same. The record of an export is
    # none of a training.
    return not find_export(folder) and all(
        (part / RECORD).is_file() for part in joined_folders(folder)
    )


def _check_settings(name: str, first: FinishedRun, other: FinishedRun) -> None:
    # A setting that only one record has was added to the program between the two runs.
    shared = [flag for flag in first.settings if flag in other.settings and flag not in _INPUTS]
    for flag in shared:
        was, now = first.settings[flag], other.settings[flag]
        if was != now:
            raise UsageError(
                f"--run={name}=…: {first.folder} was trained with --{flag}={shown(was)}, but "
                f"{other.folder} with --{flag}={shown(now)}; folders with commas between them are "
                "seeds of one model. Give each setting a --run of its own."
            )
