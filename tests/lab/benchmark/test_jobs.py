import subprocess
import sys
import time
from collections import defaultdict
from pathlib import Path
from types import SimpleNamespace

import pytest

from bioner_kd.corpus.demo import read_demo
from bioner_kd.lab.benchmark import jobs
from bioner_kd.lab.benchmark.contestant import OfWords
from bioner_kd.lab.benchmark.jobs import (
    DECODING,
    ENCODING,
    INTERPRETER,
    TOKENISING,
    Stopwatch,
    Timed,
    TimedTables,
    costs,
    cpu_seconds,
    profile,
    steps_of,
)

from .fakes import SENTENCES

OPENED = []


class Recording(OfWords):
    """Keeps what it is given; a word takes a second by its clock."""

    def __init__(self) -> None:
        super().__init__(lambda sentences: [["O"] * len(s) for s in sentences])
        self.given, self.now = [], 0.0
        OPENED.append(self)

    def clock(self):
        return self.now

    def tag(self, sentences):
        self.given.append([sentence.words for sentence in sentences])
        self.now += sum(map(len, sentences))
        return super().tag(sentences)


def open_recording() -> Recording:
    return Recording()


def test_sentences_come_back_without_their_tags(tmp_path):
    sentences = read_demo("test")[:5]
    jobs.write_sentences(tmp_path / "some", sentences)
    read = jobs.read_sentences(str(tmp_path / "some"))
    assert [(s.text, s.words, s.spans) for s in read] == [
        (s.text, s.words, s.spans) for s in sentences
    ]
    assert {s.tags for s in read} == {None}


def test_only_the_sample_is_timed_and_all_of_its_repeats(tmp_path, monkeypatch):
    monkeypatch.setattr(jobs, "resolve", lambda name: globals()[name])
    jobs.write_sentences(tmp_path / "warm", SENTENCES[:1])
    jobs.write_sentences(tmp_path / "timed", SENTENCES[1:])
    reports = []
    jobs.measure(
        reports.append,
        opener="open_recording",
        options={},
        first=jobs.row(SENTENCES[2]),
        warm_up=str(tmp_path / "warm"),
        sample=str(tmp_path / "timed"),
        repeats=3,
    )
    ready, measured = reports
    first, warm, timed = OPENED[-1].given
    assert first == [SENTENCES[2].words]
    assert warm == [SENTENCES[0].words]
    assert timed == [s.words for s in SENTENCES[1:]] * 3
    assert measured["seconds"] == (4 + 6) * 3
    assert measured["cpu_seconds"] > 0
    assert 0 < ready["ready"] <= measured["memory"]


def test_tags_are_those_of_the_words(tmp_path, monkeypatch):
    monkeypatch.setattr(jobs, "resolve", lambda name: globals()[name])
    jobs.write_sentences(tmp_path / "split", SENTENCES)
    reports = []
    jobs.tag(reports.append, opener="open_recording", options={}, sentences=str(tmp_path / "split"))
    assert reports == [{"tags": [["O"] * 2, ["O"] * 4, ["O"] * 6]}]


def test_processor_time_counts_work_of_children_and_no_sleep():
    before = cpu_seconds()
    time.sleep(0.3)
    assert cpu_seconds() - before < 0.3
    code = "import time\nwhile time.process_time() < 0.3: pass"
    subprocess.run([sys.executable, "-c", code], check=True)
    assert cpu_seconds() - before >= 0.25


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


@pytest.mark.parametrize(("least", "calls"), [(0.0, 1), (3.0, 1), (7.0, 2), (100.0, 25)])
def test_a_short_call_is_repeated_for_some_time(least, calls):
    given = []
    seconds, used = costs(lambda: given.append(None), least=least, clock=lambda: 4.0 * len(given))
    assert (len(given), seconds) == (calls, 4.0)
    assert used >= 0
