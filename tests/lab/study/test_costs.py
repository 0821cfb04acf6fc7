"""Bytes and milliseconds."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bioner_kd.corpus.demo import read_demo
from bioner_kd.encoding.windows import WindowConfig
from bioner_kd.errors import InputError
from bioner_kd.lab.benchmark.jobs import call_seconds
from bioner_kd.lab.study.costs import REPEATS, TIMED, measure, median_milliseconds, pass_seconds
from bioner_kd.teacher.checkpoint.heads import load_token_classifier
from bioner_kd.teacher.model import Teacher
from bioner_kd.teacher.saved_teacher import save_teacher
from bioner_kd.teacher.tokenizer import load_tokenizer
from bioner_kd.text.sentence import Sentence

from ...teacher.tiny_bert import write_checkpoint
from .made import SPLIT


def test_the_median_of_the_best_times_is_reported():
    # Each sentence takes as many milliseconds as it has words, but all of the second pass 100.
    now, passes, seen = [0.0], [0], [0]

    def tag(sentence: Sentence) -> None:
        slow = seen[0] // 3 == 1
        seen[0] += 1
        now[0] += 0.1 if slow else len(sentence) / 1000
        passes[0] += 1

    sentences = [Sentence.from_words(["a"] * length) for length in (1, 9, 4)]
    milliseconds = median_milliseconds(tag, sentences, clock=lambda: now[0])
    assert milliseconds == pytest.approx(4.0)
    assert passes[0] == 3 * REPEATS


def test_sentences_are_spread_over_a_long_split():
    seen: list[int] = []
    sentences = [Sentence.from_words(["a"] * (n + 1)) for n in range(5 * TIMED)]
    clock: Iterator[int] = iter(range(10**6))
    median_milliseconds(lambda s: seen.append(len(s)), sentences, clock=lambda: float(next(clock)))
    assert len(seen) == TIMED * REPEATS
    assert max(seen) > 4 * TIMED


@pytest.mark.slow
def test_a_student_is_measured_as_it_is_shipped(trained_student: Any):
    cost = measure(trained_student.folder, SPLIT.sentences[:30])
    assert 0 < cost.milliseconds < 1000
    assert 10_000 < cost.int8_bytes < trained_student.size * 10
    assert 0 < cost.int8_f1 <= 100


@pytest.mark.slow
def test_a_teacher_is_timed_in_keras(tmp_path: Path):
    write_checkpoint(tmp_path / "bert")
    tags = SPLIT.tag_set
    bert = load_token_classifier(tmp_path / "bert", tags.tags, fine_tuned=False)
    tokenizer = load_tokenizer(tmp_path / "bert")
    folder = tmp_path / "teacher"
    folder.mkdir()
    teacher = Teacher(bert, pad_id=tokenizer.pad_id)
    save_teacher(folder, teacher, tokenizer, tags, WindowConfig(64, 16), "bert")
    cost = measure(folder, read_demo("devel")[:3])
    assert cost.milliseconds > 0
    assert (cost.int8_bytes, cost.int8_f1) == (None, None)
    assert measure(Path(f"{folder}+{folder}"), read_demo("devel")[:3]).milliseconds > 0


def test_a_folder_without_a_model_is_named(tmp_path):
    with pytest.raises(InputError, match="holds neither"):
        measure(tmp_path, SPLIT.sentences)


def test_the_clock_runs_while_a_sentence_is_tagged():
    now = [0.0]

    def tag(sentence: Sentence) -> None:
        now[0] += len(sentence)

    two, five, seven = (Sentence.from_words(["a"] * length) for length in (2, 5, 7))
    assert pass_seconds(tag, [two, five], lambda: now[0]) == [2, 5]
    assert call_seconds(lambda: tag(seven), lambda: now[0]) == 7
