"""Results in order, from one process and from several; whatever goes wrong is told."""

import itertools
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from bioner_kd.errors import InputError, UsageError
from bioner_kd.tagging.workers.parallel import map_in_order, number_of_workers

ROOT = Path(__file__).resolve().parents[3]


def texts(count: int, length: int = 1000) -> list[str]:
    """Texts that are enough for processes to be started from 200 on."""
    return [f"{number:0{length}d}" for number in range(count)]


class Job:
    """The value of an expression for each item; workers know nothing of this file."""

    def __init__(self, expression: str) -> None:
        self.expression = expression

    def __call__(self, items: list) -> list:
        return self._function()(items)

    def __reduce__(self) -> tuple:
        return eval, (self._code(),)

    def _function(self) -> Callable[[list], list]:
        return eval(self._code())

    def _code(self) -> str:
        return f"lambda items, os=__import__('os'): [{self.expression} for item in items]"


def children() -> set[str]:
    """Process ids of this process's children that live."""
    found = set()
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            pid, _, rest = stat.read_text().partition(" (")
        except OSError:
            continue
        state, parent = rest.rpartition(") ")[2].split()[:2]
        if int(parent) == os.getpid() and state != "Z":
            found.add(pid)
    return found


@pytest.mark.parametrize("workers", [1, 2, 3])
def test_results_come_in_order(workers: int) -> None:
    items = texts(400)
    before = children()
    assert list(map_in_order(Job("int(item)"), items, workers, len)) == list(range(400))
    assert children() <= before


def test_several_processes_take_part() -> None:
    pids = set(map_in_order(Job("os.getpid()"), texts(600), 2, len))
    assert os.getpid() in pids and 2 <= len(pids) <= 3


def test_few_items_start_no_process() -> None:
    assert set(map_in_order(Job("os.getpid()"), texts(20), 8, len)) == {os.getpid()}
    assert set(map_in_order(Job("os.getpid()"), texts(400), 1, len)) == {os.getpid()}


@pytest.mark.parametrize("workers", [1, 2])
def test_an_endless_source_is_read_a_bounded_piece_ahead(workers: int) -> None:
    read = 0

    def endless() -> Iterator[str]:
        nonlocal read
        for number in itertools.count():
            read = number + 1
            yield f"{number:01000d}"

    before = children()
    results = map_in_order(Job("int(item)"), endless(), workers, len)
    assert list(itertools.islice(results, 1000)) == list(range(1000))
    time.sleep(0.2)
    assert read < 1000 + workers * 600
    results.close()  # type: ignore[attr-defined]
    assert children() <= before


def test_a_consumer_that_forgets_the_iterator_leaves_no_process_behind() -> None:
    before = children()
    results = map_in_order(Job("int(item)"), texts(2000), 2, len)
    assert list(itertools.islice(results, 300)) == list(range(300))
    assert children() > before
    del results
    assert children() <= before


@pytest.mark.parametrize("workers", [1, 2])
def test_an_item_that_cannot_be_done_is_named(workers: int) -> None:
    items = texts(400)
    items[333] = "x" * 1000
    results = map_in_order(Job("int(item)"), items, workers, len)
    with pytest.raises(InputError, match="Text 334: invalid literal"):
        list(results)


@pytest.mark.parametrize("workers", [1, 2])
def test_what_reading_raises_comes_after_the_results_before_it(workers: int) -> None:
    def broken() -> Iterator[str]:
        yield from texts(400)
        raise OSError("the disk")

    results = map_in_order(Job("int(item)"), broken(), workers, len)
    found = []
    with pytest.raises(OSError, match="the disk"):
        for number in results:
            found.append(number)  # noqa: PERF402
    assert found == list(range(400))


def test_a_worker_that_dies_is_one_error_and_no_wait() -> None:
    items = texts(400)
    items[300] = "1" + "0" * 999
    kill = Job(f"os.kill(os.getpid(), {signal.SIGKILL:d}) if item[0] == '1' else 0")
    before = children()
    with pytest.raises(ChildProcessError, match=r"signal 9 .*texts \d+.*--workers=1"):
        list(map_in_order(kill, items, 2, len))
    assert children() <= before


def test_what_a_job_prints_does_no_harm(capfd: pytest.CaptureFixture[str]) -> None:
    found = set(map_in_order(Job("print('hello')"), texts(400), 2, len))
    assert found == {None}


def test_an_error_that_cannot_be_pickled_is_told() -> None:
    odd = "(_ for _ in ()).throw(type('Odd', (Exception,), {})('odd'))"
    job = Job(f"{odd} if int(item) > 200 else 1")
    with pytest.raises(InputError, match="Text 202: odd"):
        list(map_in_order(job, texts(400), 2, len))


INTERRUPTED = """
from bioner_kd.tagging.workers.parallel import map_in_order
def endless():
    while True:
        yield "x" * 1000
for number, _ in enumerate(map_in_order(list, endless(), 2, len)):
    if number == 1000:
        print("ready", flush=True)
"""


def test_ctrl_c_ends_program_and_workers() -> None:
    # Without the line that multiprocessing wants, `if __name__ == "__main__":`.
    program = INTERRUPTED
    with subprocess.Popen(
        [sys.executable, "-c", program],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        start_new_session=True,
    ) as process:
        assert process.stdout and process.stderr
        assert process.stdout.readline() == "ready\n"
        workers = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
        assert len(workers) == 2
        os.killpg(process.pid, signal.SIGINT)
        errors = process.stderr.read()
        assert process.wait(30) != 0
    assert errors.count("Traceback") == 1 and errors.strip().endswith("KeyboardInterrupt")
    assert not any(Path(f"/proc/{worker}").exists() for worker in workers)


LEFT_OPEN = """
import os, sys
from pathlib import Path
from bioner_kd.tagging.workers.parallel import map_in_order
def endless():
    while True:
        yield "x" * 1000
results = map_in_order(list, endless(), 2, len)
for number, _ in enumerate(results):
    if number == 1000:
        print(Path(f"/proc/self/task/{os.getpid()}/children").read_text())
        break
"""


@pytest.mark.parametrize(
    ("end", "status", "says"),
    [
        ("", 0, ""),
        ("sys.exit(3)", 3, ""),
        ("raise OSError('full')", 1, "OSError: full"),
        ("raise KeyboardInterrupt", -signal.SIGINT, "KeyboardInterrupt"),
        ("held = []\ntry: raise OSError\nexcept OSError as error: held.append(error)", 0, ""),
    ],
)
def test_a_program_that_ends_before_its_iterator_ends_its_workers(
    end: str, status: int, says: str
) -> None:
    finished = subprocess.run(
        [sys.executable, "-c", LEFT_OPEN + end],
        capture_output=True,
        text=True,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        timeout=60,
        check=False,
    )
    workers = finished.stdout.split()
    assert len(workers) == 2
    assert not any(Path(f"/proc/{worker}").exists() for worker in workers)
    assert finished.returncode == status
    assert finished.stderr.strip().rpartition("\n")[2] == says


def test_workers_end_with_a_parent_that_is_killed() -> None:
    program = INTERRUPTED
    with subprocess.Popen(
        [sys.executable, "-c", program],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
    ) as process:
        assert process.stdout and process.stdout.readline() == "ready\n"
        workers = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
        process.kill()
        # Their standard error too, so this waits for them.
        assert process.stderr and process.stderr.read() == ""
    deadline = time.monotonic() + 30
    while any(Path(f"/proc/{worker}").exists() for worker in workers):
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_number_of_workers() -> None:
    assert number_of_workers(0, own_threads=False) == len(os.sched_getaffinity(0))
    assert number_of_workers(0, own_threads=True) == 1
    assert number_of_workers(5, own_threads=True) == 5
    with pytest.raises(UsageError, match="--workers=-2"):
        number_of_workers(-2, own_threads=False)
