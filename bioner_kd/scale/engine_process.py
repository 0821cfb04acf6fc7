"""The process in which an engine runs: it ends, with all its workers, when its parent does.

An engine leaves threads and processes behind where a worker dies or a person stops the run. In a
process group of their own they can be ended together. The standard input brings the work, and its
end says that the parent is gone; the last line of the standard output says how the work went.
"""

import json
import logging
import os
import pickle
import re
import resource
import signal
import sys
import threading
from typing import Any

from apache_beam import Pipeline
from apache_beam.options.pipeline_options import PipelineOptions

from bioner_kd.errors import one_line
from bioner_kd.scale.job import DIED, DONE, FAILED, INPUT, Work
from bioner_kd.scale.pipeline import build

# How Beam's errors quote ours, which a worker has raised.
_OURS = re.compile(
    r"bioner_kd\.errors\.(?:Input|NewerFormat|Usage)Error: (.*?)(?: \[while running |\n|$)"
)


class _Answer:
    """The line that says how the work went, written once."""

    def __init__(self) -> None:
        # What else is printed must not be taken for it.
        self._to = os.dup(1)
        os.dup2(2, 1)
        self._lock = threading.Lock()

    def give(self, kind: str, message: str = "") -> None:
        """Answers, unless that was done; the parent then ends this process and its workers."""
        line = json.dumps([kind, message, _peaks()])
        with self._lock:
            if self._to >= 0:
                os.write(self._to, f"{line}\n".encode())
                os.close(self._to)
                self._to = -1


def main() -> None:
    """Does the work that the standard input brings."""
    logging.getLogger().setLevel(logging.WARNING)
    answer = _Answer()
    source = os.fdopen(0, "rb", closefd=False)
    work: Work = pickle.load(source)
    threading.Thread(target=_end_with_parent, args=(source,), daemon=True).start()
    threading.excepthook = lambda raised: _tell_of_thread(raised, answer)
    try:
        pipeline = Pipeline(options=PipelineOptions(list(work.flags)))
        build(pipeline, work.job, work.parts)
        state = pipeline.run().wait_until_finish()
    except BaseException as error:
        logging.exception("The engine failed.")
        answer.give(*_what_failed(error))
    else:
        answer.give(*((DONE, "") if state == "DONE" else (FAILED, f"its state is {state}")))


def _peaks() -> dict[str, int]:
    """Peak memory of this process and of the largest worker that has ended, in megabytes."""
    kinds = {"engine": resource.RUSAGE_SELF, "worker": resource.RUSAGE_CHILDREN}
    unit = 1 << 20 if sys.platform == "darwin" else 1 << 10
    return {name: resource.getrusage(kind).ru_maxrss // unit for name, kind in kinds.items()}


def _end_with_parent(source: Any) -> None:
    source.read()
    os.killpg(0, signal.SIGKILL)


def _tell_of_thread(raised: Any, answer: _Answer) -> None:
    error = raised.exc_value
    logging.error("A thread of the engine failed.", exc_info=error)
    # Beam waits for ever for a worker that has died, but the thread that has started it notices.
    if "Worker subprocess exited" in str(error):
        answer.give(DIED, one_line(error))


def _what_failed(error: BaseException) -> tuple[str, str]:
    found = _OURS.search(f"{type(error).__module__}.{type(error).__qualname__}: {error}")
    if found:
        return INPUT, found.group(1)
    last = (str(error).strip().splitlines() or [""])[-1]
    return FAILED, one_line(f"{type(error).__name__}: {last}", 500)


if __name__ == "__main__":
    main()
