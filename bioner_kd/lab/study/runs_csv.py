"""runs.csv: what became of each run of a study, the table that a report starts from.

UTF-8, one header line, one row a run in the order of the sweep. Its columns are

    arm         name of the arm, empty in a sweep without arms
    …           one column a flag of --grid, in the order of the sweep: its value as given
    state       "finished", "failed" or "not yet"
    devel_f1    percent, of the best epoch; empty unless finished, or where the program scores none
    best_epoch  counted from 1; empty where devel_f1 is
    seconds     of training, all attempts that a sweep saw the end of; empty where none was seen
    folder      of the run, relative to that of runs.csv, with slashes

so that the columns between `arm` and `state` are what was varied.
"""

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bioner_kd.atomic import atomic_file
from bioner_kd.errors import InputError
from bioner_kd.lab.study.names import RUNS

FINISHED, FAILED, NOT_YET = "finished", "failed", "not yet"
_BEFORE, _AFTER = ("arm",), ("state", "devel_f1", "best_epoch", "seconds", "folder")
COLUMNS = frozenset(_BEFORE + _AFTER)


@dataclass(frozen=True)
class RunRow:
    """One row.

    Attributes:
        arm: name of the arm, or "".
        values: flag and value of each axis.
        folder: relative to the study's, with slashes.
        state: FINISHED, FAILED or NOT_YET.
        devel_f1: percent, of the best epoch.
        best_epoch: counted from 1.
        seconds: of training.
    """

    arm: str
    values: tuple[tuple[str, str], ...]
    folder: str
    state: str = NOT_YET
    devel_f1: float | None = None
    best_epoch: int | None = None
    seconds: float | None = None


def write_runs(output: Path, rows: Sequence[RunRow]) -> None:
    """Writes the table into a study's folder; all rows have the same axes.

    Raises:
        InputError: the folder cannot be written or the disk is full.
    """
    axes = [name for name, _ in rows[0].values]
    with atomic_file(output / RUNS) as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow([*_BEFORE, *axes, *_AFTER])
        for row in rows:
            after = [getattr(row, column) for column in _AFTER]
            values = [value for _, value in row.values]
            writer.writerow([row.arm, *values, *("" if cell is None else cell for cell in after)])


def read_runs(output: Path) -> list[RunRow]:
    """Reads the table of a study's folder.

    Raises:
        InputError: there is none, or it is not what a sweep wrote.
    """
    path = output / RUNS
    try:
        with path.open(encoding="utf-8", newline="") as file:
            header, *lines = csv.reader(file, strict=True)
        if (header[0], *header[-len(_AFTER) :]) != _BEFORE + _AFTER:
            raise ValueError(f"its columns are {', '.join(header)}")
        return [_row(header, line) for line in lines]
    except FileNotFoundError as error:
        raise InputError(f"{path}: there is no such file; run bioner_kd sweep first.") from error
    except OSError as error:
        raise InputError(f"{path}: cannot read this file ({error.strerror}).") from error
    except (ValueError, LookupError, csv.Error) as error:
        raise InputError(
            f"{path}: is not what a sweep wrote ({error}); delete it and run the sweep again, "
            "which trains nothing anew."
        ) from error


def _row(header: Sequence[str], line: Sequence[str]) -> RunRow:
    cells = dict(zip(header, line, strict=True))
    axes = tuple((name, cell) for name, cell in cells.items() if name not in COLUMNS)
    if cells["state"] not in (FINISHED, FAILED, NOT_YET):
        raise ValueError(f"{cells['state']!r} is no state")
    return RunRow(
        cells["arm"],
        axes,
        cells["folder"],
        cells["state"],
        float(cells["devel_f1"]) if cells["devel_f1"] else None,
        int(cells["best_epoch"]) if cells["best_epoch"] else None,
        float(cells["seconds"]) if cells["seconds"] else None,
    )
