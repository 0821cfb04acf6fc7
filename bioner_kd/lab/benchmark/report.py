"""The files of a finished benchmark."""

import dataclasses
import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from bioner_kd.atomic import atomic_file
from bioner_kd.lab.benchmark import records
from bioner_kd.lab.benchmark.document import markdown
from bioner_kd.lab.benchmark.line_up import LineUp
from bioner_kd.lab.benchmark.records import Measurement
from bioner_kd.lab.benchmark.summary import Results
from bioner_kd.lab.benchmark.targets import Target, targets

RESULTS, PAGE = "results.jsonl", "benchmark.md"


def write_files(
    folder: Path, results: Results, line_up: LineUp, *, machine: Mapping[str, str], command: str
) -> None:
    """Writes the page, and everything as lines of JSON.

    Args:
        folder: which exists.
        results: of the benchmark.
        line_up: who was measured.
        machine: on which machine.
        command: that repeats it.
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


def loads(results: Results) -> dict[str, str]:
    """Load of the machine before the first measurement and the last, and its range."""
    found = [r.load for r in results.records if isinstance(r, Measurement) and r.load is not None]
    if not found:
        return {}
    shown = f"{found[0]:.1f} before, {found[-1]:.1f} after, {min(found):.1f} to {max(found):.1f}"
    return {"load average": shown}


def json_lines(
    results: Results, reached: Sequence[Target], machine: Mapping[str, str]
) -> Iterator[dict[str, Any]]:
    """A line for the machine, each contestant and number of cores, each record, each target."""
    yield {"kind": "machine", **machine}
    for contestant in results.contestants:
        for threads in results.threads():
            if results.rounds(contestant.name, threads):
                yield _summary(results, contestant.name, threads)
    yield from map(records.to_json, results.records)
    for target in reached:
        yield {"kind": "target", **dataclasses.asdict(target)}


def _summary(results: Results, name: str, threads: int) -> dict[str, Any]:
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
