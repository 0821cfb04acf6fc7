"""Which sentences are timed, and how."""

import subprocess
import sys
import time

from hypothesis import given
from hypothesis import strategies as st

from bioner_kd.lab.benchmark.timing import call_seconds, cpu_seconds, pass_seconds, spread_over
from bioner_kd.text.sentence import Sentence


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


def test_processor_time_counts_work_of_children_and_no_sleep():
    before = cpu_seconds()
    time.sleep(0.3)
    assert cpu_seconds() - before < 0.3
    code = "import time\nwhile time.process_time() < 0.3: pass"
    subprocess.run([sys.executable, "-c", code], check=True)
    assert cpu_seconds() - before >= 0.25


def test_the_clock_runs_while_a_sentence_is_tagged():
    now = [0.0]

    def tag(sentence: Sentence) -> None:
        now[0] += len(sentence)

    assert pass_seconds(tag, of_lengths(2, 5), lambda: now[0]) == [2, 5]
    assert call_seconds(lambda: tag(of_lengths(7)[0]), lambda: now[0]) == 7
