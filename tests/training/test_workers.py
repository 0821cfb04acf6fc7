"""Several devices or processes train one model."""

import csv
import json
import os
import socket
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf

from bioner_kd.errors import UsageError
from bioner_kd.training.cluster import Cluster
from bioner_kd.training.workers import WorkersConfig, from_chief, is_chief, several_processes

from ..teacher.tiny_bert import write_checkpoint

PROGRAM = Path(__file__).with_name("together.py")
MODELS = ("teacher", "student", "masked")
# Rounding apart, which Adam enlarges where a gradient is almost 0; the learning rate is 0.01.
WEIGHTS_APART, LOSSES_APART = 1e-4, 1e-4


def free_ports(count):
    with ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in sockets]


def tf_config(ports, index):
    workers = [f"127.0.0.1:{port}" for port in ports]
    return json.dumps(
        {"cluster": {"worker": workers}, "task": {"type": "worker", "index": index}}
    )


def start(program, *arguments, config=""):
    root = str(PROGRAM.parents[2])
    return subprocess.Popen(
        [sys.executable, str(program), *map(str, arguments)],
        cwd=root,
        env={**os.environ, "PYTHONPATH": root, "TF_CPP_MIN_LOG_LEVEL": "3", "TF_CONFIG": config},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def finish(process):
    output, _ = process.communicate(timeout=600)
    return process.returncode, output


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """Folders of runs of the same trainings: on one device, on two, and in two processes."""
    checkpoint, runs = tmp_path_factory.mktemp("checkpoint"), tmp_path_factory.mktemp("runs")
    write_checkpoint(checkpoint, hidden_dropout_prob=0.0, attention_probs_dropout_prob=0.0)
    ports = free_ports(2)
    strategies = {
        "one": ("none", ""),
        "two_devices": ("mirrored", ""),
        "chief": ("multi_worker", tf_config(ports, 0)),
        "other": ("multi_worker", tf_config(ports, 1)),
    }
    processes = [
        start(PROGRAM, strategy, runs / name, checkpoint, config=config)
        for name, (strategy, config) in strategies.items()
    ]
    for process in processes:
        code, output = finish(process)
        assert code == 0, output
    return runs


def weights_of(run, model):
    with np.load(run / f"{model}.npz") as arrays:
        return list(arrays.values())


def losses_of(run, model):
    with (run / model / "history.csv").open() as file:
        return [[float(value) for value in row.values()] for row in csv.DictReader(file)]


def farthest(some, others):
    return max(float(np.abs(a - b).max()) for a, b in zip(some, others, strict=True))


@pytest.mark.slow
@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("run", ["two_devices", "chief"])
def test_two_replicas_end_with_the_weights_and_the_losses_of_one(trained, run, model):
    one, two = (weights_of(trained / name, model) for name in ("one", run))
    print(run, model, farthest(one, two), losses_of(trained/"one", model), losses_of(trained/run, model))
    assert farthest(one, two) < WEIGHTS_APART
    np.testing.assert_allclose(
        losses_of(trained / run, model), losses_of(trained / "one", model), rtol=LOSSES_APART
    )


@pytest.mark.slow
@pytest.mark.parametrize("model", MODELS)
def test_two_processes_end_with_equal_weights(trained, model):
    chief, other = (weights_of(trained / name, model) for name in ("chief", "other"))
    assert farthest(chief, other) == 0
