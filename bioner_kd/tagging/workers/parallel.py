"""Items become results on all cores, in order, a bounded number at a time."""

import os
from collections.abc import Callable, Generator, Iterable, Sequence
from contextlib import closing
from typing import TypeVar

from bioner_kd.errors import InputError, UsageError, one_line
from bioner_kd.tagging.workers.read_ahead import Chunk, ReadAhead
from bioner_kd.tagging.workers.worker import Answer, run_job

Item = TypeVar("Item")
Result = TypeVar("Result")
Job = Callable[[Sequence[Item]], Sequence[Result]]

# Characters of text. A chunk takes a worker a few hundredths of a second. A process needs about
# half a second to start, in which this one tags about as much as has to wait before one is started.
_CHUNK = 20_000
_AHEAD = 400_000
_WORTH_A_PROCESS = 100_000


def number_of_workers(wanted: int, *, own_threads: bool) -> int:
    """Number of processes to use.

    Args:
        wanted: 0 leaves the choice to us.
        own_threads: whether the work spreads over all cores by itself.

    Raises:
        UsageError: it is negative.
    """
    if wanted < 0:
        raise UsageError(f"--workers={wanted}: must be at least 0, which is one worker a core.")
    if wanted:
        return wanted
    return 1 if own_threads else available_cores()


def available_cores() -> int:
    """Cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def map_in_order(
    job: Job[Item, Result],
    items: Iterable[Item],
    workers: int,
    size: Callable[[Item], int],
) -> Generator[Result, None, None]:
    """Results of items, in their order; arguments and errors are those of `chunks_in_order`."""
    with closing(chunks_in_order(job, items, workers, size)) as chunks:
        for _, results in chunks:
            yield from results


def chunks_in_order(
    job: Job[Item, Result],
    items: Iterable[Item],
    workers: int,
    size: Callable[[Item], int],
    *,
    whole: bool = False,
    first: int = 1,
) -> Generator[tuple[Chunk[Item], Sequence[Result]], None, None]:
    """Chunks of items with their results, in order.

    Args:
        job: a function from items to as many results, which can be pickled.
        items: may be infinite; they are read in a thread, a little ahead.
        workers: processes at most; 1 is this process alone. Others are started when many items
            wait, and end with the iterator.
        size: of an item, in characters of text.
        whole: whether a chunk waits for its last item, so that the same items always become the
            same chunks.
        first: number of the first item.

    Raises:
        InputError: the job cannot do an item; its number is said.
        ChildProcessError: a worker died.
        BaseException: what reading the items raised, after the results of all before.
    """
    with closing(
        ReadAhead(items, size, ahead=_AHEAD * workers, chunk=_CHUNK, whole=whole, first=first)
    ) as source:
        # The first chunk is always done here, so that the first results need not wait for a start.
        while (chunk := source.take()).items:
            yield chunk, _results(job, chunk, run_job(job, chunk.items))
            if workers > 1 and source.waiting >= _WORTH_A_PROCESS:
                break
        else:
            return
        # Here, since most programs that tag a text need no processes and start in less time.
        from bioner_kd.tagging.workers.worker_pool import WorkerPool

        with closing(WorkerPool(job, source, workers)) as pool:
            for chunk, answer in pool.results():
                yield chunk, _results(job, chunk, answer)


def _results(job: Job[Item, Result], chunk: Chunk[Item], answer: Answer) -> Sequence[Result]:
    results, error = answer
    if error is None:
        return results
    # Which of them was it?
    for number, item in enumerate(chunk.items, chunk.first):
        _, alone = run_job(job, [item])
        if alone is not None:
            raise InputError(f"Text {number}: {one_line(alone)}") from alone
    raise error
