"""Round after round, past failures and interruptions."""

import pytest

from bioner_kd.lab.benchmark import records
from bioner_kd.lab.benchmark.config import BenchmarkConfig
from bioner_kd.lab.benchmark.contestant import Contestant
from bioner_kd.lab.benchmark.process import ChildError
from bioner_kd.lab.benchmark.records import Score
from bioner_kd.lab.benchmark.rounds import run_tasks
from bioner_kd.lab.benchmark.samples import sample_files
from bioner_kd.lab.benchmark.summary import Results, Spread
from bioner_kd.lab.benchmark.tasks import Task, all_tasks

from .fakes import MODULE, SENTENCES, counting


def task(name: str, done: list[str], raises: type[BaseException] | None = None) -> Task:
    def do() -> Score:
        done.append(name)
        if raises:
            raise raises("exit code 1: broken")
        return Score(name, 50.0)

    return Task(counting(name.rstrip("12"), 1), name, ("score", name), do)


def test_what_is_there_is_not_done_again(tmp_path):
    done, failures = [], []
    run_tasks([task("a", done)], tmp_path / "m", failures)
    run_tasks([task("a", done), task("b", done)], tmp_path / "m", failures)
    assert done == ["a", "b"]
    assert [record.contestant for record in records.read(tmp_path / "m")] == ["a", "b"]


def test_an_interruption_keeps_what_was_measured(tmp_path):
    done = []
    with pytest.raises(KeyboardInterrupt):
        run_tasks(
            [task("a", done), task("b", done, KeyboardInterrupt), task("c", done)],
            tmp_path / "m",
            [],
        )
    assert records.read(tmp_path / "m") == [Score("a", 50.0)]
    run_tasks([task("a", done), task("b", done), task("c", done)], tmp_path / "m", [])
    assert done == ["a", "b", "b", "c"]


def test_one_that_fails_is_told_once_and_the_rest_go_on(tmp_path):
    done, failures = [], []
    everyone = [task("a1", done, ChildError), task("b1", done), task("a2", done), task("b2", done)]
    run_tasks(everyone, tmp_path / "m", failures)
    assert done == ["a1", "b1", "b2"]
    assert [(f.contestant, f.what, f.reason) for f in failures] == [
        ("a", "a1", "exit code 1: broken")
    ]


def test_ratios_of_real_processes_are_those_of_their_counted_speeds(tmp_path, fakes):
    contestants = [
        counting("slow", 1.0, slow=True, trained=False),
        counting("fast", 0.01, many=True),
        Contestant("broken", "the broken one", f"{MODULE}:broken"),
    ]
    config = BenchmarkConfig(
        sentences=0, slow_sentences=2, rounds=2, threads=("1",), baseline="slow", timeout=60
    )
    failures = []
    with sample_files(SENTENCES, SENTENCES[:1], config) as samples:
        run_tasks(all_tasks(contestants, samples, config), tmp_path / "m", failures)
    found = Results(contestants, records.read(tmp_path / "m"), "slow")
    assert found.ratio("fast", "slow", 1) == Spread(*[pytest.approx(100.0)] * 3)
    assert (found.f1("fast"), found.f1("slow")) == (100.0, None)
    assert [(f.contestant, f.what) for f in failures] == [("broken", "F1")]
    assert failures[0].reason == "exit code 1: OSError: no such model"
