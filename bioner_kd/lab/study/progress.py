"""What a sweep says while it is at work."""

import signal
from collections.abc import Sequence

_HOUR, _MINUTE = 3600, 60


def duration(seconds: float) -> str:
    """A time to read, such as "3 h 20 min", "12.3 min" or "40 s"."""
    if seconds < 99.5:
        return f"{seconds:.0f} s"
    if seconds < _HOUR - 0.05 * _MINUTE:
        return f"{seconds / _MINUTE:.1f} min"
    hours, minutes = divmod(round(seconds / _MINUTE), 60)
    return f"{hours} h {minutes:02d} min"


def seconds_left(
    took: Sequence[float], *, waiting: int, running: Sequence[float], jobs: int
) -> float | None:
    """An estimate of the time until all runs have ended.

    Args:
        took: seconds of each run that is finished.
        waiting: number of runs that have not been started.
        running: seconds that each run at work has been at it.
        jobs: runs side by side.

    Returns:
        Seconds, None where no run has been finished yet.
    """
    if not took:
        return None
    mean = sum(took) / len(took)
    started = [max(mean - seconds, 0.0) for seconds in running]
    return max([(waiting * mean + sum(started)) / jobs, *started])


def reason(exit_code: int) -> str:
    """Why a process that made no run has ended."""
    if exit_code < 0:
        try:
            return f"killed by {signal.Signals(-exit_code).name}"
        except ValueError:
            return f"killed by signal {-exit_code}"
    return f"exit code {exit_code}" + ("" if exit_code else ", but it made no run")
