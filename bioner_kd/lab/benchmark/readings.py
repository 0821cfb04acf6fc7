"""Formats of documents side by side: words/s of reading them, and of tagging what is read."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from bioner_kd.evaluation.table import human_bytes
from bioner_kd.lab.benchmark.format_files import FILE_FORMATS, LINES
from bioner_kd.lab.benchmark.measurements import MedianRange, Reading, Record

Speed = Callable[[Reading], float]
# Words per second of what is measured, by its name in JSON.
SPEEDS: Mapping[str, Speed] = {
    "reading": lambda one: one.words / one.reading,
    "reading_cpu": lambda one: one.words / one.reading_cpu,
    "tagging": lambda one: one.words / one.seconds,
    "tagging_cpu": lambda one: one.words / one.cpu_seconds,
}


@dataclass(frozen=True)
class FormatSummary:
    """All measurements of one format.

    Attributes:
        format: name of the kind of file.
        bytes: size of the file.
        words: number of words of its documents.
        rounds: number of measurements.
        speeds: words/s of reading ("reading") and of reading and tagging ("tagging"), and the same
            by processor time ("reading_cpu", "tagging_cpu").
        times_lines: each of these, divided by that of plain lines in the same round; None where
            plain lines were not measured.
    """

    format: str
    bytes: int
    words: int
    rounds: int
    speeds: Mapping[str, MedianRange]
    times_lines: Mapping[str, MedianRange | None]

    def to_json(self) -> dict[str, Any]:
        """The summary as a dictionary for JSON, with its kind."""
        return {"kind": "format", **asdict(self)}


def summaries(records: Sequence[Record]) -> Iterator[FormatSummary]:
    """A summary of each format that was measured, in the order of `FILE_FORMATS`."""
    by: dict[str, dict[int, Reading]] = {name: {} for name in FILE_FORMATS}
    for record in records:
        if isinstance(record, Reading):
            by[record.format][record.round] = record
    for name, rounds in by.items():
        if rounds:
            yield _summary(name, list(rounds.values()), by[LINES])


def _summary(name: str, rounds: list[Reading], lines: dict[int, Reading]) -> FormatSummary:
    speeds, times = {}, {}
    pairs = [(one, lines[one.round]) for one in rounds if one.round in lines]
    for what, speed in SPEEDS.items():
        if spread := MedianRange.of(map(speed, rounds)):
            speeds[what] = spread
        times[what] = MedianRange.of(speed(one) / speed(other) for one, other in pairs)
    return FormatSummary(name, rounds[-1].bytes, rounds[-1].words, len(rounds), speeds, times)


def format_lines(
    records: Sequence[Record], number: Callable[[float], str], nothing: str
) -> list[list[str]]:
    """Cells of the table of formats; no line where no format was measured.

    Args:
        records: of all kinds.
        number: shows a number.
        nothing: stands where a ratio is unknown.
    """
    lines = [
        [FILE_FORMATS[one.format].title, human_bytes(one.bytes), f"{one.words:,}"]
        + _cells(one, "reading", number, nothing)
        + _cells(one, "tagging", number, nothing)
        for one in summaries(records)
    ]
    head = ["Format", "File", "Words", "Read: words/s", *_HEAD, "Read, tagged: words/s", *_HEAD]
    return [head, *lines] if lines else []


_HEAD = ("min–max", "× lines", "by CPU s")


def _cells(
    one: FormatSummary, what: str, number: Callable[[float], str], nothing: str
) -> list[str]:
    speed = one.speeds[what]
    ratios = (one.times_lines[what], one.times_lines[f"{what}_cpu"])
    return [
        number(speed.median),
        f"{number(speed.low)}–{number(speed.high)}",
        *(_ratio(ratio.median) if ratio else nothing for ratio in ratios),
    ]


def _ratio(value: float) -> str:
    return f"{value:.2f}" if value >= 0.1 else f"{value:.3f}"
