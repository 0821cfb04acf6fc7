"""The process of one contestant: it reads a job, does the job, and writes lines of JSON.

This module imports next to nothing, so that start-up time and memory are those of the contestant.
"""

import importlib
import json
import os
import sys
from collections.abc import Callable
from typing import Any

Report = Callable[[dict[str, Any]], None]


def resolve(name: str) -> Callable[..., Any]:
    """The function that "module:function" names."""
    module, _, function = name.partition(":")
    return getattr(importlib.import_module(module), function)


def peak_memory() -> int:
    """Peak memory of this process, bytes.

    On Linux it is read from /proc, because `ru_maxrss` outlives exec and would be the parent's.
    """
    try:
        with open("/proc/self/status", encoding="ascii") as file:
            lines = dict(line.split(":", 1) for line in file)
        return int(lines["VmHWM"].split()[0]) * 1024
    except (OSError, KeyError):
        import resource

        # Kilobytes, but bytes on macOS.
        unit = 1 if sys.platform == "darwin" else 1024
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit


def pin(cores: list[int]) -> None:
    """Keeps this process and its threads on these cores, where the system can do that."""
    if cores and hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, cores)


def _reporter() -> Report:
    # Standard output is for the parent, so what libraries print goes to standard error.
    channel = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)

    def report(record: dict[str, Any]) -> None:
        channel.write(json.dumps(record) + "\n")
        channel.flush()

    return report


def main() -> None:
    """Reads a job from standard input and does it."""
    job = json.load(sys.stdin)
    pin(job["cores"])
    resolve(job["call"])(_reporter(), **job["arguments"])


if __name__ == "__main__":
    main()
