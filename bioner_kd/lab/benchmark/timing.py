"""How time is taken: which sentences, and how long each of them takes."""

import os
import time
from collections.abc import Callable, Sequence

from bioner_kd.text.sentence import Sentence

Clock = Callable[[], float]


def spread_over(sentences: Sequence[Sentence], count: int) -> list[Sentence]:
    """At most `count` sentences at even distances, so that they are like all of them.

    Args:
        sentences: with or without words; those without are left out.
        count: of sentences; 0 is for all.
    """
    with_words = [sentence for sentence in sentences if sentence.words]
    if not count or count >= len(with_words):
        return with_words
    return [with_words[number * len(with_words) // count] for number in range(count)]


def call_seconds(call: Callable[[], object], clock: Clock = time.perf_counter) -> float:
    """How long a call takes, seconds."""
    start = clock()
    call()
    return clock() - start


def cpu_seconds() -> float:
    """Processor time of this process and of those that it has waited for, since their start."""
    times = os.times()
    return time.process_time() + times.children_user + times.children_system


def pass_seconds(
    tag: Callable[[Sentence], object],
    sentences: Sequence[Sentence],
    clock: Clock = time.perf_counter,
) -> list[float]:
    """How long each sentence takes, one after the other, seconds."""
    return [call_seconds(lambda s=sentence: tag(s), clock) for sentence in sentences]  # type: ignore[misc]
