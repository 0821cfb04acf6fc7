"""Several devices or processes train one model."""

import csv
import json
import os
import signal
import socket
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf

from bioner_kd.errors import UsageError
from bioner_kd.training.loop import train
from bioner_kd.training.workers import WorkersConfig, from_chief, is_chief, several_processes

from ..teacher.tiny_bert import write_checkpoint
from .tiny_tagger import CONFIG, make_model, make_source, weights

PROGRAM = Path(__file__).with_name("together.py")
RESUMABLE = Path(__file__).with_name("resumable.py")
MODELS = ("teacher", "student")
# Rounding apart, which Adam enlarges where a gradient is almost 0; the learning rate is 0.01.
CPU = [tf.config.LogicalDevice("/device:CPU:0", "CPU")]
WEIGHTS_APART, LOSSES_APART = 1e-4, 1e-4


def free_ports(count):
    with ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in sockets]


def tf_config(ports, index):
    workers = [f"127.0.0.1:{port}" for port in ports]
    return json.dumps({"cluster": {"worker": workers}, "task": {"type": "worker", "index": index}})


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
    """Folders of runs of the same trainings: in one process, and in two."""
    checkpoint, runs = tmp_path_factory.mktemp("checkpoint"), tmp_path_factory.mktemp("runs")
    dropout = {"hidden_dropout_prob": 0.0, "attention_probs_dropout_prob": 0.0}
    write_checkpoint(checkpoint, num_hidden_layers=1, **dropout)
    ports = free_ports(2)
    strategies = {
        "one": ("none", "", MODELS),
        "chief": ("multi_worker", tf_config(ports, 0), MODELS),
        "other": ("multi_worker", tf_config(ports, 1), MODELS),
    }
    processes = [
        start(PROGRAM, strategy, runs / name, checkpoint, *models, config=config)
        for name, (strategy, config, models) in strategies.items()
    ]
    results = [finish(process) for process in processes]
    assert [code for code, _ in results] == [0] * len(results), results
    return runs


def weights_of(run, model):
    return load(run / f"{model}.npz")


def load(path):
    with np.load(path) as arrays:
        return list(arrays.values())


def losses_of(run, model):
    with (run / model / "history.csv").open() as file:
        return [[float(value) for value in row.values()] for row in csv.DictReader(file)]


def farthest(some, others):
    return max(float(np.abs(a - b).max()) for a, b in zip(some, others, strict=True))


@pytest.mark.slow
@pytest.mark.parametrize("model", MODELS)
def test_two_processes_end_with_the_weights_and_the_losses_of_one(trained, model):
    one, two = (weights_of(trained / name, model) for name in ("one", "chief"))
    assert farthest(one, two) < WEIGHTS_APART
    np.testing.assert_allclose(
        losses_of(trained / "chief", model), losses_of(trained / "one", model), rtol=LOSSES_APART
    )


@pytest.mark.slow
@pytest.mark.parametrize("model", MODELS)
def test_two_processes_end_with_equal_weights(trained, model):
    chief, other = (weights_of(trained / name, model) for name in ("chief", "other"))
    assert farthest(chief, other) == 0


@pytest.mark.slow
def test_a_run_whose_worker_was_killed_goes_on_to_the_weights_of_an_undisturbed_one(tmp_path):
    output = tmp_path / "run"
    (chief_code, told), (other_code, _) = run_two(output, last_epoch=2)
    assert other_code == -signal.SIGKILL
    assert chief_code == 1
    assert "InputError: Worker 0 of 2 (127.0.0.1:" in told
    assert "the training has stopped" in told
    assert not output.exists()

    results = run_two(output)
    assert [code for code, _ in results] == [0, 0], results
    assert (output / "history.csv").read_text().count("\n") == 1 + CONFIG.epochs
    assert not (output / "state").exists()
    chief, other = (load(tmp_path / f"run.{index}.npz") for index in (0, 1))
    assert farthest(chief, other) == 0
    assert farthest(chief, undisturbed(tmp_path / "one")) < WEIGHTS_APART


def run_two(output, *, last_epoch=0):
    ports = free_ports(2)
    processes = [
        start(RESUMABLE, output, 300, last_epoch, config=tf_config(ports, index))
        for index in (0, 1)
    ]
    return [finish(process) for process in processes]


def undisturbed(folder):
    folder.mkdir()
    model = make_model(seed=1)
    steps = model.optimizer.iterations
    score = lambda: int(steps.numpy())  # noqa: E731
    train(model, make_source(), CONFIG, score=score, folder=folder, settings={})
    return weights(model)


@pytest.mark.slow
def test_a_worker_that_never_comes_is_told_after_the_timeout(tmp_path):
    ports = free_ports(2)
    process = start(RESUMABLE, tmp_path / "run", 2, 0, config=tf_config(ports, 0))
    code, told = finish(process)
    assert code == 1
    assert f"Worker 0 of 2 (127.0.0.1:{ports[0]})" in told
    assert f"worker 1 (127.0.0.1:{ports[1]}) had not started after 2 seconds" in told
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("strategy", ["none", "mirrored", "multi_worker"])
def test_a_single_device_or_worker_trains_as_without_a_strategy(monkeypatch, strategy):
    monkeypatch.setenv("TF_CONFIG", tf_config(free_ports(1), 0))
    # Of this process, whatever devices its machine has.
    monkeypatch.setattr(
        tf.config, "list_logical_devices", lambda kind: CPU if kind == "CPU" else []
    )
    config = WorkersConfig(strategy)
    config.check()
    with config.scope():
        assert tf.distribute.get_strategy().num_replicas_in_sync == 1
        assert config.is_chief and is_chief() and not several_processes()
        assert from_chief([1.5, 2]) == [1.5, 2]


def test_several_workers_need_a_process_of_their_own(monkeypatch):
    tf.constant(1)  # TensorFlow has begun to work
    monkeypatch.setenv("TF_CONFIG", tf_config(free_ports(2), 0))
    with (
        pytest.raises(UsageError, match="start the training in a process of its own"),
        WorkersConfig("multi_worker").scope(),
    ):
        pass


def test_what_is_wrong_with_the_cluster_is_told_before_tensorflow_starts(monkeypatch):
    monkeypatch.delenv("TF_CONFIG", raising=False)
    WorkersConfig("mirrored").check()
    with pytest.raises(UsageError, match="TF_CONFIG is not set"):
        WorkersConfig("multi_worker").check()


def test_an_unknown_strategy_is_refused():
    with pytest.raises(UsageError, match="--strategy=tpu: must be one of none, mirrored, multi_wo"):
        WorkersConfig("tpu")
