"""Ctrl-C and SIGTERM as something to look at, instead of an exception anywhere."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

_SIGNALS = (signal.SIGINT, signal.SIGTERM)


class StopRequests:
    """How often somebody asked to stop."""

    def __init__(self) -> None:
        """Starts without a request."""
        self.count = 0

    def note(self, number: int, frame: FrameType | None) -> None:
        """Counts one more."""
        self.count += 1


@contextmanager
def stop_requests() -> Iterator[StopRequests]:
    """Counts the signals while the block runs; call it in the main thread."""
    requests = StopRequests()
    before = {number: signal.signal(number, requests.note) for number in _SIGNALS}
    try:
        yield requests
    finally:
        for number, handler in before.items():
            signal.signal(number, signal.SIG_DFL if handler is None else handler)
