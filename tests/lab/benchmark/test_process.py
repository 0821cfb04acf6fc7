import subprocess
import sys

import pytest

from bioner_kd import __version__
from bioner_kd.lab.benchmark import process
from bioner_kd.lab.benchmark.process import ChildError, cores_for, run_child, usable_cores

from .fakes import MODULE

pytestmark = pytest.mark.usefixtures("fakes")


def run(call: str, *, threads: int = 1, timeout: float = 60, **arguments: object):
    return run_child(f"{MODULE}:{call}", arguments, threads=threads, timeout=timeout)


@pytest.mark.parametrize("threads", [1, 2])
def test_a_process_is_given_arguments_cores_and_threads(threads):
    first, last = run("hello", threads=threads, word="Gaucher – β")
    assert first.record == {
        "word": "Gaucher – β",
        "cores": sorted(cores_for(threads)),
        "threads": str(threads),
    }
    assert last.record == {"last": True}
    assert 0 < first.seconds <= last.seconds


def test_cores_are_those_that_this_process_may_use():
    assert cores_for(1) == usable_cores()[-1:]
    assert cores_for(10**6) == usable_cores()


def test_a_failure_is_told_by_its_last_line():
    with pytest.raises(ChildError, match=r"exit code 1: TypeError: broken\(\) takes 0 positional"):
        run("broken")


def test_a_process_that_dies_without_a_word_is_told_so():
    with pytest.raises(ChildError, match="exit code 7: it said nothing"):
        run("silent_end")


def test_a_process_that_takes_too_long_is_stopped():
    with pytest.raises(ChildError, match="stopped after 0.5 s; --timeout"):
        run("sleeps", timeout=0.5, seconds=60)


def test_no_process_is_left_behind_after_an_interrupt():
    sleeping = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    with pytest.raises(KeyboardInterrupt), process._killed_at_the_end(sleeping, 60):
        raise KeyboardInterrupt
    assert sleeping.returncode is not None


def test_a_machine_is_described_by_processor_cores_and_versions():
    found = process.describe()
    assert found["processor"] and int(found["cores"]) >= 1
    assert found["bioner_kd"] == __version__
    assert found["tensorflow"].startswith("2.15")


def test_the_load_is_a_number_where_the_system_tells_it(monkeypatch):
    assert process.load_average() is None or process.load_average() >= 0
    monkeypatch.delattr(process.os, "getloadavg")
    assert process.load_average() is None


def test_a_package_that_is_not_there_is_not_listed(monkeypatch):
    monkeypatch.setattr(process, "_PACKAGES", ("numpy", "no-such-package"))
    assert "numpy" in process.describe()
    assert "no-such-package" not in process.describe()
