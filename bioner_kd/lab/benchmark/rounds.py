"""Does the tasks in turn: every contestant once a round, so that noise hits all alike."""

from collections.abc import Iterable
from pathlib import Path

from absl import logging

from bioner_kd.lab.benchmark import records
from bioner_kd.lab.benchmark.process import ChildError
from bioner_kd.lab.benchmark.records import Failure
from bioner_kd.lab.benchmark.tasks import Task, key_of
from bioner_kd.progress import track


def run_tasks(tasks: Iterable[Task], path: Path, failures: list[Failure]) -> None:
    """Does what is not done yet.

    Args:
        tasks: in order; those of a contestant that has failed are left out.
        path: file that each record is added to at once; what it holds is not measured again.
        failures: gets what failed.
    """
    every = list(tasks)
    done = {key_of(record) for record in records.read(path)}
    todo = [task for task in every if task.key not in done]
    if len(todo) < len(every):
        logging.info("%d of %d measurements are there.", len(every) - len(todo), len(every))
    for task in track(todo, "benchmark", "measurement", len(todo)):
        if all(failure.contestant != task.contestant.name for failure in failures):
            _do(task, path, failures)


def _do(task: Task, path: Path, failures: list[Failure]) -> None:
    try:
        record = task.do()
        records.append(path, record)
        logging.info("%s, %s: %s", task.contestant.name, task.what, records.shown(record))
    except ChildError as error:
        failures.append(Failure(task.contestant.name, task.what, str(error)))
        logging.warning("%s, %s: %s", task.contestant.name, task.what, error)
