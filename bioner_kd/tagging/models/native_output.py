"""Keeps what native libraries print about themselves out of a person's terminal."""

import contextlib
import os
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from typing import IO, TypeVar

Result = TypeVar("Result")

_STDERR = 2
_lock = threading.Lock()


def call_quietly(
    call: Callable[[], Result], drop: Callable[[bytes], bool], *, keep_on_error: bool = False
) -> Result:
    """Calls native code and passes on only some of the lines that it writes to standard error.

    Args:
        call: what to do; it should be short, since all threads share the standard error.
        drop: whether a line is of no interest.
        keep_on_error: pass on every line after all where the call raises.
    """
    with _lock, tempfile.TemporaryFile() as file:
        failed = True
        try:
            with _stderr_into(file):
                result = call()
            failed = False
            return result
        finally:
            file.seek(0)
            everything = failed and keep_on_error
            kept = b"".join(line for line in file if everything or not drop(line))
            if kept:
                os.write(_STDERR, kept)


@contextlib.contextmanager
def _stderr_into(file: IO[bytes]) -> Iterator[None]:
    try:
        original = os.dup(_STDERR)
    except OSError:  # a process without a standard error has nothing to keep clean
        yield
        return
    try:
        if sys.stderr:
            sys.stderr.flush()
        os.dup2(file.fileno(), _STDERR)
        yield
    finally:
        os.dup2(original, _STDERR)
        os.close(original)
