"""The folder of a study: the names in it, its lock, and its table of runs.

runs.csv says what became of each run, and a report starts from it. It is UTF-8, with one header
line and one row for each run in the order of the sweep. Its columns are

    arm         name of the arm, empty in a sweep without arms
    …           one column for each flag of --grid, in the order of the sweep: its value as given
    state       "finished", "failed" or "not yet"
    devel_f1    percent, of the best epoch; empty unless finished, or where the program scores none
    best_epoch  counted from 1; empty where devel_f1 is
    seconds     of training, all attempts that a sweep saw the end of; empty where none was seen
    folder      of the run, relative to that of runs.csv, with slashes

so that the columns between `arm` and `state` are what was varied.
"""

import csv
import hashlib
import os
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bioner_kd.atomic import atomic_file
from bioner_kd.errors import InputError
from bioner_kd.lock import locked

LOGS, RUNS, SWEEP_RECORD, LOCK = "logs", "runs.csv", "sweep.cfg", ".lock"
# Names in the folder of a study that no run may have.
_TAKEN = frozenset({LOGS, RUNS, SWEEP_RECORD})
_UNFINISHED = ".unfinished"
# File systems allow 255 bytes, and an unfinished or temporary folder has a longer name.
_LONGEST = 120
# No comma: several programs take lists of folders. No plus: it stands between settings.
_UNSAFE = re.compile(r"[^A-Za-z0-9._=-]")


def safe_name(text: str) -> str:
    """A folder name, or a part of one, that people can read and that is safe in a shell.

    Spaces become underscores. Where any other character is replaced or the text is cut, the name
    ends with a hash of the text, so that different texts have different names.
    """
    readable = text.replace(" ", "_")
    name = _UNSAFE.sub("_", readable).lstrip(".-")
    taken = name.lower() in _TAKEN or name.endswith(_UNFINISHED)
    plain = name == readable and name and not taken and len(name) <= _LONGEST
    return name if plain else _hashed(name, text)


def settings_name(values: Iterable[tuple[str, str]]) -> str:
    """The name of a combination of settings, such as "alpha=0.3+seed=1"."""
    texts = [f"{name}={value}" for name, value in values]
    joined = "+".join(map(safe_name, texts))
    return joined if len(joined) <= _LONGEST else _hashed(joined, "\0".join(texts))


def _hashed(name: str, text: str) -> str:
    digest = hashlib.sha256(os.fsencode(text)).hexdigest()[:8]
    return f"{name[: _LONGEST - len(digest) - 1]}-{digest}"


@contextmanager
def study_lock(output: Path, *, wait: float = 3.0) -> Iterator[int]:
    """Holds a study's folder for this process and for the trainings that it starts.

    Args:
        output: folder of the study, made where it is missing; refused where another sweep holds it.
        wait: seconds to wait for trainings of a sweep that was killed a moment ago.

    Yields:
        The file descriptor of the lock, as in `locked`.
    """
    try:
        output.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(
            f"{output}: cannot write here ({error.strerror}); choose another --output."
        ) from error
    busy = (
        f"{output}: another sweep is at work here; wait until it has ended or stop it, or choose "
        "another --output."
    )
    with locked(output / LOCK, busy=busy, wait=wait) as descriptor:
        yield descriptor


FINISHED, FAILED, NOT_YET = "finished", "failed", "not yet"
_BEFORE, _AFTER = ("arm",), ("state", "devel_f1", "best_epoch", "seconds", "folder")
COLUMNS = frozenset(_BEFORE + _AFTER)


@dataclass(frozen=True)
class RunRow:
    """One row of runs.csv.

    Attributes:
        arm: name of the arm, or "".
        values: flag and value of each axis.
        folder: run directory, relative to the folder of the study, with slashes.
        state: FINISHED, FAILED or NOT_YET.
        devel_f1: F1 on devel of the best epoch, percent.
        best_epoch: counted from 1.
        seconds: time of training.
    """

    arm: str
    values: tuple[tuple[str, str], ...]
    folder: str
    state: str = NOT_YET
    devel_f1: float | None = None
    best_epoch: int | None = None
    seconds: float | None = None


def write_runs(output: Path, rows: Sequence[RunRow]) -> None:
    """Writes runs.csv into the folder of a study; all rows have the same axes.

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
    """Reads runs.csv from the folder of a study."""
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
