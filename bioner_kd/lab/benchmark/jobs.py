"""What a contestant's process is asked to do: be timed, or tag a whole split."""

import json
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from bioner_kd.lab.benchmark.child import Report, peak_memory, resolve
from bioner_kd.lab.benchmark.contestant import Opened
from bioner_kd.lab.benchmark.timing import call_seconds, cpu_seconds
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
