import os
import signal
import threading
import time

import pytest
from absl import logging

from bioner_kd.errors import InputError
from bioner_kd.lab.study import sweep as sweep_module
from bioner_kd.lab.study.study_folder import FAILED, FINISHED, NOT_YET, read_runs
from bioner_kd.lab.study.sweep import duration, seconds_left

from .study import is_alive, until


@pytest.fixture
def said(monkeypatch):
    """What the sweep has logged."""
    lines = []

    def log(message, *arguments):
        lines.append(message % arguments)

    for name in ("info", "warning", "error"):
        monkeypatch.setattr(logging, name, log)
    return lines


def states(rows):
    return [row.state for row in rows]


def test_every_run_is_trained_once(study, said):
    plan = study.plan("alpha=0.5,1", "seed=1,2")
    rows = study.sweep(plan)
    names = ["alpha=0.5+seed=1", "alpha=0.5+seed=2", "alpha=1+seed=1", "alpha=1+seed=2"]
    assert study.started() == names
    assert [row.folder for row in rows] == names
    assert [(row.devel_f1, row.best_epoch) for row in rows] == [
        (86, 1), (87, 1), (91, 1), (92, 1),
    ]  # fmt: skip
    assert all(row.state == FINISHED and row.seconds > 0 for row in rows)
    assert read_runs(study.output) == rows
    assert (study.output / "alpha=1+seed=2" / "run.cfg").is_file()
    assert said[0] == "4 runs, 0 of them finished already."
    assert said[1].startswith("alpha=0.5+seed=1: devel F1 86.00, epoch 1, ")
    assert "1 of 4 runs are finished, 3 left, about " in said[1]
    assert said[4].endswith("4 of 4 runs are finished, 0 left.")


def test_finished_runs_are_never_trained_again(study, said):
    first = study.sweep(study.plan("seed=1,2"))
    again = study.sweep(study.plan("seed=1,2,3"))
    assert study.started() == ["seed=1", "seed=2", "seed=3"]
    assert again[:2] == first
    assert "3 runs, 2 of them finished already." in said


def test_a_failure_is_reported_and_the_rest_goes_on(study, said):
    study.tell("fail", "seed=2")
    rows = study.sweep(study.plan("seed=1,2,3"))
    assert states(rows) == [FINISHED, FAILED, FINISHED] == states(read_runs(study.output))
    (line,) = (line for line in said if "failed" in line)
    log = study.output / "logs" / "seed=2.log"
    assert line.startswith(f"seed=2 failed: exit code 1; the end of {log}:\n    new\n    ")
    assert "seed=2: no luck.\n" in line


def test_the_same_command_retries_what_failed_and_goes_on_where_it_was(study):
    study.tell("fail", "seed=2")
    failed = study.sweep(study.plan("seed=1,2"))[1]
    study.untell("fail", "seed=2")
    rows = study.sweep(study.plan("seed=1,2"))
    assert study.started() == ["seed=1", "seed=2", "seed=2"]
    assert states(rows) == [FINISHED, FINISHED]
    assert rows[1].seconds > failed.seconds
    log = (study.output / "logs" / "seed=2.log").read_text()
    assert [word for word in log.split() if word in ("new", "resumed")] == ["new", "resumed"]


def test_jobs_run_side_by_side_and_no_more_than_asked(study):
    names = [f"seed={seed}" for seed in range(1, 5)]
    study.tell("wait", *names)
    seen = []

    def release():
        until(lambda: study.waits("seed=1") and study.waits("seed=2"))
        seen.append(study.started())
        study.untell("wait", *names)

    with Thread(release):
        rows = study.sweep(study.plan("seed=1,2,3,4"), jobs=2)
    assert sorted(seen[0]) == ["seed=1", "seed=2"]
    assert states(rows) == [FINISHED] * 4
    assert [row.folder for row in rows] == names


class Thread(threading.Thread):
    """Something that happens while the sweep is at work."""

    def __init__(self, target):
        super().__init__(target=target, daemon=True)

    def __enter__(self):
        self.start()

    def __exit__(self, *_):
        self.join(60)
        assert not self.is_alive()


def test_arms_have_folders_and_logs_of_their_own(study):
    rows = study.sweep(study.plan("seed=1", arms=["a: --alpha=0", "b c: --alpha=1 --words=x,y"]))
    assert [(row.arm, row.folder) for row in rows] == [("a", "a/seed=1"), ("b c", "b_c/seed=1")]
    assert "--words=x,y" in (study.output / "b_c" / "seed=1" / "run.cfg").read_text()
    assert (study.output / "logs" / "b_c" / "seed=1.log").is_file()


def test_a_program_that_scores_nothing_has_no_devel_f1(study, said):
    (row,) = study.sweep(study.plan(arms=["a: --noscored"]))
    assert (row.state, row.devel_f1, row.best_epoch) == (FINISHED, None, None)
    assert said[1].startswith("a: ") and "F1" not in said[1]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_stopping_ends_the_children_and_the_same_command_goes_on(study, said, number):
    study.tell("wait", "seed=2", "seed=3")
    plan = study.plan("seed=1,2,3,4")

    def interrupt():
        until(lambda: study.waits("seed=2") and study.waits("seed=3"))
        os.kill(os.getpid(), number)

    with Thread(interrupt), pytest.raises(KeyboardInterrupt):
        study.sweep(plan, jobs=2)
    assert not any(map(is_alive, study.pids()))
    rows = read_runs(study.output)
    assert states(rows) == [FINISHED, NOT_YET, NOT_YET, NOT_YET]
    assert rows[1].seconds > 0 and rows[3].seconds is None
    assert "1 of 4 runs are finished. Give the same command again for the rest." in said

    study.untell("wait", "seed=2", "seed=3")
    assert states(study.sweep(plan, jobs=2)) == [FINISHED] * 4
    starts = study.started()
    assert [starts.count(f"seed={seed}") for seed in (1, 2, 3, 4)] == [1, 2, 2, 1]
    assert "resumed" in (study.output / "logs" / "seed=2.log").read_text()


@pytest.mark.parametrize("twice", [False, True])
def test_a_training_that_does_not_listen_is_killed(study, said, twice):
    study.tell("wait", "a")
    plan = study.plan(arms=["a: --stubborn"])

    def interrupt():
        until(lambda: study.waits("a"))
        os.kill(os.getpid(), signal.SIGINT)
        if twice:
            until(lambda: "Stopping 1 trainings; once more kills them." in said)
            os.kill(os.getpid(), signal.SIGINT)

    began = time.monotonic()
    with Thread(interrupt), pytest.raises(KeyboardInterrupt):
        study.sweep(plan, grace=60 if twice else 0.5)
    assert time.monotonic() - began < 50
    assert not any(map(is_alive, study.pids()))
    assert states(read_runs(study.output)) == [NOT_YET]


def test_a_training_that_cannot_be_started_is_a_failure_like_any_other(study, said):
    study.output.mkdir()
    (study.output / "logs").mkdir()
    (study.output / "logs" / "a").write_text("a file where a folder should be")
    rows = study.sweep(study.plan("seed=1", arms=["a: --alpha=0", "b: --alpha=1"]))
    assert states(rows) == [FAILED, FINISHED]
    assert any(line.startswith("a/seed=1 failed: cannot be started") for line in said)


def test_a_program_that_makes_no_run_has_failed(study, said):
    plan = study.plan("seed=1")
    idle = type(plan)(plan.output, (*plan.program[:1], "-c", "pass"), plan.runs)
    assert states(study.sweep(idle)) == [FAILED]
    assert any("exit code 0, but it made no run" in line for line in said)


def test_a_table_that_cannot_be_written_stops_no_training(study, said, monkeypatch):
    full = InputError("runs.csv: cannot write here (No space left on device).")
    times = iter([full, full, full])

    def write_runs(output, rows):
        if problem := next(times, None):
            raise problem

    monkeypatch.setattr(sweep_module, "write_runs", write_runs)
    assert states(study.sweep(study.plan("seed=1,2"))) == [FINISHED] * 2
    assert sum("No space left on device). The sweep goes on." in line for line in said) == 3

    monkeypatch.setattr(sweep_module, "write_runs", lambda output, rows: fail(full))
    with pytest.raises(InputError, match="No space left"):
        study.sweep(study.plan("seed=1,2"))


def fail(error):
    raise error


def test_a_run_with_a_damaged_history_has_failed(study, said, monkeypatch):
    monkeypatch.setattr(sweep_module, "finished_row", lambda *_: fail(InputError("damaged")))
    assert states(study.sweep(study.plan("seed=1,2"))) == [FAILED] * 2
    assert any(line.startswith("seed=1 failed: damaged\n") for line in said)


def test_an_error_of_the_sweep_itself_leaves_no_child_behind(study, monkeypatch):
    study.tell("wait", "seed=2")
    monkeypatch.setattr(sweep_module, "finished_row", lambda *_: fail(RuntimeError("a bug")))
    with pytest.raises(RuntimeError, match="a bug"):
        study.sweep(study.plan("seed=1,2"), jobs=2)
    assert not any(map(is_alive, study.pids()))


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0 s"),
        (99.4, "99 s"),
        (99.5, "1.7 min"),
        (738, "12.3 min"),
        (3596, "59.9 min"),
        (3597, "1 h 00 min"),
        (12_000, "3 h 20 min"),
        (360_000, "100 h 00 min"),
    ],
)
def test_durations_are_easy_to_read(seconds, text):
    assert duration(seconds) == text


def test_the_time_left_is_that_of_the_mean_run_over_all_jobs():
    # Two that wait and one that has 60 of 100 seconds to go, by two.
    assert seconds_left([90, 110], waiting=2, running=[40], jobs=2) == 130
    assert seconds_left([100], waiting=0, running=[10], jobs=2) == 90
    assert seconds_left([100], waiting=1, running=[500], jobs=1) == 100


def test_no_time_is_guessed_before_a_run_is_finished():
    assert seconds_left([], waiting=2, running=[40], jobs=2) is None
