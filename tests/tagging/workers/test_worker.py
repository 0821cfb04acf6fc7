import io
import pickle
import subprocess
import sys
from pathlib import Path

import pytest

from bioner_kd.tagging.workers.worker import PROGRAM, run_job, write_answer

ROOT = Path(__file__).resolve().parents[3]


def test_a_worker_answers_until_its_input_ends() -> None:
    told = b"".join(map(pickle.dumps, [[str(ROOT), *sys.path], list, "ab", "cde"]))
    finished = subprocess.run(
        [sys.executable, "-c", PROGRAM], input=told, capture_output=True, timeout=60, check=True
    )
    answers = io.BytesIO(finished.stdout)
    assert [pickle.load(answers) for _ in range(2)] == [
        (["a", "b"], None),
        (["c", "d", "e"], None),
    ]
    assert (answers.read(), finished.stderr) == (b"", b"")


def test_what_a_job_raises_is_its_answer() -> None:
    assert run_job(len, [1, 2]) == (2, None)
    answer, error = run_job(max, [])
    assert answer is None and isinstance(error, ValueError)


class Unpicklable(Exception):
    def __init__(self, one: int, other: int) -> None:
        super().__init__(f"{one} and {other}")


def test_an_error_that_cannot_be_read_back_becomes_its_text() -> None:
    sink = io.BytesIO()
    write_answer(sink, (None, Unpicklable(1, 2)))
    answer, error = pickle.loads(sink.getvalue())
    assert answer is None and type(error) is RuntimeError and "1 and 2" in str(error)


@pytest.mark.parametrize("kept", [0.0, 0.02, 0.5, 0.9])
def test_a_worker_whose_parent_is_stopped_before_it_has_said_all_ends_in_silence(
    kept: float,
) -> None:
    told = b"".join(map(pickle.dumps, [[str(ROOT), *sys.path], list, "ab" * 10_000]))
    finished = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        input=told[: int(len(told) * kept)], capture_output=True, timeout=60, check=True,
    )  # fmt: skip
    assert (finished.stdout, finished.stderr) == (b"", b"")
