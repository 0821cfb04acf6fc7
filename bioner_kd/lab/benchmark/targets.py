"""Targets of an exported student, and by how much it reaches or misses them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from bioner_kd.evaluation.table import human_bytes
from bioner_kd.lab.benchmark.contestant import Contestant
from bioner_kd.lab.benchmark.measurements import BenchmarkResults, Profile

FASTER, SMALLER, READY, MEMORY, SPEED_UP = 100.0, 100.0, 0.5, 150_000_000, 1.8


@dataclass(frozen=True)
class Target:
    """One target.

    Attributes:
        what: what is measured, in words.
        needed: value to reach, with its unit.
        measured: measured value, with its unit; empty where it was not measured.
        share: measured value divided by the needed or allowed one; None where it was not measured.
        reached: whether the target is reached; None where it was not measured.
        bound: what takes the time or memory, where the target was missed and this was measured.
        limit: whether `needed` is a greatest value.
    """

    what: str
    needed: str
    measured: str = ""
    share: float | None = None
    reached: bool | None = None
    bound: str = ""
    limit: bool = False

    @property
    def verdict(self) -> str:
        """Reached or missed, and by how much."""
        if self.reached is None or self.share is None:
            return "not measured"
        word = "reached" if self.reached else "missed"
        return f"{word} ({self.share:.2f} of what is {'allowed' if self.limit else 'needed'})"


@dataclass(frozen=True)
class Roles:
    """Names of the contestants that the targets compare; "" where there is none.

    Attributes:
        single: the int8 student that tags one text after the other.
        many: the int8 student that tags many texts at once.
        teachers: models of BioBERT's shape.
        peer: the tagger of another project that the student must be as fast as.
    """

    single: str = ""
    many: str = ""
    teachers: tuple[str, ...] = ()
    peer: str = ""


def targets(results: BenchmarkResults, roles: Roles) -> list[Target]:
    """All targets; they hold for one core where no number of cores is named."""
    return [
        *_against_teachers(results, roles),
        *_against_peer(results, roles),
        *_of_the_process(results, roles),
        _speed_up(results, roles),
    ]


def _fast(roles: Roles) -> str:
    # Teachers and peers read in batches too.
    return roles.many or roles.single


def _against_teachers(results: BenchmarkResults, roles: Roles) -> Iterator[Target]:
    for name in roles.teachers:
        title = _title(results, name)
        ratio = results.ratio(_fast(roles), name, 1)
        yield _at_least(
            f"words a second, times those of {title}",
            FASTER,
            ratio.median if ratio else None,
            "{:.0f} ×",
            bound=_steps(results.profile(roles.single)),
        )
    for name in roles.teachers[:1]:
        yield _at_least(
            f"bytes on disk, times smaller than {_title(results, name)}",
            SMALLER,
            results.times_smaller(roles.single, name),
            "{:.0f} ×",
            bound=_parts(results.contestant(roles.single)),
        )


def _against_peer(results: BenchmarkResults, roles: Roles) -> Iterator[Target]:
    if not roles.peer:
        return
    title = _title(results, roles.peer)
    ratio = results.ratio(_fast(roles), roles.peer, 1)
    yield _at_least(
        f"words a second, times those of {title}",
        1.0,
        ratio.median if ratio else None,
        "{:.2f} ×",
        bound=_steps(results.profile(roles.single)),
    )
    theirs = results.f1(roles.peer)
    if theirs is not None:
        yield _at_least(
            f"F1, above that of {title}", theirs, results.f1(roles.single), "{:.2f}", equal=False
        )


def _of_the_process(results: BenchmarkResults, roles: Roles) -> Iterator[Target]:
    profile = results.profile(roles.single)
    ready = results.spread(roles.single, 1, lambda one: one.ready)
    yield _at_most(
        "seconds from process start to the first tagged text",
        READY,
        ready.median if ready else None,
        "{:.2f} s",
        bound=_shares(profile.start) if profile else "",
    )
    memory = results.spread(roles.single, 1, lambda one: one.memory)
    yield _at_most(
        "peak memory of the process",
        MEMORY / 1e6,
        memory.median / 1e6 if memory else None,
        "{:.0f} MB",
        bound=_growth(profile.start_memory) if profile else "",
    )


def _speed_up(results: BenchmarkResults, roles: Roles) -> Target:
    ratio = results.ratio(roles.many, roles.many, 2, other_threads=1)
    return _at_least(
        "words a second of tag_many on 2 cores, times those on 1",
        SPEED_UP,
        ratio.median if ratio else None,
        "{:.2f} ×",
        bound=_steps(results.profile(roles.single)),
    )


def _title(results: BenchmarkResults, name: str) -> str:
    contestant = results.contestant(name)
    return contestant.title if contestant else name


def _at_least(
    what: str,
    needed: float,
    measured: float | None,
    form: str,
    *,
    equal: bool = True,
    bound: str = "",
) -> Target:
    wanted = f"{'at least' if equal else 'above'} {form.format(needed)}"
    if measured is None:
        return Target(what, wanted)
    reached = measured >= needed if equal else measured > needed
    share = measured / needed if needed else float("inf")
    return Target(what, wanted, form.format(measured), share, reached, "" if reached else bound)


def _at_most(
    what: str, needed: float, measured: float | None, form: str, *, bound: str = ""
) -> Target:
    wanted = f"under {form.format(needed)}"
    if measured is None:
        return Target(what, wanted, limit=True)
    reached = measured < needed
    return Target(
        what,
        wanted,
        form.format(measured),
        measured / needed,
        reached,
        "" if reached else bound,
        limit=True,
    )


def _steps(profile: Profile | None) -> str:
    return _shares(profile.seconds) if profile else ""


def _shares(seconds: Mapping[str, float]) -> str:
    whole = sum(seconds.values()) or 1.0
    return ", ".join(f"{name} {100 * value / whole:.0f} %" for name, value in seconds.items())


def _parts(contestant: Contestant | None) -> str:
    parts = contestant.parts if contestant else {}
    return ", ".join(f"{name} {human_bytes(size)}" for name, size in parts.items())


def _growth(memory: Mapping[str, int]) -> str:
    return ", ".join(f"after {name} {value / 1e6:.0f} MB" for name, value in memory.items())
