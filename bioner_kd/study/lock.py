"""One sweep a folder."""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bioner_kd.errors import InputError
from bioner_kd.study.names import LOCK

_STEP = 0.1


@contextmanager
def study_lock(output: Path, *, wait: float = 3.0) -> Iterator[int]:
    """Holds a study's folder for this process and for the trainings that it starts.

    Args:
        output: made where missing.
        wait: seconds to wait for trainings of a sweep that was killed a moment ago.

    Yields:
        A file descriptor. A child that inherits it shares the lock, which then lasts until the
        last of them has ended.

    Raises:
        InputError: another sweep is at work there, or the folder cannot be written.
    """
    try:
        output.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(output / LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
    except OSError as error:
        raise InputError(
            f"{output}: cannot write here ({error.strerror}); choose another --output."
        ) from error
    try:
        _acquire(descriptor, output, time.monotonic() + wait)
        yield descriptor
    finally:
        os.close(descriptor)


def _acquire(descriptor: int, output: Path, deadline: float) -> None:
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        except BlockingIOError:
            if time.monotonic() >= deadline:
                raise InputError(
                    f"{output}: another sweep is at work here; wait until it has ended or stop it, "
                    "or choose another --output."
                ) from None
            time.sleep(_STEP)
        except OSError as error:
            raise InputError(
                f"{output / LOCK}: cannot be locked ({error.strerror}); choose an --output on "
                "another file system."
            ) from error
