"""One sweep a folder."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bioner_kd.errors import InputError
from bioner_kd.lab.study.names import LOCK
from bioner_kd.lock import locked


@contextmanager
def study_lock(output: Path, *, wait: float = 3.0) -> Iterator[int]:
    """Holds a study's folder for this process and for the trainings that it starts.

    Args:
        output: made where missing.
        wait: seconds to wait for trainings of a sweep that was killed a moment ago.

    Yields:
        The file descriptor of the lock, as in `locked`.

    Raises:
        InputError: another sweep is at work there, or the folder cannot be written.
    """
    try:
        output.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(
            f"{output}: cannot write here ({error.strerror}); choose another --output."
        ) from error
    busy = (
        f"{output}: another sweep is at work here; wait until it has ended or stop it, or choose "
        "another --output."
    )
    with locked(output / LOCK, busy=busy, wait=wait) as descriptor:
        yield descriptor
