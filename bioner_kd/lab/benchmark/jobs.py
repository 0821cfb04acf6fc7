"""The jobs that a contestant's process does: it is timed, profiled, or tags a whole split."""

import json
import os
import time
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from bioner_kd.lab.benchmark.child import Report, peak_memory, resolve
from bioner_kd.lab.benchmark.contestant import Opened
from bioner_kd.text.sentence import Sentence

MEASURE = f"{__name__}:measure"
TAG = f"{__name__}:tag"


def write_sentences(path: Path, sentences: Sequence[Sentence]) -> None:
    """Writes what `read_sentences` reads: texts and words, no tags."""
    path.write_text(json.dumps(list(map(row, sentences))), encoding="utf-8")


def row(sentence: Sentence) -> tuple[Any, ...]:
    """A sentence without its tags, as JSON can hold it."""
    return sentence.text, sentence.words, sentence.spans


def read_sentences(path: str) -> list[Sentence]:
    """Reads what `write_sentences` wrote."""
    rows = json.loads(Path(path).read_text(encoding="utf-8"))
    return list(map(sentence_of, rows))


def sentence_of(values: Sequence[Any]) -> Sentence:
    """The sentence that `row` gave."""
    text, words, spans = values
    return Sentence(text, tuple(words), tuple((start, end) for start, end in spans))


def measure(
    report: Report,
    *,
    opener: str,
    options: Mapping[str, Any],
    first: Sequence[Any],
    warm_up: str,
    sample: str,
    repeats: int = 1,
) -> None:
    """Opens a contestant, says that it is ready, warms it up and times it on the sample.

    Args:
        report: takes {"ready": peak bytes so far}, then {"seconds": of the sample,
            "cpu_seconds": that it took of all cores, "memory": peak bytes}.
        opener: of the contestant.
        options: of the opener.
        first: row of the sentence that is tagged before it counts as ready.
        warm_up: file of sentences that are tagged first and not timed; others than those of the
            sample, whose words it must not have met.
        sample: file of the sentences that are timed.
        repeats: how often these are given, all at once.
    """
    opened: Opened = resolve(opener)(**options)
    opened.tag([sentence_of(first)])
    report({"ready": peak_memory()})
    warming, timed = read_sentences(warm_up), read_sentences(sample) * repeats
    opened.tag(warming)
    # A tester's contestant brings a clock of its own.
    clock = getattr(opened, "clock", time.perf_counter)
    before = cpu_seconds()
    seconds = call_seconds(lambda: opened.tag(timed), clock)
    used = cpu_seconds() - before
    report({"seconds": seconds, "cpu_seconds": used, "memory": peak_memory()})


def tag(report: Report, *, opener: str, options: Mapping[str, Any], sentences: str) -> None:
    """Tags a file of sentences and reports {"tags": IOB2 tags of each}."""
    opened: Opened = resolve(opener)(**options)
    given = read_sentences(sentences)
    results = opened.tag(given)
    pairs = zip(given, results, strict=True)
    report({"tags": [list(opened.tags(sentence, result)) for sentence, result in pairs]})


Clock = Callable[[], float]


def call_seconds(call: Callable[[], object], clock: Clock = time.perf_counter) -> float:
    """How long a call takes, seconds."""
    start = clock()
    call()
    return clock() - start


def cpu_seconds() -> float:
    """Processor time of this process and of those that it has waited for, since their start."""
    times = os.times()
    return time.process_time() + times.children_user + times.children_system


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
