"""Where the time of an exported model goes: tokenising, encoding, interpreter, decoding."""

import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from bioner_kd.lab.benchmark.child import Report, peak_memory
from bioner_kd.lab.benchmark.jobs import read_sentences, sentence_of

PROFILE = f"{__name__}:profile"
TOKENISING, ENCODING = "tokenising and joining", "encoding"
INTERPRETER, DECODING = "interpreter", "decoding"


class Stopwatch:
    """Seconds from one mark to the next, and the most memory until each.

    Attributes:
        seconds: by the mark at its end.
        memory: bytes, by mark.
    """

    def __init__(self, clock: Callable[[], float] = time.perf_counter) -> None:
        self.seconds: dict[str, float] = {}
        self.memory: dict[str, int] = {}
        self._clock, self._last = clock, clock()

    def mark(self, name: str) -> None:
        """Gives the time since the last mark a name."""
        self.seconds[name] = self._clock() - self._last
        self.memory[name] = peak_memory()
        self._last = self._clock()


class Timed:
    """Stands for an object, and adds up the time of its methods."""

    def __init__(
        self,
        inner: Any,
        seconds: dict[str, float],
        name: str,
        clock: Callable[[], float] = time.perf_counter,
    ) -> None:
        self._inner, self._seconds, self._name, self._clock = inner, seconds, name, clock

    def __getattr__(self, attribute: str) -> Any:
        found = getattr(self._inner, attribute)
        if not callable(found):
            return found

        def call(*arguments: Any, **options: Any) -> Any:
            start = self._clock()
            try:
                return found(*arguments, **options)
            finally:
                self._seconds[self._name] += self._clock() - start

        return call


class TimedTables:
    """A student's tables whose encoding and decoding are timed."""

    def __init__(self, tables: Any, seconds: dict[str, float]) -> None:
        self._tables = tables
        self.features = Timed(tables.features, seconds, ENCODING)
        self.decoder = Timed(tables.decoder, seconds, DECODING)

    def __getattr__(self, attribute: str) -> Any:
        return getattr(self._tables, attribute)


def profile(
    report: Report, *, path: str, form: str, first: Sequence[Any], warm_up: str, sample: str
) -> None:
    """Starts as a user of `Tagger` does, then tags a sample with its parts timed.

    Args:
        report: takes {"start": seconds, "start_memory": bytes} by step once a text is tagged, then
            {"seconds": of each step of tagging}.
        path: export folder.
        form: which model of it.
        first: row of the first sentence.
        warm_up: file of sentences that are tagged before the clock starts.
        sample: file of sentences.
    """
    start = Stopwatch()
    from bioner_kd.tagging.models.tflite import interpreter_class
    from bioner_kd.tagging.tagger import Tagger

    start.mark("imports")
    interpreter_class()
    start.mark("interpreter's library")
    tagger = Tagger.load(path, form=form)
    start.mark("tables and model")
    tagger.tag(sentence_of(first).text)
    start.mark("first text")
    report({"start": start.seconds, "start_memory": start.memory})
    seconds: dict[str, float] = defaultdict(float)
    timed = _timed_tagger(path, form, seconds)
    for sentence in read_sentences(warm_up):
        timed.tag(sentence.text)
    seconds.clear()
    texts = [sentence.text for sentence in read_sentences(sample)]
    report({"seconds": steps_of(lambda: list(map(timed.tag, texts)), seconds)})


def _timed_tagger(path: str, form: str, seconds: dict[str, float]) -> Any:
    from bioner_kd.tagging.exported import find_exported
    from bioner_kd.tagging.tagger import Tagger

    model, tables = find_exported(Path(path), form).open()
    timed: Any = TimedTables(tables, seconds)
    return Tagger(Timed(model, seconds, INTERPRETER), timed)


def steps_of(
    call: Callable[[], object],
    seconds: dict[str, float],
    clock: Callable[[], float] = time.perf_counter,
) -> dict[str, float]:
    """Seconds of each step of a call; what no timed part took is cutting texts and joining words.

    Args:
        call: what is timed.
        seconds: that the timed parts add to, empty before.
        clock: seconds.
    """
    start = clock()
    call()
    whole = clock() - start
    parts = {name: seconds[name] for name in (ENCODING, INTERPRETER, DECODING)}
    return {TOKENISING: whole - sum(parts.values()), **parts}
