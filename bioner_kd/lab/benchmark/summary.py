"""Measurements of several rounds become medians, and ratios within each round."""

import statistics
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from bioner_kd.lab.benchmark.contestant import Contestant
from bioner_kd.lab.benchmark.records import Failure, Measurement, Profile, Record, Score


@dataclass(frozen=True)
class Spread:
    """A median and what it lies between."""

    median: float
    low: float
    high: float

    @classmethod
    def of(cls, values: Iterable[float]) -> "Spread | None":
        """Of at least one value, otherwise None."""
        found = list(values)
        return cls(statistics.median(found), min(found), max(found)) if found else None


@dataclass(frozen=True)
class Results:
    """All that was measured.

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
        """The contestant of a name, if there is one."""
        return next((one for one in self.contestants if one.name == name), None)

    def threads(self) -> list[int]:
        """Numbers of cores that something was measured with."""
        return sorted({threads for _, threads in self._by})

    def rounds(self, name: str, threads: int) -> list[Measurement]:
        """Measurements of a contestant, in the order of the rounds."""
        return [one for _, one in sorted(self._by.get((name, threads), {}).items())]

    def spread(
        self, name: str, threads: int, value: Callable[[Measurement], float]
    ) -> Spread | None:
        """Median of a value over the rounds; None where nothing was measured."""
        return Spread.of(map(value, self.rounds(name, threads)))

    def ratio(
        self, name: str, other: str, threads: int, *, other_threads: int = 0
    ) -> Spread | None:
        """How many times as many words a second one tags as another in the same round.

        Args:
            name: of a contestant.
            other: of the one that it is compared with.
            threads: cores of both.
            other_threads: cores of the other, where they differ.
        """
        ours = self._by.get((name, threads), {})
        theirs = self._by.get((other, other_threads or threads), {})
        return Spread.of(
            ours[number].words_per_second / theirs[number].words_per_second
            for number in sorted(ours.keys() & theirs.keys())
        )

    def times_smaller(self, name: str, other: str) -> float | None:
        """How many times smaller on disk a contestant is than another."""
        ours, theirs = self.contestant(name), self.contestant(other)
        if not ours or not theirs or not ours.size or not theirs.size:
            return None
        return theirs.size / ours.size

    def f1(self, name: str) -> float | None:
        """F1 of a contestant, percent; None for random weights, or where it was not scored."""
        scores = [r.f1 for r in self.records if isinstance(r, Score) and r.contestant == name]
        return scores[-1] if scores else None

    def profile(self, name: str) -> Profile | None:
        """Where the time of a contestant goes, if that was looked at."""
        found = [r for r in self.records if isinstance(r, Profile) and r.contestant == name]
        return found[-1] if found else None

    def failures(self) -> list[Failure]:
        """What could not be measured."""
        return [record for record in self.records if isinstance(record, Failure)]
