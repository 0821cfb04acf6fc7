"""A call that is given up after a while, whatever it is busy with."""

import threading
from collections.abc import Callable
from typing import Any


def call_within(seconds: float, call: Callable[[], Any]) -> Any:
    """Calls a function, and waits for it no longer than that.

    A time limit of a socket counts anew with each piece that arrives, and not at all while a name
    is looked up; so the function runs in a thread, which is left behind when its time is over.

    Args:
        seconds: how long to wait.
        call: without arguments.

    Returns:
        What it returns; what it raises is raised.

    Raises:
        TimeoutError: it has not returned in time.
    """
    outcome: list[tuple[Any, BaseException | None]] = []

    def run() -> None:
        try:
            outcome.append((call(), None))
        except BaseException as error:
            outcome.append((None, error))

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    thread.join(seconds)
    if not outcome:
        raise TimeoutError(f"no answer within {seconds:g} s")
    result, error = outcome[0]
    if error:
        raise error
    return result
