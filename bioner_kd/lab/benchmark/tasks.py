"""The measurements of a benchmark, each in a process of its own, done in turn.

In a round every contestant is measured once, so that what else the machine does meets all of them.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from absl import logging

from bioner_kd.errors import UsageError
from bioner_kd.evaluation.scores import score
from bioner_kd.lab.benchmark import jobs, measurements
from bioner_kd.lab.benchmark.config import BenchmarkConfig
from bioner_kd.lab.benchmark.contestant import THREADS, Contestant
from bioner_kd.lab.benchmark.format_files import FILE_FORMATS, FormatFile
from bioner_kd.lab.benchmark.measurements import (
    Failure,
    Measurement,
    Profile,
    Reading,
    Record,
    Score,
)
from bioner_kd.lab.benchmark.process import ChildError, load_average, run_child, usable_cores
from bioner_kd.lab.benchmark.sentence_files import SentenceFiles
from bioner_kd.progress import track


@dataclass(frozen=True)
class Task:
    """One measurement in a process of its own.

    Attributes:
        contestant: the contestant that is measured.
        what: what is measured, in words.
        key: identifies the record of this task among those of a file.
        do: runs the process and makes the record; raises ChildError where it fails.
    """

    contestant: Contestant
    what: str
    key: tuple[Any, ...]
    do: Callable[[], Record]


def key_of(record: Record) -> tuple[Any, ...]:
    """The key of the task that made a record."""
    if isinstance(record, Measurement):
        return "round", record.round, record.contestant, record.threads
    if isinstance(record, Reading):
        return "reading", record.round, record.format
    return type(record).__name__.lower(), record.contestant


def all_tasks(
    contestants: Sequence[Contestant], samples: SentenceFiles, config: BenchmarkConfig
) -> Iterator[Task]:
    """All tasks: scores and profiles first, because they show what does not work, then rounds."""
    for contestant in contestants:
        if contestant.trained:
            yield score_task(contestant, samples, config)
    for contestant in contestants:
        if contestant.profiled:
            yield profile_task(contestant, samples, config)
    for number in range(1, config.rounds + 1):
        for contestant in contestants:
            for threads in possible_threads(config):
                yield measure_task(contestant, samples, config, threads=threads, number=number)


def possible_threads(config: BenchmarkConfig) -> list[int]:
    """Those of the configured numbers of cores that this machine has."""
    cores = len(usable_cores())
    return [threads for threads in config.cores if not cores or threads <= cores]


def notes_on_threads(config: BenchmarkConfig) -> list[str]:
    """Notes on the numbers of cores that this machine does not have; refuses where it has none."""
    cores, possible = len(usable_cores()), possible_threads(config)
    missing = [str(threads) for threads in config.cores if threads not in possible]
    if not possible:
        raise UsageError(f"--threads={','.join(missing)}: only {cores} can be used here.")
    if not missing:
        return []
    return [f"Not measured with {' or '.join(missing)} cores: only {cores} can be used here."]


def score_task(contestant: Contestant, samples: SentenceFiles, config: BenchmarkConfig) -> Task:
    """The task that scores a contestant on the whole split."""
    threads = max(possible_threads(config))

    def do() -> Record:
        arguments = {**_opening(contestant, threads), "sentences": samples.split.file}
        lines = run_child(jobs.TAG, arguments, threads=threads, timeout=config.timeout)
        gold = [sentence.tags or () for sentence in samples.split.sentences]
        return Score(contestant.name, score(gold, lines[-1].record["tags"]).conlleval.micro.f1)

    return Task(contestant, "F1", ("score", contestant.name), do)


def measure_task(
    contestant: Contestant,
    samples: SentenceFiles,
    config: BenchmarkConfig,
    *,
    threads: int,
    number: int,
) -> Task:
    """The task that measures speed, start-up and memory in one round."""
    timed = samples.timed(contestant)
    repeats = config.many_repeats if contestant.many else 1
    arguments = {
        **_opening(contestant, threads),
        "first": jobs.row(timed.sentences[0]),
        "warm_up": samples.warming(contestant).file,
        "sample": timed.file,
        "repeats": repeats,
    }

    def do() -> Record:
        load = load_average()
        ready, measured = run_child(
            jobs.MEASURE, arguments, threads=threads, timeout=config.timeout
        )
        return Measurement(
            contestant.name,
            threads,
            number,
            words=timed.words * repeats,
            sentences=len(timed.sentences) * repeats,
            seconds=measured.record["seconds"],
            cpu_seconds=measured.record["cpu_seconds"],
            ready=ready.seconds,
            ready_memory=ready.record["ready"],
            memory=measured.record["memory"],
            load=load,
        )

    what = f"{threads} core{'s' if threads > 1 else ''}, round {number}"
    return Task(contestant, what, ("round", number, contestant.name, threads), do)


def profile_task(contestant: Contestant, samples: SentenceFiles, config: BenchmarkConfig) -> Task:
    """The task that times each step of an exported model, on one core."""
    arguments = {
        **{name: contestant.options[name] for name in ("path", "form")},
        "first": jobs.row(samples.fast.sentences[0]),
        "warm_up": samples.warm_up.file,
        "sample": samples.fast.file,
    }

    def do() -> Record:
        ready, steps = run_child(jobs.PROFILE, arguments, threads=1, timeout=config.timeout)
        start = ready.record["start"]
        python = ready.seconds - sum(start.values())
        return Profile(
            contestant.name,
            seconds=steps.record["seconds"],
            start={"Python itself": python, **start},
            start_memory=ready.record["start_memory"],
        )

    return Task(contestant, "profile", ("profile", contestant.name), do)


def reading_tasks(
    student: Contestant,
    files: Sequence[FormatFile],
    samples: SentenceFiles,
    config: BenchmarkConfig,
) -> Iterator[Task]:
    """The tasks that read documents and tag them, file after file and round after round.

    Args:
        student: an exported model.
        files: the same documents in several formats.
        samples: with the sentences for warming up.
        config: how it is measured.
    """
    for number in range(1, config.rounds + 1):
        for file in files:
            yield reading_task(student, file, samples, config, number=number)


def reading_task(
    student: Contestant,
    file: FormatFile,
    samples: SentenceFiles,
    config: BenchmarkConfig,
    *,
    number: int,
) -> Task:
    """The task that reads documents of one format and tags them in one round."""
    kind = FILE_FORMATS[file.name]
    arguments = {
        **{name: student.options[name] for name in ("path", "form")},
        "file": file.file,
        "reader": kind.reader,
        "warm_up": samples.warm_up.file,
    }

    def do() -> Record:
        load = load_average()
        (line,) = run_child(jobs.READ, arguments, threads=1, timeout=config.timeout)
        return Reading(file.name, number, bytes=file.size, load=load, **line.record)

    reader = Contestant(f"reading {file.name}", kind.title, student.opener)
    return Task(reader, f"round {number}", ("reading", number, file.name), do)


def _opening(contestant: Contestant, threads: int) -> dict[str, Any]:
    options = dict(contestant.options)
    if THREADS in options:
        options[THREADS] = threads
    return {"opener": contestant.opener, "options": options}


def run_tasks(tasks: Iterable[Task], path: Path, failures: list[Failure]) -> None:
    """Does the tasks whose records are not there yet.

    Args:
        tasks: in order; further tasks of a contestant that has failed are left out.
        path: file of records; each record is added as soon as it is known.
        failures: list to which failures are added.
    """
    every = list(tasks)
    done = {key_of(record) for record in measurements.read(path)}
    todo = [task for task in every if task.key not in done]
    if len(todo) < len(every):
        logging.info("%d of %d measurements are there.", len(every) - len(todo), len(every))
    for task in track(todo, "benchmark", "measurement", len(todo)):
        if all(failure.contestant != task.contestant.name for failure in failures):
            _do(task, path, failures)


def _do(task: Task, path: Path, failures: list[Failure]) -> None:
    try:
        record = task.do()
        measurements.append(path, record)
        logging.info("%s, %s: %s", task.contestant.name, task.what, measurements.shown(record))
    except ChildError as error:
        failures.append(Failure(task.contestant.name, task.what, str(error)))
        logging.warning("%s, %s: %s", task.contestant.name, task.what, error)
