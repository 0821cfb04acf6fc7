"""Which sentences contestants are given."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bioner_kd.corpus.demo import read_demo
from bioner_kd.errors import InputError
from bioner_kd.lab.benchmark.config import BenchmarkConfig
from bioner_kd.lab.benchmark.jobs import read_sentences
from bioner_kd.lab.benchmark.sentence_files import sentence_files, spread_over
from bioner_kd.text.sentence import Sentence

from .fakes import SENTENCES, counting


def test_slow_contestants_get_a_part_of_what_the_others_get():
    config = BenchmarkConfig(sentences=20, slow_sentences=8, warm_up=10)
    with sentence_files(read_demo("test"), read_demo("devel"), config) as samples:
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
    with sentence_files(SENTENCES, SENTENCES[:1], BenchmarkConfig(sentences=0)) as samples:
        assert samples.fast.words == 12
        file = samples.split.file
        assert [s.words for s in read_sentences(file)] == [s.words for s in SENTENCES]
    with pytest.raises(OSError):
        open(file)


def test_nothing_to_time_is_an_error():
    empty = [Sentence.from_words([], [])]
    with (
        pytest.raises(InputError, match="a split without words"),
        sentence_files(SENTENCES, empty, BenchmarkConfig()),
    ):
        pass


def of_lengths(*lengths: int) -> list[Sentence]:
    return [Sentence.from_words(["a"] * length) for length in lengths]


@given(st.lists(st.integers(0, 3), max_size=30), st.integers(0, 40))
def test_a_sample_is_in_order_without_repeats_and_as_large_as_it_can_be(lengths, count):
    sentences = of_lengths(*lengths)
    with_words = [sentence for sentence in sentences if len(sentence)]
    sample = spread_over(sentences, count)
    assert len(sample) == (min(count, len(with_words)) or len(with_words))
    numbers = [next(n for n, s in enumerate(sentences) if s is one) for one in sample]
    assert numbers == sorted(set(numbers))


def test_a_sample_is_spread_over_all_sentences():
    sentences = of_lengths(*range(1, 101))
    assert [len(sentence) for sentence in spread_over(sentences, 4)] == [1, 26, 51, 76]
