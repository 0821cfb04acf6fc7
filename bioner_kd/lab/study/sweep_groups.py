"""The groups of a sweep: its finished runs, those that differ in nothing but the seed together."""

from dataclasses import dataclass
from pathlib import Path

from bioner_kd.errors import InputError
from bioner_kd.lab.study.names import RECORD
from bioner_kd.lab.study.runs import Group, read_run
from bioner_kd.lab.study.runs_csv import FINISHED, read_runs
from bioner_kd.lab.study.seeds import group_by_seed
from bioner_kd.training.run_folder import is_finished


@dataclass(frozen=True)
class SweepGroups:
    """What a report needs of a sweep.

    Attributes:
        groups: in the order of the sweep.
        left_out: runs that are not finished.
        record: the flagfile of the sweep's own flags, "" where it is missing.
    """

    groups: tuple[Group, ...]
    left_out: int
    record: str


def read_sweep(folder: Path, *, prefix: str = "") -> SweepGroups:
    """The groups of a sweep by its output folder.

    A group has the name that the sweep's own table gives it, such as "taught, alpha=0.3".

    Args:
        folder: where bioner_kd sweep wrote.
        prefix: put before the name of each group.

    Raises:
        InputError: the folder is not that of a sweep, or no run of it is finished.
    """
    rows = read_runs(folder)
    # A sweep that could not write its table any more may have finished more than it says.
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
        return (folder / RECORD).read_text(encoding="utf-8")
    except OSError:
        return ""
