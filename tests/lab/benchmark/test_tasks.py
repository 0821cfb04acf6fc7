import pytest

from bioner_kd.errors import UsageError
from bioner_kd.lab.benchmark import measurements, tasks
from bioner_kd.lab.benchmark.config import BenchmarkConfig
from bioner_kd.lab.benchmark.contestant import Contestant
from bioner_kd.lab.benchmark.measurements import BenchmarkResults, MedianRange, Score
from bioner_kd.lab.benchmark.process import ChildError
from bioner_kd.lab.benchmark.sentence_files import sentence_files
from bioner_kd.lab.benchmark.tasks import (
    Task,
    all_tasks,
    key_of,
    measure_task,
    run_tasks,
    score_task,
)

from .fakes import MODULE, SENTENCES, counting

pytestmark = pytest.mark.usefixtures("fakes")
CONFIG = BenchmarkConfig(sentences=0, slow_sentences=1, rounds=2, many_repeats=5, timeout=60)


@pytest.fixture
def samples():
    with sentence_files(SENTENCES, SENTENCES[:1], CONFIG) as made:
        yield made


def test_speed_is_counted_over_the_sample(samples):
    task = measure_task(counting("a", 0.25), samples, CONFIG, threads=1, number=2)
    record = task.do()
    assert (record.words, record.sentences, record.round) == (12, 3, 2)
    assert record.words_per_second == pytest.approx(4.0)
    assert record.milliseconds == pytest.approx(1000.0)
    assert 0 < record.ready and 0 < record.ready_memory <= record.memory
    assert key_of(record) == task.key


def test_a_contestant_for_many_texts_gets_them_many_times(samples):
    record = measure_task(counting("a", 0.25, many=True), samples, CONFIG, threads=1, number=1).do()
    assert (record.words, record.sentences) == (60, 15)
    assert record.words_per_second == pytest.approx(4.0)


def test_a_slow_contestant_gets_the_smaller_sample(samples):
    record = measure_task(counting("a", 0.25, slow=True), samples, CONFIG, threads=1, number=1).do()
    assert record.sentences == 1
    assert record.words_per_second == pytest.approx(4.0)


@pytest.mark.parametrize("threads", [1, 2])
def test_an_option_for_threads_gets_their_number(samples, threads):
    contestant = Contestant("a", "A", f"{MODULE}:by_threads", {"threads": 0})
    record = measure_task(contestant, samples, CONFIG, threads=threads, number=1).do()
    assert record.words_per_second == pytest.approx(threads)


def test_f1_is_of_what_is_found_in_the_text_of_the_whole_split(samples):
    # Each sentence starts with its only disease, which all of its first word is.
    finds_all = Contestant("a", "A", f"{MODULE}:first_letters")
    record = score_task(finds_all, samples, CONFIG).do()
    assert record.f1 == 100
    assert key_of(record) == score_task(finds_all, samples, CONFIG).key


def test_tasks_are_interleaved_round_after_round(samples, monkeypatch):
    monkeypatch.setattr(tasks, "usable_cores", lambda: [0, 1])
    contestants = [counting("a", 1), counting("b", 1, trained=False)]
    found = [(task.contestant.name, task.what) for task in all_tasks(contestants, samples, CONFIG)]
    measured = [
        (name, f"{cores}, round {number}")
        for number in (1, 2)
        for name in "ab"
        for cores in ("1 core", "2 cores")
    ]
    assert found == [("a", "F1"), *measured]


def test_cores_that_are_not_there_are_not_measured(samples, monkeypatch):
    monkeypatch.setattr(tasks, "usable_cores", lambda: [3])
    assert tasks.possible_threads(CONFIG) == [1]
    assert tasks.notes_on_threads(CONFIG) == ["Not measured with 2 cores: only 1 can be used here."]
    assert tasks.notes_on_threads(BenchmarkConfig(threads=("1",))) == []
    with pytest.raises(UsageError, match="--threads=4: only 1 can be used here"):
        tasks.notes_on_threads(BenchmarkConfig(threads=("4",)))


def test_where_the_system_does_not_count_cores_all_are_measured(samples, monkeypatch):
    monkeypatch.setattr(tasks, "usable_cores", lambda: [])
    assert tasks.possible_threads(CONFIG) == [1, 2]


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
    assert [record.contestant for record in measurements.read(tmp_path / "m")] == ["a", "b"]


def test_an_interruption_keeps_what_was_measured(tmp_path):
    done = []
    with pytest.raises(KeyboardInterrupt):
        run_tasks(
            [task("a", done), task("b", done, KeyboardInterrupt), task("c", done)],
            tmp_path / "m",
            [],
        )
    assert measurements.read(tmp_path / "m") == [Score("a", 50.0)]
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
    with sentence_files(SENTENCES, SENTENCES[:1], config) as samples:
        run_tasks(all_tasks(contestants, samples, config), tmp_path / "m", failures)
    found = BenchmarkResults(contestants, measurements.read(tmp_path / "m"), "slow")
    assert found.ratio("fast", "slow", 1) == MedianRange(*[pytest.approx(100.0)] * 3)
    assert (found.f1("fast"), found.f1("slow")) == (100.0, None)
    assert [(f.contestant, f.what) for f in failures] == [("broken", "F1")]
    assert failures[0].reason == "exit code 1: OSError: no such model"
