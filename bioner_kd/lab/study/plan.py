"""The plan of a sweep: where each run lies, how it is started, and what became of it."""

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from absl import logging

from bioner_kd.errors import InputError, UsageError
from bioner_kd.lab.study.grid import PlannedRun
from bioner_kd.lab.study.runs import best_epoch
from bioner_kd.lab.study.study_folder import FINISHED, LOGS, RUNS, RunRow, read_runs
from bioner_kd.training.run_folder import NO_SETTINGS, RECORD, is_finished, unfinished_folder

Settings = Mapping[str, Any]
# Gives the values of all flags of the program from the flags of a command, without the values that
# the program would find itself; raises UsageError where a flag is wrong.
ReadSettings = Callable[[Sequence[str]], Settings]
_OUTPUT = "output"


@dataclass(frozen=True)
class Plan:
    """The runs of a sweep, and the command that trains each.

    Attributes:
        output: folder of the study.
        program: command of the training program, without flags.
        runs: the runs, in order.
    """

    output: Path
    program: tuple[str, ...]
    runs: tuple[PlannedRun, ...]

    def folder(self, run: PlannedRun) -> Path:
        """The run directory of a finished run."""
        return self.output / run.name

    def log(self, run: PlannedRun) -> Path:
        """The log of a run."""
        return self.output / LOGS / f"{run.name}.log"

    def flags(self, run: PlannedRun) -> list[str]:
        """All flags of a run."""
        return [*run.flags, f"--{_OUTPUT}={self.folder(run)}"]

    def command(self, run: PlannedRun) -> list[str]:
        """The command that trains a run."""
        return [*self.program, *self.flags(run)]

    def is_finished(self, run: PlannedRun) -> bool:
        """Whether a run is finished."""
        return is_finished(self.folder(run))


def check_flags(plan: Plan, read_settings: ReadSettings) -> None:
    """Reads the flags of every run as its program would; refuses wrong flags and equal runs."""
    seen: dict[str, PlannedRun] = {}
    for run in plan.runs:
        settings = _settings_of(plan, run, read_settings)
        key = repr(sorted((name, v) for name, v in settings.items() if name != _OUTPUT))
        if (other := seen.setdefault(key, run)) is not run:
            raise UsageError(
                f"{other.name} and {run.name} would be the same training: all their flags are "
                "equal; leave one of them out."
            )


def check_records(plan: Plan, read_settings: ReadSettings) -> None:
    """Refuses a study folder whose runs, finished or not, have other flags than the plan."""
    for run in plan.runs:
        _check_place(plan, run)
        settings = _compared(_settings_of(plan, run, read_settings))
        for folder in (plan.folder(run), unfinished_folder(plan.folder(run))):
            if (folder / RECORD).is_file():
                _check_record(folder, settings, read_settings)


def _settings_of(plan: Plan, run: PlannedRun, read_settings: ReadSettings) -> Settings:
    try:
        return read_settings(plan.flags(run))
    except UsageError as error:
        raise UsageError(f"{run.name}: {error}") from error


def _compared(settings: Settings) -> dict[str, Any]:
    # A study may be moved to another folder or machine.
    return {name: value for name, value in settings.items() if name not in NO_SETTINGS}


def _check_place(plan: Plan, run: PlannedRun) -> None:
    folder = plan.folder(run)
    if folder.exists() and not plan.is_finished(run):
        raise InputError(
            f"{folder}: is no run, which has a {RECORD}; move it away, or choose another --output."
        )
    above = [plan.output / part for part in Path(run.name).parents]
    for parent in above:
        if (parent / RECORD).is_file():
            raise InputError(
                f"{parent}: is a run itself, so that {folder} cannot be made in it; choose another "
                "--output, or another name for the arm."
            )


def _check_record(folder: Path, now: Settings, read_settings: ReadSettings) -> None:
    record = folder / RECORD
    try:
        before = _compared(read_settings([f"--flagfile={record}"]))
    except UsageError as error:
        raise InputError(
            f"{record}: cannot be read as this program's flags ({error}); delete the folder to "
            "train this run again, or choose another --output."
        ) from error
    for name, value in now.items():
        if (old := before.get(name)) != value:
            raise InputError(
                f"{folder}: this run was trained with --{name}={_text(old)}, the sweep "
                f"would now use --{name}={_text(value)}. Give the flag its old value, choose "
                "another --output, or delete the folder to train this run again."
            )


def _text(value: Any) -> str:
    return ",".join(map(str, value)) if isinstance(value, list) else str(value)


def rows_so_far(plan: Plan) -> dict[PlannedRun, RunRow]:
    """The row of each run, by what is in the folder of the study now."""
    known = read_runs(plan.output) if (plan.output / RUNS).exists() else []
    before = {row.folder: row for row in known}
    _tell_of_others(plan, known)
    return {run: _row_so_far(plan, run, before.get(run.name)) for run in plan.runs}


def _tell_of_others(plan: Plan, known: Sequence[RunRow]) -> None:
    ours = {run.name for run in plan.runs}
    others = [
        row.folder
        for row in known
        if row.folder not in ours and is_finished(plan.output / row.folder)
    ]
    if others:
        logging.warning(
            "%s has %d finished runs of an earlier sweep that are not of this one (%s): %s and "
            "reports leave them out. To have them too, give their arms and values as well.",
            plan.output,
            len(others),
            ", ".join(others[:3]) + (", …" if len(others) > 3 else ""),
            RUNS,
        )


def finished_row(plan: Plan, run: PlannedRun, row: RunRow) -> RunRow:
    """The row of a finished run.

    Raises:
        InputError: the history of the run is damaged.
    """
    best = best_epoch(plan.folder(run))
    return dataclasses.replace(
        row,
        state=FINISHED,
        devel_f1=best.devel_f1 if best else None,
        best_epoch=best.epoch if best else None,
    )


def _row_so_far(plan: Plan, run: PlannedRun, before: RunRow | None) -> RunRow:
    row = RunRow(run.arm, run.values, run.name)
    if before is None:
        return finished_row(plan, run, row) if plan.is_finished(run) else row
    if plan.is_finished(run):
        return finished_row(plan, run, dataclasses.replace(row, seconds=before.seconds))
    if before.state == FINISHED:  # somebody has deleted the run, to train it again
        return row
    return dataclasses.replace(row, state=before.state, seconds=before.seconds)
