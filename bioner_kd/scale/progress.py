"""How far a run has come, seen by the records that workers write."""

import time
from collections.abc import Callable
from pathlib import Path

from bioner_kd.errors import InputError
from bioner_kd.progress import Progress
from bioner_kd.scale.shards import ShardFolder, tally_in

_EVERY = 2.0  # seconds between two looks


class RunProgress:
    """Counts documents and words that this run tags, and shows them.

    Attributes:
        documents: number of documents.
        words: number of their words.
        seconds: since the run began.
    """

    def __init__(self, folder: ShardFolder, *, clock: Callable[[], float] = time.monotonic) -> None:
        """Begins, with what an earlier run has finished.

        Args:
            folder: of the run.
            clock: seconds.
        """
        self.documents = self.words = 0
        self._folder, self._clock = folder, clock
        self._known = set(folder.records())
        self._start = self._looked = clock()
        self._bar = Progress("tagging", "document", scaled=True)

    @property
    def seconds(self) -> float:
        """Since the run began."""
        return self._clock() - self._start

    def look(self) -> None:
        """Counts what has been finished since, if it is time to."""
        if self._clock() - self._looked >= _EVERY:
            self.count()

    def count(self) -> None:
        """Counts what has been finished since."""
        self._looked = self._clock()
        before = self.documents
        for path in set(self._folder.records()) - self._known:
            self._add(path)
        rate = f"{self.words / max(self.seconds, 1e-9):,.0f} words/s"
        self._bar.update(self.documents - before, note=rate)

    def close(self) -> None:
        """Takes the bar away."""
        self._bar.close()

    def _add(self, path: Path) -> None:
        try:
            tally = tally_in(path)
        except InputError:
            return  # whoever sums up at the end tells of it
        self._known.add(path)
        self.documents += tally.documents
        self.words += tally.words
