"""Threads and determinism."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from bioner_kd.errors import UsageError
from bioner_kd.training.machine import MachineConfig

PROGRAM = Path(__file__).with_name("deterministic.py")


@pytest.mark.parametrize("name", ["intra_op_threads", "inter_op_threads"])
def test_negative_numbers_of_threads_are_refused(name):
    with pytest.raises(UsageError, match=f"--{name}=-1: must be at least 0"):
        MachineConfig(**{name: -1})


def start(seed):
    root = str(PROGRAM.parents[2])
    return subprocess.Popen(
        [sys.executable, str(PROGRAM), str(seed)],
        cwd=root,
        env={**os.environ, "PYTHONPATH": root, "TF_CPP_MIN_LOG_LEVEL": "3"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def result_of(process):
    output, errors = process.communicate(timeout=600)
    assert process.returncode == 0, errors
    return output.split()


@pytest.mark.slow
def test_the_same_seed_gives_the_same_weights_to_the_bit():
    processes = [start(1), start(1)]
    first, second = (result_of(process) for process in processes)
    # Python's and numpy's random numbers, and the digest of the weights.
    assert len(first) == 3 and len(first[2]) == 64
    assert first == second
