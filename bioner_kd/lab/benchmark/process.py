"""The process of a contestant, and the machine on which it runs."""

import contextlib
import importlib.metadata
import json
import os
import platform
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import bioner_kd
from bioner_kd import __version__

_THREAD_VARIABLES = (
    "OMP_NUM_THREADS",
    "MKL_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "BLIS_NUM_THREADS",
    "NUMEXPR_NUM_THREADS",
    "TF_NUM_INTRAOP_THREADS",
    "TF_NUM_INTEROP_THREADS",
)
_MODULE = "bioner_kd.lab.benchmark.child"


class ChildError(Exception):
    """The process of a contestant has failed; the message says why, in one line."""


@dataclass(frozen=True)
class Line:
    """A line that a process wrote.

    Attributes:
        record: JSON of the line.
        seconds: time from the start of the process to this line.
    """

    record: dict[str, Any]
    seconds: float


def usable_cores() -> list[int]:
    """Numbers of the cores that this process may use; empty where the system does not say."""
    return sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else []


def cores_for(threads: int) -> list[int]:
    """Numbers of the cores for this many threads, the last ones; empty where cores are unknown."""
    return usable_cores()[-threads:]


def run_child(
    call: str, arguments: Mapping[str, Any], *, threads: int, timeout: float
) -> list[Line]:
    """Runs a function in a fresh process and waits for its end.

    Args:
        call: "module:function"; the function gets a reporter, then `arguments`.
        arguments: of types that JSON has.
        threads: number of threads that it may use, and of cores on which it is kept.
        timeout: seconds until it is killed.

    Raises:
        ChildError: the process failed or took too long.
    """
    job = {"call": call, "cores": cores_for(threads), "arguments": dict(arguments)}
    with tempfile.TemporaryFile() as errors:
        started = time.perf_counter()
        process = subprocess.Popen(
            [sys.executable, "-m", _MODULE],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
            env=_environment(threads),
            text=True,
            encoding="utf-8",
        )
        with _killed_at_the_end(process, timeout) as expired:
            lines = _listen(process, job, started)
        if process.returncode:
            late = f"was stopped after {timeout:g} s; --timeout gives it longer"
            raise ChildError(late if expired.is_set() else _failure(process.returncode, errors))
        return lines


@contextlib.contextmanager
def _killed_at_the_end(process: subprocess.Popen[str], timeout: float) -> Iterator[threading.Event]:
    """Kills the process at the end of the block; the event is set where it took too long."""
    expired = threading.Event()

    def expire() -> None:
        expired.set()
        process.kill()

    timer = threading.Timer(timeout, expire)
    timer.start()
    try:
        yield expired
    finally:
        timer.cancel()
        process.kill()
        process.wait()


def _listen(process: subprocess.Popen[str], job: Mapping[str, Any], started: float) -> list[Line]:
    assert process.stdin is not None and process.stdout is not None
    # Where the process has died already, its exit code says so.
    with contextlib.suppress(BrokenPipeError), process.stdin:
        json.dump(job, process.stdin)
    with process.stdout:
        lines = [Line(json.loads(line), time.perf_counter() - started) for line in process.stdout]
    process.wait()
    return lines


def _environment(threads: int) -> dict[str, str]:
    # So that the process imports the same package as this one, wherever it lies.
    root = str(Path(bioner_kd.__file__).resolve().parents[1])
    paths = [root, *filter(None, [os.environ.get("PYTHONPATH", "")])]
    return {
        **os.environ,
        **{name: str(threads) for name in _THREAD_VARIABLES},
        "PYTHONPATH": os.pathsep.join(paths),
        # No GPU: the benchmark compares models on processor cores.
        "CUDA_VISIBLE_DEVICES": "-1",
        "TF_CPP_MIN_LOG_LEVEL": "3",
        "TOKENIZERS_PARALLELISM": "false",
    }


def _failure(code: int, errors: IO[bytes]) -> str:
    errors.seek(0)
    said = [line for line in errors.read().decode(errors="replace").splitlines() if line.strip()]
    return f"exit code {code}: {said[-1].strip() if said else 'it said nothing'}"


_PACKAGES = (
    "tensorflow",
    "keras",
    "transformers",
    "ai-edge-litert",
    "numpy",
    "spacy",
    "sklearn-crfsuite",
)


def processor() -> str:
    """Name of the processor, as the system gives it."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace").splitlines()
        return next(
            line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")
        )
    except (OSError, StopIteration):
        return platform.processor() or platform.machine()


def load_average() -> float | None:
    """Mean number of processes that ran or waited in the last minute; None where unknown."""
    try:
        return os.getloadavg()[0]
    except (AttributeError, OSError):
        return None


def describe() -> dict[str, str]:
    """Processor, cores, system and versions of the machine, by name."""
    cores = usable_cores()
    return {
        "processor": processor(),
        "cores": str(len(cores) or os.cpu_count() or "unknown"),
        "kept on its cores": "yes" if cores else "no: this system cannot",
        "system": f"{platform.system()} {platform.release()}, {platform.machine()}",
        "python": platform.python_version(),
        "bioner_kd": __version__,
        **{name: found for name in _PACKAGES if (found := _version(name))},
    }


def _version(package: str) -> str:
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return ""
