"""The jobs that a contestant's process does: it is timed, profiled, or tags a whole split."""

import json
import os
import time
from collections import defaultdict, deque
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from bioner_kd.lab.benchmark.child import Report, peak_memory, resolve
from bioner_kd.lab.benchmark.contestant import Opened
from bioner_kd.text.sentence import Sentence

MEASURE = f"{__name__}:measure"
TAG = f"{__name__}:tag"
PROFILE = f"{__name__}:profile"
READ = f"{__name__}:read"
TOKENISING, ENCODING = "tokenising and joining", "encoding"
INTERPRETER, DECODING = "interpreter", "decoding"
# A file is read again and again for so long, because reading it once may take a millisecond.
_READING_SECONDS = 1.0

Clock = Callable[[], float]


def write_sentences(path: Path, sentences: Sequence[Sentence]) -> None:
    """Writes texts and words, without tags, for `read_sentences`."""
    path.write_text(json.dumps(list(map(row, sentences))), encoding="utf-8")


def row(sentence: Sentence) -> tuple[Any, ...]:
    """A sentence as JSON holds it: text, words and spans, without tags."""
    return sentence.text, sentence.words, sentence.spans


def read_sentences(path: str) -> list[Sentence]:
    """Sentences from a file of `write_sentences`."""
    rows = json.loads(Path(path).read_text(encoding="utf-8"))
    return list(map(sentence_of, rows))


def sentence_of(values: Sequence[Any]) -> Sentence:
    """The sentence of a `row`."""
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
    """Opens a contestant, reports that it is ready, warms it up, and times it on a sample.

    Args:
        report: gets {"ready": peak memory in bytes} once the first sentence is tagged, then
            {"seconds": time of the sample, "cpu_seconds": processor time of all cores, "memory":
            peak memory in bytes}.
        opener: "module:function" that opens the contestant.
        options: arguments of the opener.
        first: row of a sentence; the contestant is ready when it has tagged this sentence.
        warm_up: file of sentences that are tagged before the clock starts. They differ from those
            of the sample, because the contestant must not have met the words of the sample.
        sample: file of the sentences that are timed.
        repeats: number of times that the sample is given, all at once.
    """
    opened: Opened = resolve(opener)(**options)
    opened.tag([sentence_of(first)])
    report({"ready": peak_memory()})
    warming, timed = read_sentences(warm_up), read_sentences(sample) * repeats
    opened.tag(warming)
    # The contestant of a test has a clock of its own.
    clock = getattr(opened, "clock", time.perf_counter)
    before = cpu_seconds()
    seconds = call_seconds(lambda: opened.tag(timed), clock)
    used = cpu_seconds() - before
    report({"seconds": seconds, "cpu_seconds": used, "memory": peak_memory()})


def tag(report: Report, *, opener: str, options: Mapping[str, Any], sentences: str) -> None:
    """Tags a file of sentences and reports {"tags": IOB2 tags of each sentence}."""
    opened: Opened = resolve(opener)(**options)
    given = read_sentences(sentences)
    results = opened.tag(given)
    pairs = zip(given, results, strict=True)
    report({"tags": [list(opened.tags(sentence, result)) for sentence, result in pairs]})


def read(report: Report, *, file: str, reader: str, path: str, form: str, warm_up: str) -> None:
    """Reads a file of documents, then reads it again and tags what is read, on one core.

    Args:
        report: gets the fields of a `Reading` that are measured: the number of words, and the
            seconds and the processor time of reading alone and of reading and tagging.
        file: the documents.
        reader: name of their format.
        path: export folder.
        form: name of the model in the export folder.
        warm_up: file of sentences that are tagged before the clock starts.
    """
    from bioner_kd.tagging.tagger import Tagger
    from bioner_kd.text.documents import read_documents

    def reading() -> None:
        deque(read_documents(file, format=reader), maxlen=0)

    words = 0

    def tagging() -> None:
        nonlocal words
        for document in tagger.tag_documents(read_documents(file, format=reader), workers=1):
            words += sum(map(len, document.sentences or ()))

    tagger = Tagger.load(path, form=form)
    tagger.tag_texts([sentence.text for sentence in read_sentences(warm_up)])
    # The first time the parser is imported, and the file comes from the disk.
    reading()
    alone, alone_cpu = costs(reading, least=_READING_SECONDS)
    seconds, used = costs(tagging)
    report(
        {
            "words": words,
            "reading": alone,
            "reading_cpu": alone_cpu,
            "seconds": seconds,
            "cpu_seconds": used,
        }
    )


def costs(
    call: Callable[[], object], *, least: float = 0.0, clock: Clock = time.perf_counter
) -> tuple[float, float]:
    """Seconds and processor seconds of a call, means of as many calls as take `least` seconds."""
    start, used, calls = clock(), cpu_seconds(), 0
    while not calls or clock() - start < least:
        call()
        calls += 1
    return (clock() - start) / calls, (cpu_seconds() - used) / calls


def call_seconds(call: Callable[[], object], clock: Clock = time.perf_counter) -> float:
    """Seconds that a call takes."""
    start = clock()
    call()
    return clock() - start


def cpu_seconds() -> float:
    """Seconds of processor time of this process and of the children that have ended."""
    times = os.times()
    return time.process_time() + times.children_user + times.children_system


class Stopwatch:
    """Time from each mark to the next, and peak memory at each mark.

    Attributes:
        seconds: time that ends at a mark, by the name of the mark.
        memory: peak memory in bytes, by the name of the mark.
    """

    def __init__(self, clock: Callable[[], float] = time.perf_counter) -> None:
        self.seconds: dict[str, float] = {}
        self.memory: dict[str, int] = {}
        self._clock, self._last = clock, clock()

    def mark(self, name: str) -> None:
        """Records the time since the last mark under a name."""
        self.seconds[name] = self._clock() - self._last
        self.memory[name] = peak_memory()
        self._last = self._clock()


class Timed:
    """A proxy of an object that adds up the time of its methods."""

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
    """Starts as a user of `Tagger` does, then tags a sample and times each step.

    Args:
        report: gets {"start": seconds, "start_memory": bytes}, both by step, once the first text is
            tagged, then {"seconds": time of each step of tagging}.
        path: export folder.
        form: name of the model in the export folder.
        first: row of the first sentence.
        warm_up: file of sentences that are tagged before the clock starts.
        sample: file of the sentences that are timed.
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
    """Seconds of each step of a call.

    The time that no timed part took is that of cutting texts into words and joining entities.

    Args:
        call: tags a sample.
        seconds: where the timed parts add their time; empty before the call.
        clock: current time, seconds.
    """
    start = clock()
    call()
    whole = clock() - start
    parts = {name: seconds[name] for name in (ENCODING, INTERPRETER, DECODING)}
    return {TOKENISING: whole - sum(parts.values()), **parts}
