import pytest

from bioner_kd.lab.study.progress import duration, reason, seconds_left


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


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (1, "exit code 1"),
        (0, "exit code 0, but it made no run"),
        (-9, "killed by SIGKILL"),
        (-126, "killed by signal 126"),
    ],
)
def test_the_reason_of_a_failure_is_named(code, words):
    assert reason(code) == words
