"""The report of a benchmark: tables for the terminal, a Markdown page, and lines of JSON."""

import dataclasses
import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from bioner_kd.atomic import atomic_file
from bioner_kd.evaluation.table import aligned_markdown, human_bytes, ruled_text
from bioner_kd.lab.benchmark import measurements
from bioner_kd.lab.benchmark.line_up import LineUp
from bioner_kd.lab.benchmark.measurements import BenchmarkResults, Measurement, MedianRange
from bioner_kd.lab.benchmark.readings import format_lines, summaries
from bioner_kd.lab.benchmark.targets import Target, targets

RESULTS, PAGE = "results.jsonl", "benchmark.md"
_NONE = "–"
Lines = list[list[str]]


def speed_lines(results: BenchmarkResults, peer: str = "") -> Lines:
    """Cells of the table of speed: a line for each contestant and number of cores.

    Args:
        results: all measurements.
        peer: name of a second contestant to compare with, beside the baseline; "" for none.
    """
    others = [name for name in (results.baseline, peer) if results.contestant(name)]
    against = [f"× {one.title}" for name in others if (one := results.contestant(name))]
    lines = [["Model", "Cores", "Words/s", "min–max", "ms/sentence", "min–max"]]
    lines[0] += ["Words/CPU s", *against]
    for contestant in results.contestants:
        for threads in results.threads():
            speed = results.spread(contestant.name, threads, lambda m: m.words_per_second)
            time = results.spread(contestant.name, threads, lambda m: m.milliseconds)
            cpu = results.spread(contestant.name, threads, lambda m: m.words_per_cpu_second)
            if speed and time and cpu:
                ratios = [results.ratio(contestant.name, name, threads) for name in others]
                lines.append(
                    [
                        contestant.title,
                        str(threads),
                        _number(speed.median),
                        _between(speed),
                        _number(time.median),
                        _between(time),
                        _number(cpu.median),
                        *(_number(ratio.median) if ratio else _NONE for ratio in ratios),
                    ]
                )
    return lines


def cost_lines(results: BenchmarkResults) -> Lines:
    """Cells of the table of start-up, memory, size and F1, measured on the fewest cores."""
    base = results.contestant(results.baseline)
    lines = [
        [
            "Model",
            "Ready, s",
            "min–max",
            "Peak memory",
            "On disk",
            f"Smaller than {base.title if base else _NONE}",
            "F1 (conlleval)",
            "Sentences timed",
        ]
    ]
    for contestant in results.contestants:
        name, threads = contestant.name, min(results.threads(), default=1)
        ready = results.spread(name, threads, lambda m: m.ready)
        memory = results.spread(name, threads, lambda m: m.memory)
        measured = results.rounds(name, threads)
        smaller, f1 = results.times_smaller(name, results.baseline), results.f1(name)
        lines.append(
            [
                contestant.title,
                f"{ready.median:.2f}" if ready else _NONE,
                f"{ready.low:.2f}–{ready.high:.2f}" if ready else _NONE,
                human_bytes(round(memory.median)) if memory else _NONE,
                human_bytes(contestant.size) if contestant.size else _NONE,
                f"{_number(smaller)} ×" if smaller else _NONE,
                _NONE if f1 is None else f"{f1:.2f}",
                str(measured[-1].sentences) if measured else _NONE,
            ]
        )
    return lines


def target_lines(targets: Sequence[Target]) -> Lines:
    """Cells of the table of targets."""
    lines = [["Target", "Needed", "Measured", "Verdict"]]
    return lines + [[t.what, t.needed, t.measured or _NONE, t.verdict] for t in targets]


def bounds(targets: Sequence[Target]) -> list[str]:
    """What takes the time or memory where a target was missed, as far as it was measured."""
    return [f"{target.what}: {target.bound}" for target in targets if target.bound]


def terminal(
    results: BenchmarkResults, targets: Sequence[Target], notes: Sequence[str], peer: str
) -> str:
    """All tables and notes, as text for the terminal."""
    parts = [
        ruled_text(speed_lines(results, peer)),
        ruled_text(cost_lines(results)),
        *map(ruled_text, _format_tables(results)),
        _left_aligned(target_lines(targets)),
        "".join(f"{line}\n" for line in [*bounds(targets), *_failures(results), *notes]),
    ]
    return "\n".join(part for part in parts if part)


def markdown(
    results: BenchmarkResults,
    targets: Sequence[Target],
    notes: Sequence[str],
    *,
    peer: str,
    machine: Mapping[str, str],
    command: str,
) -> str:
    """All tables and notes as a Markdown page, with the machine and the command."""
    missed = [f"- {line}" for line in bounds(targets)]
    rest = [f"- {line}" for line in [*_failures(results), *notes]]
    parts = [
        "# Benchmark\n",
        _READING.format(rounds=_rounds(results)),
        "## Speed\n",
        aligned_markdown(speed_lines(results, peer)),
        "## Start-up, memory, size and F1\n",
        aligned_markdown(cost_lines(results)),
        *(
            f"## Formats of documents\n\n{_FORMATS}\n{aligned_markdown(table)}"
            for table in _format_tables(results)
        ),
        "## Targets\n",
        aligned_markdown(target_lines(targets), {0, 1, 2, 3}),
        *(
            ["What bounds the missed ones, as shares of the time on one core:\n\n" + _list(missed)]
            if missed
            else []
        ),
        *(["## Notes\n", _list(rest)] if rest else []),
        "## Machine\n",
        _list([f"- {name}: {value}" for name, value in machine.items()]),
        "## Command\n",
        f"```\n{command}\n```\n",
    ]
    return "\n".join(parts)


_READING = """\
Every figure is the median of {rounds} rounds, with the least and the greatest. In a round every
model is measured once, in a fresh process that is kept on the given number of cores, one model
after the other. Ratios compare measurements of one round, and their median is shown. Models are
given texts, so that cutting texts into words is part of the time; teachers and the Keras student
are given words. Words/CPU s divides by the processor time of all cores instead, which other
programs on the machine hardly change. Time per sentence is the time of the whole sample divided by
its number of sentences, so for a model that reads in batches it is not the time that one sentence
waits. "Ready" is the time from the start of the process until it has tagged a first text. Peak
memory is that of the process, without the workers of `tag_many`. F1 is that of the whole split.
"""


_FORMATS = """\
The same text from files of several formats, on one core: words/s of reading the file alone, and of
reading it and tagging what is read by the student, one file after the other in every round. Ratios
are those to plain lines, a document in each line, in the same round, by the clock and by processor
time.
"""


def _format_tables(results: BenchmarkResults) -> list[Lines]:
    table = format_lines(results.records, _number, _NONE)
    return [table] if table else []


def _rounds(results: BenchmarkResults) -> str:
    measured = [
        len(results.rounds(contestant.name, threads))
        for contestant in results.contestants
        for threads in results.threads()
    ]
    found = sorted(set(filter(None, measured)))
    return " to ".join(map(str, dict.fromkeys([*found[:1], *found[-1:]]))) or "no"


def _failures(results: BenchmarkResults) -> list[str]:
    return [f"{one.contestant}, {one.what}: failed, {one.reason}" for one in results.failures()]


def _list(lines: Sequence[str]) -> str:
    return "".join(f"{line}\n" for line in lines)


def _left_aligned(lines: Lines) -> str:
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    cells = ([cell.ljust(w) for cell, w in zip(line, widths, strict=True)] for line in lines)
    return "".join("  ".join(line).rstrip() + "\n" for line in cells)


def _between(spread: MedianRange) -> str:
    return f"{_number(spread.low)}–{_number(spread.high)}"


def _number(value: float) -> str:
    """A number with three significant digits, or with all digits before the point."""
    for digits, least in ((0, 99.95), (1, 9.995), (2, 0.0)):
        if value >= least:
            return f"{value:,.{digits}f}"
    return f"{value:,.2f}"


def write_files(
    folder: Path,
    results: BenchmarkResults,
    line_up: LineUp,
    *,
    machine: Mapping[str, str],
    command: str,
) -> None:
    """Writes the Markdown page and the lines of JSON.

    Args:
        folder: an existing folder.
        results: all measurements.
        line_up: the contestants.
        machine: description of the machine.
        command: the command that repeats the benchmark.
    """
    reached = targets(results, line_up.roles)
    described = {**machine, **loads(results)}
    with atomic_file(folder / PAGE) as file:
        file.write(
            markdown(
                results,
                reached,
                line_up.notes,
                peer=line_up.roles.peer,
                machine=described,
                command=command,
            )
        )
    with atomic_file(folder / RESULTS) as file:
        for line in json_lines(results, reached, described):
            file.write(json.dumps(line, ensure_ascii=False) + "\n")


def loads(results: BenchmarkResults) -> dict[str, str]:
    """Load average before the first and the last measurement, and its range."""
    found = [r.load for r in results.records if isinstance(r, Measurement) and r.load is not None]
    if not found:
        return {}
    shown = f"{found[0]:.1f} before, {found[-1]:.1f} after, {min(found):.1f} to {max(found):.1f}"
    return {"load average": shown}


def json_lines(
    results: BenchmarkResults, reached: Sequence[Target], machine: Mapping[str, str]
) -> Iterator[dict[str, Any]]:
    """Lines for the machine, each contestant and number of cores, each record, and each target."""
    yield {"kind": "machine", **machine}
    for contestant in results.contestants:
        for threads in results.threads():
            if results.rounds(contestant.name, threads):
                yield _summary(results, contestant.name, threads)
    yield from (one.to_json() for one in summaries(results.records))
    yield from map(measurements.to_json, results.records)
    for target in reached:
        yield {"kind": "target", **dataclasses.asdict(target)}


def _summary(results: BenchmarkResults, name: str, threads: int) -> dict[str, Any]:
    contestant = results.contestant(name)
    spreads = {
        "words_per_second": results.spread(name, threads, lambda m: m.words_per_second),
        "words_per_cpu_second": results.spread(name, threads, lambda m: m.words_per_cpu_second),
        "milliseconds": results.spread(name, threads, lambda m: m.milliseconds),
        "ready": results.spread(name, threads, lambda m: m.ready),
        "memory": results.spread(name, threads, lambda m: m.memory),
        f"times_{results.baseline}": results.ratio(name, results.baseline, threads),
    }
    return {
        "kind": "contestant",
        "name": name,
        "title": contestant.title if contestant else name,
        "threads": threads,
        "rounds": len(results.rounds(name, threads)),
        **{key: value and dataclasses.asdict(value) for key, value in spreads.items()},
        "bytes": contestant.size if contestant else None,
        "f1": results.f1(name),
    }
