"""Measurements: a line of JSON for each, and the medians and ratios over all rounds."""

import json
import statistics
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any

from bioner_kd.errors import InputError
from bioner_kd.lab.benchmark.contestant import Contestant

MEASUREMENTS = "measurements.jsonl"


@dataclass(frozen=True)
class Measurement:
    """One measurement of one contestant.

    Attributes:
        contestant: name of the contestant.
        threads: number of cores.
        round: counted from 1.
        words: number of words of the timed sentences.
        sentences: number of timed sentences.
        seconds: time for these sentences.
        cpu_seconds: processor time of all cores for these sentences.
        ready: seconds from the start of the process until the first text was tagged.
        ready_memory: peak memory until then, bytes.
        memory: peak memory of the whole process, bytes.
        load: load average of the machine before the measurement.
    """

    contestant: str
    threads: int
    round: int
    words: int
    sentences: int
    seconds: float
    cpu_seconds: float
    ready: float
    ready_memory: int
    memory: int
    load: float | None = None

    @property
    def words_per_second(self) -> float:
        """Words tagged per second."""
        return self.words / self.seconds

    @property
    def words_per_cpu_second(self) -> float:
        """Words tagged per second of processor time, which other programs hardly change."""
        return self.words / self.cpu_seconds

    @property
    def milliseconds(self) -> float:
        """Mean time per sentence."""
        return 1000.0 * self.seconds / self.sentences


@dataclass(frozen=True)
class Score:
    """F1 of a contestant on the whole split.

    Attributes:
        contestant: name of the contestant.
        f1: micro, conlleval mode, percent.
    """

    contestant: str
    f1: float


@dataclass(frozen=True)
class Profile:
    """Time of each step of an exported model.

    Attributes:
        contestant: name of the contestant.
        seconds: time of each step of tagging the sample, by the name of the step.
        start: seconds of each step until the model is ready, by the name of the step.
        start_memory: peak memory after each of these steps, bytes.
    """

    contestant: str
    seconds: dict[str, float]
    start: dict[str, float]
    start_memory: dict[str, int]


@dataclass(frozen=True)
class Reading:
    """One measurement of reading a file of documents, and of tagging what is read, on one core.

    Attributes:
        format: name of the kind of file, of `FILE_FORMATS`.
        round: counted from 1.
        bytes: size of the file.
        words: number of words of its documents.
        reading: seconds of reading the file alone.
        reading_cpu: processor time of reading the file alone, seconds.
        seconds: seconds of reading and tagging it.
        cpu_seconds: processor time of reading and tagging it, seconds.
        load: load average of the machine before the measurement.
    """

    format: str
    round: int
    bytes: int
    words: int
    reading: float
    reading_cpu: float
    seconds: float
    cpu_seconds: float
    load: float | None = None


@dataclass(frozen=True)
class Failure:
    """A measurement that failed.

    Attributes:
        contestant: name of the contestant.
        what: the measurement, such as "1 core, round 2" or "F1".
        reason: why it failed, one line.
    """

    contestant: str
    what: str
    reason: str


Record = Measurement | Score | Profile | Reading | Failure
_KINDS: dict[str, type] = {
    kind.__name__.lower(): kind for kind in (Measurement, Score, Profile, Reading, Failure)
}


def to_json(record: Record) -> dict[str, Any]:
    """A record as a dictionary for JSON, with its kind."""
    return {"kind": type(record).__name__.lower(), **asdict(record)}


def shown(record: Record) -> str:
    """The main figures of a record, for a log."""
    if isinstance(record, Measurement):
        return f"{record.words_per_second:,.0f} words/s, ready in {record.ready:.2f} s"
    if isinstance(record, Reading):
        return f"{record.words / record.seconds:,.0f} words/s of reading and tagging"
    return f"{record.f1:.2f}" if isinstance(record, Score) else "done"


def append(path: Path, record: Record) -> None:
    """Adds a record to a file, in the place of a last line that was cut short."""
    line = (json.dumps(to_json(record)) + "\n").encode()
    with path.open("ab+") as file:
        file.seek(0)
        whole = file.read().rfind(b"\n") + 1
        file.truncate(whole)
        file.write(line)


def read(path: Path) -> list[Record]:
    """Records of a file of `append`, without a last line that was cut short."""
    if not path.exists():
        return []
    return list(_records(path, path.read_text(encoding="utf-8")))


def _records(path: Path, text: str) -> Iterator[Record]:
    for number, line in enumerate(text.splitlines(keepends=True), start=1):
        if not line.endswith("\n"):
            return
        try:
            values = json.loads(line)
            kind = _KINDS[values.pop("kind")]
            yield kind(**{field.name: values[field.name] for field in fields(kind)})
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise InputError(
                f"{path}:{number}: is no record of a benchmark ({type(error).__name__}: {error}); "
                "pass --overwrite to measure anew."
            ) from error


@dataclass(frozen=True)
class MedianRange:
    """Median, least and greatest of several values."""

    median: float
    low: float
    high: float

    @classmethod
    def of(cls, values: Iterable[float]) -> "MedianRange | None":
        """Median and range of values; None where there is no value."""
        found = list(values)
        return cls(statistics.median(found), min(found), max(found)) if found else None


@dataclass(frozen=True)
class BenchmarkResults:
    """All measurements of a benchmark.

    Attributes:
        contestants: in the order of the table.
        records: of all kinds.
        baseline: name of the contestant that the others are compared with.
    """

    contestants: Sequence[Contestant]
    records: Sequence[Record]
    baseline: str
    _by: dict[tuple[str, int], dict[int, Measurement]] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Sorts the measurements by contestant, cores and round."""
        by: dict[tuple[str, int], dict[int, Measurement]] = {}
        for record in self.records:
            if isinstance(record, Measurement):
                by.setdefault((record.contestant, record.threads), {})[record.round] = record
        object.__setattr__(self, "_by", by)

    def contestant(self, name: str) -> Contestant | None:
        """The contestant with this name, None where there is none."""
        return next((one for one in self.contestants if one.name == name), None)

    def threads(self) -> list[int]:
        """Numbers of cores with which anything was measured, in order."""
        return sorted({threads for _, threads in self._by})

    def rounds(self, name: str, threads: int) -> list[Measurement]:
        """Measurements of a contestant, in the order of the rounds."""
        return [one for _, one in sorted(self._by.get((name, threads), {}).items())]

    def spread(
        self, name: str, threads: int, value: Callable[[Measurement], float]
    ) -> MedianRange | None:
        """Median and range of a value over the rounds; None where nothing was measured."""
        return MedianRange.of(map(value, self.rounds(name, threads)))

    def ratio(
        self, name: str, other: str, threads: int, *, other_threads: int = 0
    ) -> MedianRange | None:
        """Speed of a contestant divided by that of another, measured in the same round.

        Args:
            name: name of the contestant.
            other: name of the contestant that it is compared with.
            threads: number of cores of both.
            other_threads: number of cores of the other one, where that differs.
        """
        ours = self._by.get((name, threads), {})
        theirs = self._by.get((other, other_threads or threads), {})
        return MedianRange.of(
            ours[number].words_per_second / theirs[number].words_per_second
            for number in sorted(ours.keys() & theirs.keys())
        )

    def times_smaller(self, name: str, other: str) -> float | None:
        """Bytes of another contestant divided by those of this one; None where one is unknown."""
        ours, theirs = self.contestant(name), self.contestant(other)
        if not ours or not theirs or not ours.size or not theirs.size:
            return None
        return theirs.size / ours.size

    def f1(self, name: str) -> float | None:
        """F1 of a contestant, percent; None where it has random weights or was not scored."""
        scores = [r.f1 for r in self.records if isinstance(r, Score) and r.contestant == name]
        return scores[-1] if scores else None

    def profile(self, name: str) -> Profile | None:
        """Time of each step of a contestant; None where the steps were not timed."""
        found = [r for r in self.records if isinstance(r, Profile) and r.contestant == name]
        return found[-1] if found else None

    def failures(self) -> list[Failure]:
        """The measurements that failed."""
        return [record for record in self.records if isinstance(record, Failure)]
