"""A training in a process of its own, and how it is stopped."""

import ctypes
import os
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

_PR_SET_PDEATHSIG = 1
_LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None
_STEP = 0.05
# Enough of a log to hold its last lines.
_TAIL_BYTES = 8192


class Child:
    """A running command whose output goes to the end of a log.

    The command is in a session of its own, so that Ctrl-C reaches it through the sweep alone. On
    Linux it is killed when the sweep is killed. Elsewhere it goes on until it has finished, and
    holds the lock of the study until then.
    """

    def __init__(self, command: Sequence[str], log: Path, *, lock: int) -> None:
        """Starts the command.

        Args:
            command: program and arguments.
            log: file for the output, made where it is missing.
            lock: file descriptor of the study's lock, which the process inherits.

        Raises:
            OSError: the log cannot be written, or the process cannot be started.
        """
        log.parent.mkdir(parents=True, exist_ok=True)
        self._log = log
        self._started = time.monotonic()
        with log.open("ab") as file:
            file.write(f"$ {shlex.join(command)}\n".encode(errors="surrogateescape"))
            file.flush()
            self._start_of_log = file.tell()
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=file,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                pass_fds=(lock,),
                preexec_fn=_preparation(os.getpid()),
            )

    @property
    def seconds(self) -> float:
        """Seconds since the start of the command."""
        return time.monotonic() - self._started

    def poll(self) -> int | None:
        """The exit code, or minus the signal that killed the command; None while it runs."""
        return self._process.poll()

    def send(self, number: signal.Signals) -> None:
        """Sends a signal to the process, if it has not ended."""
        self._process.send_signal(number)

    def wait(self) -> int:
        """Waits for the end of the command and gives its exit code."""
        return self._process.wait()

    def last_lines(self, count: int = 5) -> list[str]:
        """The last lines of the output, at most `count`."""
        with self._log.open("rb") as file:
            end = file.seek(0, os.SEEK_END)
            file.seek(max(self._start_of_log, end - _TAIL_BYTES))
            return file.read().decode(errors="replace").splitlines()[-count:]


def stop(children: Collection[Child], grace: float, hurry: Callable[[], bool]) -> None:
    """Interrupts children as Ctrl-C does, kills those that do not end, and waits for all.

    Args:
        children: children that run or have ended.
        grace: seconds before children are killed.
        hurry: called again and again; where it gives True, children are killed at once.
    """
    deadline = time.monotonic() + grace
    for child in children:
        child.send(signal.SIGINT)
    while time.monotonic() < deadline and not hurry():
        if all(child.poll() is not None for child in children):
            return
        time.sleep(_STEP)
    for child in children:
        child.send(signal.SIGKILL)
    for child in children:
        child.wait()


def _preparation(parent: int) -> Callable[[], None]:
    """The function that a child calls between fork and exec, which must not import anything."""

    def prepare() -> None:
        # A job that a shell started in the background ignores SIGINT, and would hand that down.
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        if _LIBC is not None:
            _LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
            if os.getppid() != parent:  # it was killed before the line above
                os._exit(1)

    return prepare


_SIGNALS = (signal.SIGINT, signal.SIGTERM)


class StopRequests:
    """Counts the requests to stop."""

    def __init__(self) -> None:
        """Starts at zero."""
        self.count = 0

    def note(self, number: int, frame: FrameType | None) -> None:
        """Counts a request; a handler of signals."""
        self.count += 1


@contextmanager
def stop_requests() -> Iterator[StopRequests]:
    """Counts SIGINT and SIGTERM while the block runs; call it in the main thread."""
    requests = StopRequests()
    before = {number: signal.signal(number, requests.note) for number in _SIGNALS}
    try:
        yield requests
    finally:
        for number, handler in before.items():
            signal.signal(number, signal.SIG_DFL if handler is None else handler)


def reason(exit_code: int) -> str:
    """Why a training ended without a finished run, by its exit code."""
    if exit_code < 0:
        try:
            return f"killed by {signal.Signals(-exit_code).name}"
        except ValueError:
            return f"killed by signal {-exit_code}"
    return f"exit code {exit_code}" + ("" if exit_code else ", but it made no run")
