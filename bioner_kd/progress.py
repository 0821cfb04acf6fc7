"""Progress of long work: a bar on a terminal, elsewhere a line now and then."""

import sys
import time
from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

try:
    from tqdm import tqdm
except ImportError:  # tagger.pyz needs nothing but numpy and an interpreter
    tqdm = None

Item = TypeVar("Item")
# Seconds between two lines, and before the first.
EVERY = 60.0


class Progress:
    """Counts what is done of some work.

    Where standard error is a terminal, it shows a bar. Elsewhere it logs a line a minute, the first
    after a minute: "epoch 1/3: step 120 of 340, loss 0.21, 9 min left".
    """

    def __init__(
        self,
        name: str,
        unit: str,
        total: int | None = None,
        *,
        done: int = 0,
        scaled: bool = False,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Starts to count.

        Args:
            name: of the work.
            unit: what is counted, in the singular.
            total: how many there are, where that is known.
            done: how many were done before.
            scaled: whether the bar counts in thousands and millions.
            clock: seconds.
        """
        self.name, self.unit, self.total, self.done = name, unit, total, done
        self._before, self._clock = done, clock
        self._start = self._told = clock()
        # disable=None: no bar where standard error is no terminal. Only the bar itself tells how
        # many there were in the end, where nobody knew before.
        self._bar = tqdm and tqdm(
            total=total, desc=name, unit=f" {unit}", initial=done, unit_scale=scaled,
            leave=total is None, disable=None,
        )  # fmt: skip

    def update(self, count: int = 1, *, note: str = "") -> None:
        """Counts what has been done since, and says how far the work is when it is time to.

        Args:
            count: number of units.
            note: what else is to be told, such as the loss.
        """
        self.done += count
        if self._bar is not None and not self._bar.disable:
            self._bar.set_postfix_str(note, refresh=False)
            self._bar.update(count)
        elif (now := self._clock()) - self._told >= EVERY:
            self._told = now
            _say(self._line(note, now - self._start))

    def skip(self, count: int) -> None:
        """Counts units that were done before, which say nothing of the time that is left."""
        self._before += count
        self.update(count)

    def close(self) -> None:
        """Removes the bar."""
        if self._bar is not None:
            self._bar.close()

    def __enter__(self) -> "Progress":
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def _line(self, note: str, seconds: float) -> str:
        of_all = f" of {self.total:,}" if self.total else ""
        parts = [f"{self.name}: {self.unit} {self.done:,}{of_all}", note]
        if self.total and self.done > self._before:
            rate = (self.done - self._before) / seconds
            parts.append(f"{in_words((self.total - self.done) / rate)} left")
        return ", ".join(filter(None, parts))


def _say(line: str) -> None:
    try:
        from absl import logging
    except ImportError:
        sys.stderr.write(f"{line}\n")
    else:
        logging.info("%s", line)


def track(items: Iterable[Item], name: str, unit: str, total: int | None = None) -> Iterator[Item]:
    """Hands items on and counts them; the arguments are those of `Progress`."""
    with Progress(name, unit, total) as progress:
        for item in items:
            yield item
            progress.update()


def parts(name: str, number: int) -> list[str]:
    """Names for the parts of some work, such as "teacher 2/3"; empty where `name` is empty."""
    if not name or number == 1:
        return [name] * number
    return [f"{name} {part}/{number}" for part in range(1, number + 1)]


def in_words(seconds: float) -> str:
    """A time as a person says it: "40 s", "9 min", "2 h 5 min"."""
    if round(seconds) < 60:
        return f"{round(seconds)} s"
    hours, minutes = divmod(round(seconds / 60), 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min"
