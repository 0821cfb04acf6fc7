"""TF_CONFIG."""

import json
import socket

import pytest

from bioner_kd.errors import UsageError
from bioner_kd.training.cluster import Cluster

TWO = {"worker": ["a:1", "b:2"]}


def read(cluster, type_="worker", index=0):
    config = {"cluster": cluster, "task": {"type": type_, "index": index}}
    return Cluster.from_environment({"TF_CONFIG": json.dumps(config)})


def test_the_first_worker_is_the_chief():
    assert read(TWO, index=0) == Cluster(("a:1", "b:2"), 0)
    assert read(TWO, index=0).is_chief
    assert not read(TWO, index=1).is_chief


def test_a_chief_comes_before_the_workers():
    cluster = {"worker": ["a:1", "b:2"], "chief": ["c:3"]}
    assert read(cluster, "chief", 0) == Cluster(("c:3", "a:1", "b:2"), 0)
    assert read(cluster, "worker", 1) == Cluster(("c:3", "a:1", "b:2"), 2)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (None, "TF_CONFIG is not set"),
        ("", "TF_CONFIG is not set"),
        ("{", "is not JSON"),
        ("[]", "has no object 'cluster'"),
        ('{"cluster": {"worker": ["a:1"]}}', "has no object 'task'"),
        ('{"cluster": [], "task": {}}', "has no object 'cluster'"),
    ],
)
def test_a_variable_that_is_missing_or_malformed_is_told_with_an_example(text, message):
    environment = {} if text is None else {"TF_CONFIG": text}
    with pytest.raises(UsageError, match=f"{message}.*as in .*host1:2222"):
        Cluster.from_environment(environment)


@pytest.mark.parametrize(
    ("cluster", "type_", "index", "message"),
    [
        (TWO, "worker", 2, "has the task 'worker' 2, but the cluster has worker 0, worker 1"),
        (TWO, "worker", -1, "has the task 'worker' -1"),
        (TWO, "worker", "0", "has the task 'worker' '0'"),
        (TWO, "worker", True, "has the task 'worker' True"),
        (TWO, "chief", 0, "has the task 'chief' 0"),
        (TWO, None, 0, "has the task None 0"),
        (TWO, ["worker"], 0, "has the task"),
        ({}, "worker", 0, "but the cluster has no worker"),
        ({"worker": "a:1"}, "worker", 0, "has no list of addresses for 'worker'"),
        ({"worker": ["a"]}, "worker", 0, "has the address 'a', which is not 'host:port'"),
        ({"worker": ["a:"]}, "worker", 0, "has the address 'a:'"),
        ({"worker": [":1"]}, "worker", 0, "has the address ':1'"),
        ({"worker": ["a:0"]}, "worker", 0, "has the address 'a:0'"),
        ({"worker": ["a:65536"]}, "worker", 0, "has the address 'a:65536'"),
        ({"worker": ["a:²"]}, "worker", 0, "has the address 'a:²'"),
        ({"worker": [1]}, "worker", 0, "has the address 1"),
        ({"worker": ["a:1", "a:1"]}, "worker", 0, "has an address twice"),
        ({**TWO, "ps": ["c:3"]}, "worker", 0, "has the job 'ps'; only chief and worker can train"),
    ],
)
def test_a_cluster_that_cannot_train_is_told(cluster, type_, index, message):
    with pytest.raises(UsageError, match=message):
        read(cluster, type_, index)


def test_a_port_that_is_taken_is_told():
    with socket.socket() as other:
        other.bind(("", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(UsageError, match=f"cannot listen on port {port} of worker 1"):
            Cluster(("a:1", f"localhost:{port}"), 1).listen()
    Cluster(("a:1", f"localhost:{port}"), 1).listen().close()
