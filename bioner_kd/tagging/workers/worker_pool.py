"""Processes that share one job, chunk by chunk; what they find comes back in order.

They are plain interpreters at the end of two pipes. So a program that uses them needs no
`if __name__ == "__main__":`, may run other threads, and may be a notebook or an archive; and where
a process dies, its pipe ends, which nobody can wait for in vain.
"""

import atexit
import os
import pickle
import subprocess
import sys
import threading
import weakref
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from queue import SimpleQueue
from typing import Any, Generic, TypeVar

from bioner_kd.tagging.workers.read_ahead import Chunk, ReadAhead
from bioner_kd.tagging.workers.worker import PROGRAM, Answer

Item = TypeVar("Item")
Result = TypeVar("Result")

# Chunks under way or waiting for their turn, for each process.
_CHUNKS_A_PROCESS = 3
_SECONDS_TO_END = 5.0


class WorkerProcess:
    """One process that does a job."""

    def __init__(self, job: bytes) -> None:
        """Starts it.

        Args:
            job: pickled; a function from a list of items to a list of as many results.

        Raises:
            OSError: no process can be started.
        """
        # numpy's own threads would be of no use to it. A session of its own: Ctrl-C is the
        # parent's to handle.
        self._process = subprocess.Popen(
            [sys.executable, "-c", PROGRAM],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=os.environ | {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"},
            start_new_session=True,
        )
        self._job: bytes | None = job

    def call(self, chunk: Chunk[Any]) -> Answer:
        """What the job gives for a chunk, or what it raised.

        Raises:
            ChildProcessError: the process died.
        """
        stdin, stdout = self._process.stdin, self._process.stdout
        assert stdin and stdout
        try:
            if self._job is not None:
                pickle.dump([os.path.abspath(path) for path in sys.path], stdin)
                stdin.write(self._job)
                self._job = None
            pickle.dump(chunk.items, stdin)
            stdin.flush()
            return pickle.load(stdout)
        except (EOFError, OSError, pickle.UnpicklingError) as error:
            status = self._end()
            how = f"was killed by signal {-status}" if status < 0 else f"ended with status {status}"
            raise ChildProcessError(
                f"A worker process {how} when it was given {chunk}. It may have lacked memory: "
                "fewer workers need less, and one worker (--workers=1) is this process itself."
            ) from error

    def _end(self) -> int:
        # Its pipe has ended, so it is ending too; let it say how.
        try:
            return self._process.wait(_SECONDS_TO_END)
        except subprocess.TimeoutExpired:
            self.stop()
            return self._process.wait()

    def stop(self) -> None:
        """Ends it at once."""
        if self._process.poll() is None:
            self._process.kill()

    def close(self) -> None:
        """Ends it and frees its pipes; nobody may be calling it any more."""
        self.stop()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            try:
                pipe.close()  # type: ignore[union-attr]
            except OSError:  # what it was not told any more
                pass


class WorkerPool(Generic[Item, Result]):
    """Several of them; each is fed by a thread."""

    def __init__(
        self,
        job: Callable[[Sequence[Item]], Sequence[Result]],
        source: ReadAhead[Item],
        workers: int,
    ) -> None:
        """Starts the processes.

        Args:
            job: a function from items to as many results, which can be pickled.
            source: where they take their items.
            workers: number of processes.
        """
        self._source = source
        self._stopped = False
        self._owner = os.getpid()
        self._in_order = threading.Lock()
        self._free = threading.Semaphore(workers * _CHUNKS_A_PROCESS)
        self._results: SimpleQueue[Future[tuple[Chunk[Item], Answer] | None]] = SimpleQueue()
        pickled = pickle.dumps(job)
        self._processes: list[WorkerProcess] = []
        self._threads: list[threading.Thread] = []
        _OPEN.add(self)
        try:
            for _ in range(workers):
                self._processes.append(WorkerProcess(pickled))
            self._threads = [
                threading.Thread(target=self._feed, args=(process,), daemon=True)
                for process in self._processes
            ]
            for thread in self._threads:
                thread.start()
        except BaseException:
            self.close()
            raise

    def results(self) -> Iterator[tuple[Chunk[Item], Answer]]:
        """Each chunk and what became of it, in order, until the source ends.

        Raises:
            ChildProcessError: a process died.
            BaseException: what reading the source raised.
        """
        while (result := self._results.get().result()) is not None:
            yield result
            self._free.release()

    def _feed(self, process: WorkerProcess) -> None:
        while self._feed_one(process):
            pass

    def _feed_one(self, process: WorkerProcess) -> bool:
        self._free.acquire()
        future: Future[tuple[Chunk[Item], Answer] | None] = Future()
        try:
            # Whoever takes the next chunk takes the next place among the results.
            with self._in_order:
                if self._stopped:
                    return False
                self._results.put(future)
                chunk = self._source.take()
            if not chunk.items:
                future.set_result(None)
                return False
            future.set_result((chunk, process.call(chunk)))
        except BaseException as error:  # the one who waits for the result is told
            future.set_exception(error)
            return False
        return True

    def close(self) -> None:
        """Ends all processes, whatever they are doing."""
        if os.getpid() != self._owner:
            return  # in a fork, which has neither the threads nor the processes
        self._stopped = True
        self._source.close()
        for _ in self._threads:
            self._free.release()
        for process in self._processes:
            process.stop()
        for thread in self._threads:
            # Ctrl-C may have come before all were started; one that starts later ends at once.
            if thread.is_alive():
                thread.join()
        self._end_processes()

    def _end_processes(self) -> None:
        for process in self._processes:
            process.close()
        _OPEN.discard(self)


_OPEN: "weakref.WeakSet[WorkerPool[Any, Any]]" = weakref.WeakSet()


# An iterator may live until the interpreter ends, in a variable or in an exception's traceback. By
# then Python has stopped the threads that feed the processes, and aborts where a pipe is closed
# that one of them was using.
@atexit.register
def _close_open() -> None:
    for pool in list(_OPEN):
        pool.close()
