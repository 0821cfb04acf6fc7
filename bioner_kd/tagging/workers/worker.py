"""What a worker process does: it is told a job, then answers chunk after chunk.

It speaks pickle over its standard input and output and ends with its input, so it never outlives
the process that started it.
"""

import os
import pickle
import sys
from collections.abc import Callable, Sequence
from typing import IO, Any

# What a new interpreter runs. It finds modules where its parent does, in an archive too; a parent
# that is stopped meanwhile says nothing, or half of it.
PROGRAM = """\
import pickle, sys
try:
    sys.path[:] = pickle.load(sys.stdin.buffer)
except (EOFError, pickle.UnpicklingError):
    sys.exit()
from bioner_kd.tagging.workers.worker import serve
serve()
"""

Answer = tuple[Any, Exception | None]


def serve() -> None:
    """Answers until the standard input ends."""
    source, sink = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    # What any library prints would damage an answer.
    os.dup2(2, 1)
    try:
        job = pickle.load(source)
        while True:
            write_answer(sink, run_job(job, pickle.load(source)))
    except (EOFError, pickle.UnpicklingError, BrokenPipeError):
        return  # nobody asks any more


def run_job(job: Callable[[Sequence[Any]], Any], items: Sequence[Any]) -> Answer:
    """The job's answer, or what it raised."""
    try:
        return job(items), None
    except Exception as error:
        return None, error


def write_answer(sink: IO[bytes], answer: Answer) -> None:
    """Writes an answer; of an exception that cannot be pickled, its text."""
    try:
        data = pickle.dumps(answer)
        pickle.loads(data)
    except Exception:
        data = pickle.dumps((None, RuntimeError(repr(answer[1]))))
    sink.write(data)
    sink.flush()
