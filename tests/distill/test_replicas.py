"""Training under tf.distribute: two replicas are one."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

PROGRAM = Path(__file__).with_name("replicas.py")


@pytest.fixture(scope="module")
def cases():
    root = str(PROGRAM.parents[2])
    done = subprocess.run(
        [sys.executable, str(PROGRAM)],
        cwd=root,
        env={**os.environ, "PYTHONPATH": root, "TF_CPP_MIN_LOG_LEVEL": "3"},
        capture_output=True,
        text=True,
        timeout=600,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


@pytest.mark.slow
@pytest.mark.parametrize("name", ["cached_by_sgd", "live_by_adam", "crf_by_sgd"])
def test_two_replicas_give_the_losses_and_the_weights_of_one(cases, name):
    case = cases[name]
    assert case["loss"] > 0.1
    assert case["weights_moved"] > 0.01
    assert case["numbers_apart"] < 1e-5
    assert case["weights_apart"] < 1e-5
