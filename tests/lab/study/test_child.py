import os
import signal
import subprocess
import sys
import time

import pytest

from bioner_kd.errors import InputError
from bioner_kd.lab.study.child import Child, reason, stop, stop_requests
from bioner_kd.lab.study.study_folder import study_lock

from .study import is_alive, until

# Says so when it is ready; then what it does with SIGINT shows.
WAITS = "import sys, time; print('ready', flush=True); time.sleep(60)"
STUBBORN = f"import signal; signal.signal(signal.SIGINT, signal.SIG_IGN); {WAITS}"


@pytest.fixture
def start(tmp_path):
    children = []
    with study_lock(tmp_path) as lock:

        def start(code: str, log: str = "run.log") -> Child:
            children.append(Child([sys.executable, "-c", code], tmp_path / "logs" / log, lock=lock))
            return children[-1]

        yield start
        stop(children, 0, lambda: True)


def is_ready(child: Child) -> bool:
    return child.last_lines() == ["ready"]


def test_output_goes_to_the_log_behind_the_command(start, tmp_path):
    for word in ("one", "two"):
        child = start(
            f"import sys; print('{word}'); print('{word}!', file=sys.stderr); sys.exit(3)"
        )
        assert child.wait() == 3
        assert sorted(child.last_lines()) == [word, f"{word}!"]
    lines = (tmp_path / "logs" / "run.log").read_text().splitlines()
    assert lines[0].startswith(f"$ {sys.executable} -c 'import sys; print(")
    assert len(lines) == 6


def test_the_last_lines_are_of_this_attempt_and_few(start):
    start("print('before')").wait()
    quiet = start("pass")
    quiet.wait()
    assert quiet.last_lines() == []
    loud = start("for i in range(10000): print(i)\nprint(b'\\xff', '€')")
    loud.wait()
    assert loud.last_lines(3) == ["9998", "9999", "b'\\xff' €"]


def test_a_child_that_listens_ends_by_itself(start):
    child = start(f"try:\n  {WAITS}\nexcept KeyboardInterrupt:\n  print('bye')")
    until(lambda: is_ready(child))
    stop([child], 30, lambda: False)
    assert (child.poll(), child.last_lines()) == (0, ["ready", "bye"])


def test_a_child_that_does_not_listen_is_killed_after_the_grace_time(start):
    child = start(STUBBORN)
    until(lambda: is_ready(child))
    began = time.monotonic()
    stop([child], 0.5, lambda: False)
    assert child.poll() == -signal.SIGKILL
    assert time.monotonic() - began >= 0.5


def test_in_a_hurry_it_is_killed_at_once(start):
    child = start(STUBBORN)
    until(lambda: is_ready(child))
    stop([child], 3600, lambda: True)
    assert child.poll() == -signal.SIGKILL


def test_a_child_that_has_ended_is_left_alone(start):
    child = start("pass")
    child.wait()
    stop([child], 3600, lambda: False)
    assert child.poll() == 0


def test_the_keyboard_does_not_reach_it(start):
    child = start(f"import os; print(os.getsid(0) == os.getpid()); {WAITS}")
    until(lambda: child.last_lines()[-1:] == ["ready"])
    assert child.last_lines()[0] == "True"


def test_a_program_that_does_not_exist_is_an_os_error(tmp_path):
    with pytest.raises(OSError), study_lock(tmp_path) as lock:
        Child([str(tmp_path / "nothing")], tmp_path / "log", lock=lock)


def test_it_holds_the_lock_of_its_study_as_long_as_it_lives(tmp_path):
    with study_lock(tmp_path) as lock:
        child = Child([sys.executable, "-c", WAITS], tmp_path / "log", lock=lock)
    with pytest.raises(InputError, match="another sweep"), study_lock(tmp_path, wait=0.2):
        pass
    stop([child], 0, lambda: True)
    with study_lock(tmp_path, wait=0):
        pass


SWEEP = """
import pathlib, signal, sys, time
from bioner_kd.lab.study.child import Child
from bioner_kd.lab.study.study_folder import study_lock
signal.signal(signal.SIGINT, signal.SIG_IGN)
folder = pathlib.Path(sys.argv[1])
with study_lock(folder) as lock:
    code = "import os, time; print(os.getpid(), flush=True); time.sleep(60)"
    child = Child([sys.executable, "-c", code], folder / "log", lock=lock)
    while not child.last_lines():
        time.sleep(0.02)
    print(child.last_lines()[0], flush=True)
    if sys.argv[2] == "stop":
        child.send(signal.SIGINT)
        print(child.wait(), flush=True)
    time.sleep(60)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="needs PR_SET_PDEATHSIG")
def test_it_dies_with_the_sweep_and_the_lock_is_free(tmp_path):
    with subprocess.Popen(
        [sys.executable, "-c", SWEEP, tmp_path, "wait"], stdout=subprocess.PIPE, text=True
    ) as sweep:
        pid = int(sweep.stdout.readline())
        assert is_alive(pid)
        sweep.kill()
    until(lambda: not is_alive(pid), 10)
    with study_lock(tmp_path):
        pass


def test_it_hears_an_interrupt_where_the_sweep_runs_in_the_background(tmp_path):
    with subprocess.Popen(
        [sys.executable, "-c", SWEEP, tmp_path, "stop"], stdout=subprocess.PIPE, text=True
    ) as sweep:
        os.kill(int(sweep.stdout.readline()), 0)
        assert sweep.stdout.readline().strip() in ("-2", "1", "130")
        sweep.kill()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_signals_are_counted_and_raise_nothing(number):
    with stop_requests() as requests:
        assert requests.count == 0
        os.kill(os.getpid(), number)
        os.kill(os.getpid(), number)
        assert requests.count == 2


def test_afterwards_they_do_what_they_did_before():
    before = [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)]
    with pytest.raises(ValueError), stop_requests():
        raise ValueError
    assert [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)] == before


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
