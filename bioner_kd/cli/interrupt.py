"""Ctrl-C and SIGTERM that are heard wherever they fall."""

import os
import signal
import threading
from types import FrameType

_AGAIN_AFTER = 0.05  # seconds


def hear_interrupts() -> None:
    """Makes Ctrl-C and SIGTERM raise KeyboardInterrupt, but not where Python would discard that.

    SIGTERM is how a machine that shuts down, a container or a scheduler asks a program to stop.

    An exception inside `__del__` is printed and forgotten, and TensorFlow's objects have such
    methods by the thousands: a program would go on as if nobody had asked it to stop.
    """
    for number in (signal.SIGINT, signal.SIGTERM):
        if signal.getsignal(number) in (signal.default_int_handler, signal.SIG_DFL):
            signal.signal(number, _interrupt)


def _interrupt(number: int, frame: FrameType | None) -> None:
    if _in_destructor(frame):
        again = threading.Timer(_AGAIN_AFTER, os.kill, (os.getpid(), number))
        again.daemon = True
        again.start()
    else:
        raise KeyboardInterrupt


def _in_destructor(frame: FrameType | None) -> bool:
    while frame is not None:
        if frame.f_code.co_name == "__del__":
            return True
        frame = frame.f_back
    return False
