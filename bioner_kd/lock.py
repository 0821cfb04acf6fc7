"""An advisory lock for one process at a time, which ends with the process that holds it."""

import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bioner_kd.errors import InputError

_STEP = 0.1

if sys.platform == "win32":
    import msvcrt

    def _lock(descriptor: int) -> None:
        try:
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        except PermissionError as error:
            raise BlockingIOError from error
else:
    import fcntl

    def _lock(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)


def lock_if_free(path: str | os.PathLike[str]) -> int | None:
    """Locks a file or folder that is there, for as long as a descriptor is open.

    Returns:
        The descriptor; None where another process holds the lock, or nothing can be locked, as a
        folder on Windows and a file on some network file systems.
    """
    if sys.platform == "win32":  # a file that is open could not be renamed
        return None
    try:
        descriptor = os.open(path, os.O_RDONLY)
    except OSError:
        return None
    try:
        _lock(descriptor)
    except OSError:
        os.close(descriptor)
        return None
    return descriptor


@contextmanager
def locked(path: Path, *, busy: str, wait: float = 0.0) -> Iterator[int]:
    """Holds a lock file for this process and those that it starts.

    Args:
        path: the file, made where missing and left there.
        busy: what to say where another process holds it.
        wait: seconds to wait for that process to end.

    Yields:
        A file descriptor. A child that inherits it shares the lock, which then lasts until the
        last of them has ended.

    Raises:
        InputError: another process holds it, or the file cannot be made or locked.
    """
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o666)
    except OSError as error:
        raise InputError(
            f"{path.parent}: cannot write here ({error.strerror}); choose another --output."
        ) from error
    try:
        _acquire(descriptor, path, busy, time.monotonic() + wait)
        yield descriptor
    finally:
        os.close(descriptor)


def _acquire(descriptor: int, path: Path, busy: str, deadline: float) -> None:
    while True:
        try:
            _lock(descriptor)
            return
        except BlockingIOError:
            if time.monotonic() >= deadline:
                raise InputError(busy) from None
            time.sleep(_STEP)
        except OSError as error:
            raise InputError(
                f"{path}: cannot be locked ({error.strerror}); choose an --output on another file "
                "system."
            ) from error
