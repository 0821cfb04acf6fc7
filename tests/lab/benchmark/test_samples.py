"""Which sentences contestants are given."""

import pytest

from bioner_kd.corpus.demo import read_demo
from bioner_kd.errors import InputError
from bioner_kd.lab.benchmark.config import BenchmarkConfig
from bioner_kd.lab.benchmark.jobs import read_sentences
from bioner_kd.lab.benchmark.samples import sample_files
from bioner_kd.text.sentence import Sentence

from .fakes import SENTENCES, counting


def test_slow_contestants_get_a_part_of_what_the_others_get():
    config = BenchmarkConfig(sentences=20, slow_sentences=8, warm_up=10)
    with sample_files(read_demo("test"), read_demo("devel"), config) as samples:
        words = {s.words for s in samples.fast.sentences}
        assert len(samples.fast.sentences) == 20
        assert {s.words for s in samples.slow.sentences} <= words
        slow = counting("slow", 1, slow=True)
        assert samples.timed(slow) is samples.slow
        assert len(samples.slow.sentences) == 8
        assert len(samples.warming(slow).sentences) == 2
        fast = counting("fast", 1)
        assert (samples.timed(fast), samples.warming(fast)) == (samples.fast, samples.warm_up)


def test_files_hold_the_sentences_and_go_with_the_block():
    with sample_files(SENTENCES, SENTENCES[:1], BenchmarkConfig(sentences=0)) as samples:
        assert samples.fast.words == 12
        file = samples.split.file
        assert [s.words for s in read_sentences(file)] == [s.words for s in SENTENCES]
    with pytest.raises(OSError):
        open(file)


def test_nothing_to_time_is_an_error():
    empty = [Sentence.from_words([], [])]
    with (
        pytest.raises(InputError, match="a split without words"),
        sample_files(SENTENCES, empty, BenchmarkConfig()),
    ):
        pass
