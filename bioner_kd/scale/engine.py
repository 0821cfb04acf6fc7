"""An engine is started, watched and ended."""

import json
import os
import pickle
import select
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from bioner_kd.atomic import reported
from bioner_kd.errors import InputError
from bioner_kd.scale.config import DIRECT, CorpusOptions
from bioner_kd.scale.job import DIED, DONE, INPUT, Work
from bioner_kd.tagging.workers.parallel import available_cores

# Not imported here: the process that watches has no need of Beam.
_PROCESS = "bioner_kd.scale.engine_process"
# Beam knows some engines by the whole name of their class alone.
_LONG_NAMES = {"DaskRunner": "apache_beam.runners.dask.dask_runner.DaskRunner"}
_EVERY = 0.5  # seconds


def engine_flags(options: CorpusOptions, given: Sequence[str]) -> list[str]:
    """Flags of Beam.

    Args:
        options: of the run.
        given: by the user; the last of two wins.
    """
    runner = _LONG_NAMES.get(options.runner, options.runner)
    flags = [f"--runner={runner}", "--default_sdk_harness_log_level=CRITICAL"]
    if options.runner == DIRECT:
        workers = options.workers or available_cores()
        mode = "in_memory" if workers == 1 else "multi_processing"
        flags += [f"--direct_num_workers={workers}", f"--direct_running_mode={mode}"]
    return [*flags, *given]


def run_engine(work: Work, log: Path, look: Callable[[], None]) -> dict[str, int]:
    """Runs an engine in a process of its own until all is done.

    Args:
        work: what it does.
        log: file for what the engine itself says.
        look: called several times a second.

    Returns:
        Peak memory of the engine's process and of its largest worker on this machine, megabytes.

    Raises:
        InputError: a worker met an error that it could name, or died, or the engine failed.
    """
    with reported(log):
        says = open(log, "wb")
    with says, _started(says.fileno()) as process:
        assert process.stdin is not None and process.stdout is not None
        # If it has ended already, its answer, or none, says why.
        with suppress(BrokenPipeError):
            pickle.dump(work, process.stdin)
            process.stdin.flush()
        while not select.select([process.stdout], [], [], _EVERY)[0]:
            look()
        answer = process.stdout.readline()
        kind, message, peaks = json.loads(answer) if answer else (DIED, "it gave no answer", {})
        _check(kind, message, log)
        return peaks


def _check(kind: str, message: str, log: Path) -> None:
    if kind == INPUT:
        raise InputError(f"{message} Finished shards are kept.")
    if kind == DIED:
        raise InputError(
            f"A process of the engine died ({message}); it may have had too little memory: go on "
            f"by --resume, with fewer --workers or --shard_documents. {log} has what the engine "
            "said. Finished shards are kept."
        )
    if kind != DONE:
        raise InputError(
            f"The engine failed: {message}. {log} has what it said. When that is mended, go on by "
            "--resume; finished shards are kept."
        )


@contextmanager
def _started(says: int) -> Iterator["subprocess.Popen[bytes]"]:
    process = subprocess.Popen(
        [sys.executable, "-m", _PROCESS],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=says, start_new_session=True,
    )  # fmt: skip
    try:
        yield process
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        with suppress(BrokenPipeError):
            process.communicate()
