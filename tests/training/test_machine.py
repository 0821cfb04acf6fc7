"""Threads and determinism."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from bioner_kd.errors import UsageError
from bioner_kd.training import machine
from bioner_kd.training.machine import MachineConfig, has_bfloat16

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


@pytest.mark.parametrize(
    ("flags", "expected"),
    [
        ("fpu avx512f avx512_bf16", True),
        ("fpu amx_bf16", True),
        ("fpu avx512f", False),
        ("fpu avx512_bf16x", False),
    ],
)
def test_bfloat16_is_looked_up_in_what_the_processor_says(monkeypatch, flags, expected):
    text = f"processor\t: 0\nflags\t\t: {flags}\nbugs\t: avx512_bf16\n"
    monkeypatch.setattr(machine.Path, "read_text", lambda self, **_: text)
    assert has_bfloat16() is expected


def test_a_system_that_says_nothing_of_its_processor_has_no_bfloat16(monkeypatch):
    def missing(self, **_):
        raise FileNotFoundError

    monkeypatch.setattr(machine.Path, "read_text", missing)
    assert not has_bfloat16()
