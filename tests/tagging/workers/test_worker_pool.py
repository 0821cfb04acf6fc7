import pickle
import signal
import threading
from pathlib import Path

import pytest

from bioner_kd.tagging.workers.read_ahead import Chunk, ReadAhead
from bioner_kd.tagging.workers.worker_pool import WorkerPool, WorkerProcess


def test_a_process_does_chunk_after_chunk() -> None:
    process = WorkerProcess(pickle.dumps(list))
    assert process.call(Chunk(1, ["a", "b"])) == (["a", "b"], None)
    assert process.call(Chunk(3, ["c"])) == (["c"], None)
    process.close()
    process.close()


def test_a_process_that_was_killed_says_so() -> None:
    process = WorkerProcess(pickle.dumps(list))
    assert process.call(Chunk(1, ["a"])) == (["a"], None)
    process._process.send_signal(signal.SIGTERM)
    with pytest.raises(ChildProcessError, match="signal 15 .*texts 2 to 3.*--workers=1"):
        process.call(Chunk(2, ["b", "c"]))
    process.close()


def test_a_process_that_cannot_load_its_job_says_so(capfd: pytest.CaptureFixture[str]) -> None:
    process = WorkerProcess(b"cno.such\nmodule\n.")
    with pytest.raises(ChildProcessError, match="status 1 .*text 7"):
        process.call(Chunk(7, ["b"]))
    process.close()
    assert "No module named 'no'" in capfd.readouterr().err


def test_chunks_come_back_in_their_order() -> None:
    source = ReadAhead(map(str, range(100)), len, ahead=50, chunk=3)
    pool: WorkerPool[str, str] = WorkerPool(list, source, 2)
    found = [(chunk.first, answer) for chunk, answer in pool.results()]
    pool.close()
    assert [first for first, _ in found] == sorted(first for first, _ in found)
    assert [item for _, (items, _) in found for item in items] == list(map(str, range(100)))


def test_a_job_that_cannot_be_pickled_starts_nothing() -> None:
    source = ReadAhead("ab", len, ahead=5, chunk=3)
    with pytest.raises((pickle.PicklingError, AttributeError)):
        WorkerPool(lambda items: items, source, 2)
    source.close()


def test_ctrl_c_before_all_threads_are_started_ends_the_processes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    source = ReadAhead(map(str, range(100)), len, ahead=50, chunk=3)
    start, started, processes = threading.Thread.start, [], []

    def interrupted(thread: threading.Thread) -> None:
        if started:
            raise KeyboardInterrupt
        started.append(thread)
        start(thread)

    def make(job: bytes) -> WorkerProcess:
        processes.append(WorkerProcess(job))
        return processes[-1]

    monkeypatch.setattr(threading.Thread, "start", interrupted)
    monkeypatch.setattr("bioner_kd.tagging.workers.worker_pool.WorkerProcess", make)
    with pytest.raises(KeyboardInterrupt):
        WorkerPool(list, source, 2)
    assert len(processes) == 2 and not started[0].is_alive()
    assert not any(Path(f"/proc/{process._process.pid}").exists() for process in processes)
