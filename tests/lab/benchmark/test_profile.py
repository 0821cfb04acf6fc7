"""Where time goes."""

from collections import defaultdict
from pathlib import Path
from types import SimpleNamespace

import pytest

from bioner_kd.corpus.demo import read_demo
from bioner_kd.lab.benchmark import jobs
from bioner_kd.lab.benchmark.profile import (
    DECODING,
    ENCODING,
    INTERPRETER,
    TOKENISING,
    Stopwatch,
    Timed,
    TimedTables,
    profile,
    steps_of,
)


class Clock:
    """Stands still unless it is told to go on."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now

    def wait(self, seconds: float) -> float:
        self.now += seconds
        return seconds


def test_marks_divide_the_time():
    clock = Clock()
    watch = Stopwatch(clock)
    clock.wait(2)
    watch.mark("imports")
    clock.wait(3)
    watch.mark("model")
    assert watch.seconds == {"imports": 2, "model": 3}
    assert 0 < watch.memory["imports"] <= watch.memory["model"]


def test_methods_are_timed_even_where_they_raise_and_the_rest_is_as_it_was():
    clock, seconds = Clock(), defaultdict(float)
    timed = Timed(SimpleNamespace(wait=clock.wait, size=7), seconds, "a", clock)
    assert (timed.wait(2), timed.wait(3), timed.size) == (2, 3, 7)
    assert seconds == {"a": 5}
    with pytest.raises(TypeError):
        timed.wait("x")
    assert seconds == {"a": 5}


def test_what_no_part_took_is_tokenising():
    clock, seconds = Clock(), defaultdict(float)
    parts = {name: Timed(clock, seconds, name, clock) for name in (ENCODING, INTERPRETER, DECODING)}

    def call() -> None:
        clock.wait(1)
        for number, part in enumerate(parts.values(), start=2):
            part.wait(number)

    assert steps_of(call, seconds, clock) == {
        TOKENISING: 1,
        ENCODING: 2,
        INTERPRETER: 3,
        DECODING: 4,
    }


def test_tables_are_what_they_were_but_for_the_time():
    seconds: dict[str, float] = defaultdict(float)
    tables = SimpleNamespace(features=SimpleNamespace(), decoder=SimpleNamespace(), tag_set="tags")
    assert TimedTables(tables, seconds).tag_set == "tags"


@pytest.mark.slow
def test_every_step_of_an_exported_model_takes_time(export_folder: Path, tmp_path: Path):
    sentences = read_demo("test")[:6]
    jobs.write_sentences(tmp_path / "some", sentences)
    reports = []
    profile(
        reports.append,
        path=str(export_folder),
        form="int8",
        first=jobs.row(sentences[0]),
        warm_up=str(tmp_path / "some"),
        sample=str(tmp_path / "some"),
    )
    started, steps = reports
    assert list(started["start"]) == list(started["start_memory"])
    assert set(steps["seconds"]) == {TOKENISING, ENCODING, INTERPRETER, DECODING}
    assert min(steps["seconds"].values()) > 0
