"""The process of a contestant, seen from inside."""

import json
import subprocess
import sys

import pytest

from bioner_kd.lab.benchmark import child


def test_a_function_is_found_by_its_name():
    assert child.resolve("json:dumps") is json.dumps
    with pytest.raises(AttributeError):
        child.resolve("json:nothing")


def test_memory_is_of_this_process_and_not_of_the_one_that_started_it():
    # What getrusage says is the parent's where that is larger, as in this test.
    ballast = bytearray(400_000_000)
    code = "from bioner_kd.lab.benchmark.child import peak_memory; print(peak_memory())"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert 1_000_000 < int(done.stdout) < 100_000_000 < len(ballast)


def test_the_harness_brings_nothing_heavy_into_the_process():
    code = "import sys, bioner_kd.lab.benchmark.jobs; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    heavy = {"numpy", "tensorflow", "keras", "absl", "transformers", "seqeval", "tqdm"}
    assert not heavy & set(done.stdout.split())


def test_a_process_without_a_choice_of_cores_keeps_those_that_it_has():
    child.pin([])
