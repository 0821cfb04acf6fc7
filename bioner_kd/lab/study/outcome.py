"""What became of each run, by what is in the study's folder."""

import dataclasses
from collections.abc import Sequence

from absl import logging

from bioner_kd.lab.study.grid import Run
from bioner_kd.lab.study.history import best_epoch
from bioner_kd.lab.study.names import RUNS
from bioner_kd.lab.study.plan import Plan
from bioner_kd.lab.study.runs_csv import FINISHED, RunRow, read_runs
from bioner_kd.training.run_folder import is_finished


def rows_so_far(plan: Plan) -> dict[Run, RunRow]:
    """What became of each run until now, by what is in the study's folder.

    Raises:
        InputError: runs.csv or the history of a finished run is damaged.
    """
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


def finished_row(plan: Plan, run: Run, row: RunRow) -> RunRow:
    """The row of a run that is finished.

    Raises:
        InputError: its history is damaged.
    """
    best = best_epoch(plan.folder(run))
    return dataclasses.replace(
        row,
        state=FINISHED,
        devel_f1=best.devel_f1 if best else None,
        best_epoch=best.epoch if best else None,
    )


def _row_so_far(plan: Plan, run: Run, before: RunRow | None) -> RunRow:
    row = RunRow(run.arm, run.values, run.name)
    if before is None:
        return finished_row(plan, run, row) if plan.is_finished(run) else row
    if plan.is_finished(run):
        return finished_row(plan, run, dataclasses.replace(row, seconds=before.seconds))
    if before.state == FINISHED:  # somebody has deleted it, to train it again
        return row
    return dataclasses.replace(row, state=before.state, seconds=before.seconds)
