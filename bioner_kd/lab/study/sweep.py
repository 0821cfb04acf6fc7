"""Trains the runs of a plan that are not there yet.

The folder of a study:

    sweep.cfg               the sweep's own flags
    runs.csv                a row for each run, see bioner_kd.lab.study.study_folder
    alpha=0.3+seed=1/       a finished run, in a sweep without arms …
    scratch/alpha=0.3+seed=1/   … and with them; scratch/ alone where there is no grid
    scratch/alpha=0.3+seed=1.unfinished/   a run to go on with
    logs/alpha=0.3+seed=1.log, logs/scratch/…   what the training programs said, attempt by attempt
    .lock                   held while a sweep is at work

A run is finished when its folder holds its run.cfg: the training program gives the folder its name
when all is done. The sweep relies on nothing else, so it may be killed at any moment.
"""

import dataclasses
import time
from collections import deque
from collections.abc import Sequence

from absl import logging

from bioner_kd.errors import InputError
from bioner_kd.lab.study.child import Child, StopRequests, reason, stop, stop_requests
from bioner_kd.lab.study.grid import PlannedRun
from bioner_kd.lab.study.plan import Plan, finished_row, rows_so_far
from bioner_kd.lab.study.study_folder import FAILED, FINISHED, NOT_YET, RunRow, write_runs

GRACE = 20.0
_STEP = 0.1


class Sweep:
    """The trainings that run and that wait, and the rows of all runs."""

    def __init__(self, plan: Plan, *, jobs: int, lock: int, grace: float = GRACE) -> None:
        """Reads what became of each run before.

        Args:
            plan: the runs, with flags that have been checked.
            jobs: number of trainings side by side.
            lock: file descriptor of the study's lock.
            grace: seconds that a training has to end after it is interrupted.
        """
        self._plan, self._jobs, self._lock, self._grace = plan, jobs, lock, grace
        self._rows = rows_so_far(plan)
        self._waiting = deque(run for run, row in self._rows.items() if row.state != FINISHED)
        self._running: dict[PlannedRun, Child] = {}

    def run(self) -> list[RunRow]:
        """Trains until every run is finished or has failed.

        Returns:
            A row for each run, as in runs.csv.

        Raises:
            KeyboardInterrupt: somebody asked to stop, and the running trainings were stopped.
        """
        there = len(self._rows) - len(self._waiting)
        logging.info("%d runs, %d of them finished already.", len(self._rows), there)
        self._save()
        with stop_requests() as requests:
            try:
                while (self._waiting or self._running) and not requests.count:
                    self._start_next()
                    time.sleep(_STEP)
                    self._collect()
            finally:
                self._stop_running(requests)
        write_runs(self._plan.output, self.rows())
        if self._waiting or any(row.state == NOT_YET for row in self.rows()):
            logging.info("%s Give the same command again for the rest.", self._count())
            raise KeyboardInterrupt
        return self.rows()

    def rows(self) -> list[RunRow]:
        """The row of each run, in the order of the plan."""
        return list(self._rows.values())

    def _start_next(self) -> None:
        while self._waiting and len(self._running) < self._jobs:
            run = self._waiting.popleft()
            try:
                child = Child(self._plan.command(run), self._plan.log(run), lock=self._lock)
            except OSError as error:
                self._fail(run, f"cannot be started: {error}")
            else:
                self._running[run] = child

    def _collect(self) -> None:
        for run, child in list(self._running.items()):
            exit_code = child.poll()
            if exit_code is None:
                continue
            del self._running[run]
            self._add_seconds(run, child)
            if self._plan.is_finished(run):
                self._finish(run)
            else:
                end = "".join(f"\n    {line}" for line in child.last_lines())
                self._fail(run, f"{reason(exit_code)}; the end of {self._plan.log(run)}:{end}")

    def _finish(self, run: PlannedRun) -> None:
        try:
            row = self._rows[run] = finished_row(self._plan, run, self._rows[run])
        except InputError as error:
            self._fail(run, str(error))
            return
        score = "" if row.devel_f1 is None else f"devel F1 {row.devel_f1:.2f}, "
        epoch = "" if row.best_epoch is None else f"epoch {row.best_epoch}, "
        spent = duration(row.seconds or 0)
        logging.info("%s: %s%s%s. %s", run.name, score, epoch, spent, self._left())
        self._save()

    def _fail(self, run: PlannedRun, why: str) -> None:
        self._rows[run] = dataclasses.replace(self._rows[run], state=FAILED)
        logging.error("%s failed: %s\n%s", run.name, why, self._left())
        self._save()

    def _add_seconds(self, run: PlannedRun, child: Child) -> None:
        row = self._rows[run]
        seconds = round((row.seconds or 0.0) + child.seconds, 1)
        self._rows[run] = dataclasses.replace(row, seconds=seconds)

    def _stop_running(self, requests: StopRequests) -> None:
        if not self._running:
            return
        logging.info("Stopping %d trainings; once more kills them.", len(self._running))
        asked = requests.count
        stop(self._running.values(), self._grace, lambda: requests.count > asked)
        for run, child in self._running.items():
            self._add_seconds(run, child)
            if self._plan.is_finished(run):
                self._rows[run] = finished_row(self._plan, run, self._rows[run])
            else:
                self._rows[run] = dataclasses.replace(self._rows[run], state=NOT_YET)
        self._running.clear()

    def _save(self) -> None:
        try:
            write_runs(self._plan.output, self.rows())
        except InputError as error:
            # The table can be made again from the runs.
            logging.warning("%s The sweep goes on.", error)

    def _count(self) -> str:
        finished = sum(row.state == FINISHED for row in self.rows())
        return f"{finished} of {len(self._rows)} runs are finished."

    def _left(self) -> str:
        left = len(self._waiting) + len(self._running)
        took = [row.seconds for row in self.rows() if row.state == FINISHED and row.seconds]
        running = [child.seconds for child in self._running.values()]
        jobs = min(self._jobs, max(left, 1))
        seconds = seconds_left(took, waiting=len(self._waiting), running=running, jobs=jobs)
        about = f", about {duration(seconds)}" if left and seconds is not None else ""
        return f"{self._count()[:-1]}, {left} left{about}."


_HOUR, _MINUTE = 3600, 60


def duration(seconds: float) -> str:
    """A time to read, such as "3 h 20 min", "12.3 min" or "40 s"."""
    if seconds < 99.5:
        return f"{seconds:.0f} s"
    if seconds < _HOUR - 0.05 * _MINUTE:
        return f"{seconds / _MINUTE:.1f} min"
    hours, minutes = divmod(round(seconds / _MINUTE), 60)
    return f"{hours} h {minutes:02d} min"


def seconds_left(
    took: Sequence[float], *, waiting: int, running: Sequence[float], jobs: int
) -> float | None:
    """An estimate of the time until all runs have ended.

    Args:
        took: seconds of each finished run.
        waiting: number of runs that have not been started.
        running: seconds since the start of each running training.
        jobs: number of trainings side by side.

    Returns:
        Seconds, None where no run has been finished yet.
    """
    if not took:
        return None
    mean = sum(took) / len(took)
    started = [max(mean - seconds, 0.0) for seconds in running]
    return max([(waiting * mean + sum(started)) / jobs, *started])
