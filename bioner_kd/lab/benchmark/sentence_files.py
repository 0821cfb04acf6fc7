"""The sentences of a benchmark, as files that every contestant's process reads."""

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bioner_kd.errors import InputError
from bioner_kd.lab.benchmark.config import BenchmarkConfig
from bioner_kd.lab.benchmark.contestant import Contestant
from bioner_kd.lab.benchmark.jobs import write_sentences
from bioner_kd.text.sentence import Sentence


@dataclass(frozen=True)
class SentenceFile:
    """Some sentences, and the file that holds them."""

    sentences: Sequence[Sentence]
    file: str

    @property
    def words(self) -> int:
        """Number of words."""
        return sum(map(len, self.sentences))


@dataclass(frozen=True)
class SentenceFiles:
    """The sentences that contestants tag.

    Attributes:
        split: the whole split, for F1.
        fast: the sample that is timed.
        slow: the sample that is timed for slow contestants, a part of `fast`.
        warm_up: sentences of another split, tagged before the clock starts.
        slow_warm_up: warm-up sentences for slow contestants, a part of `warm_up`.
    """

    split: SentenceFile
    fast: SentenceFile
    slow: SentenceFile
    warm_up: SentenceFile
    slow_warm_up: SentenceFile

    def warming(self, contestant: Contestant) -> SentenceFile:
        """The sentences that a contestant tags before it is timed."""
        return self.slow_warm_up if contestant.slow else self.warm_up

    def timed(self, contestant: Contestant) -> SentenceFile:
        """The sentences that a contestant is timed on."""
        return self.slow if contestant.slow else self.fast


@contextmanager
def sentence_files(
    split: Sequence[Sentence], other: Sequence[Sentence], config: BenchmarkConfig
) -> Iterator[SentenceFiles]:
    """Chooses sentences and writes them to files that last as long as the block.

    Args:
        split: sentences with tags.
        other: sentences of another split, for warming up: a contestant must not have met the words
            that it is timed on.
        config: how many sentences to choose.
    """
    if not spread_over(split, 1) or not spread_over(other, 1):
        raise InputError("The corpus has a split without words; check the files of --corpus.")
    fast = spread_over(split, config.sentences)
    warm_up = spread_over(other, config.warm_up)
    chosen = {
        "split": list(split),
        "fast": fast,
        "slow": spread_over(fast, min(config.slow_sentences, len(fast))),
        "warm_up": warm_up,
        "slow_warm_up": spread_over(warm_up, max(1, config.slow_sentences // 4)),
    }
    with tempfile.TemporaryDirectory() as folder:
        samples = {}
        for name, sentences in chosen.items():
            file = Path(folder) / name
            write_sentences(file, sentences)
            samples[name] = SentenceFile(sentences, str(file))
        yield SentenceFiles(**samples)


def spread_over(sentences: Sequence[Sentence], count: int) -> list[Sentence]:
    """A sample of sentences at even distances.

    Args:
        sentences: sentences without words are left out.
        count: largest number of sentences; 0 for all.
    """
    with_words = [sentence for sentence in sentences if sentence.words]
    if not count or count >= len(with_words):
        return with_words
    return [with_words[number * len(with_words) // count] for number in range(count)]
