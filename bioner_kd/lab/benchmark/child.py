"""The process of one contestant: reads a job, does it, and writes lines of JSON.

Until the job's own function is imported it imports next to nothing, so that start-up time and
memory are the contestant's.
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
    """Most memory that this process has had, bytes.

    Linux's own counter where there is one: `ru_maxrss` outlives exec, and would be the parent's.
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
    """Keeps this process and its threads on some cores, where the system can."""
    if cores and hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, cores)


def _reporter() -> Report:
    # What libraries print goes to standard error: standard output is for the parent.
    channel = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)

    def report(record: dict[str, Any]) -> None:
        channel.write(json.dumps(record) + "\n")
        channel.flush()

    return report


def main() -> None:
    """Does the job that standard input holds."""
    job = json.load(sys.stdin)
    pin(job["cores"])
    resolve(job["call"])(_reporter(), **job["arguments"])


if __name__ == "__main__":
    main()
