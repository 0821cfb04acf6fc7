"""Workers wait for each other."""

import socket
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

import pytest

from bioner_kd.errors import InputError, UsageError
from bioner_kd.training.cluster import Cluster
from bioner_kd.training.rendezvous import wait_for_all

LONG = 60  # seconds; nothing here waits for so long


@pytest.fixture
def workers():
    """Addresses of three workers of this machine."""
    with ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(3)]
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return tuple(f"127.0.0.1:{one.getsockname()[1]}" for one in sockets)


def port_of(address):
    return int(address.rpartition(":")[2])


def test_all_go_on_when_the_last_has_come_and_the_port_of_the_chief_is_free(workers):
    with ThreadPoolExecutor() as pool:
        waiting = [pool.submit(wait_for_all, Cluster(workers, index), LONG) for index in (2, 0)]
        assert not any(one.done() for one in waiting)
        wait_for_all(Cluster(workers, 1), LONG)
        Cluster(workers, 0).listen().close()
        for one in waiting:
            one.result(LONG)


def test_the_chief_and_the_others_name_the_workers_that_did_not_come(workers):
    with ThreadPoolExecutor() as pool:
        other = pool.submit(wait_for_all, Cluster(workers, 1), 3)
        chief = pool.submit(wait_for_all, Cluster(workers, 0), 3)
        for index, one in ((1, other), (0, chief)):
            missing = (
                rf"Worker {index} of 3 \({workers[index]}\): worker 2 \({workers[2]}\) had not"
            )
            with pytest.raises(InputError, match=missing if index else "Worker 0 of 3"):
                one.result(LONG)
    with pytest.raises(
        InputError, match=r"worker 1 .*, worker 2 .* had not started after 1 second"
    ):
        wait_for_all(Cluster(workers, 0), 1)


def test_without_the_chief_the_others_name_it(workers):
    with pytest.raises(InputError, match=rf"worker 0 \({workers[0]}\) had not started"):
        wait_for_all(Cluster(workers, 2), 1)


def test_strangers_and_workers_that_ended_do_not_count(workers):
    chief = threading.Thread(target=wait_for_all, args=(Cluster(workers[:2], 0), LONG))
    chief.start()
    for said in (b"7\n", b"GET / HTTP/1.1\r\n", b"\xff\n", b""):
        connect(workers[0], said).close()
    assert chief.is_alive()
    wait_for_all(Cluster(workers[:2], 1), LONG)
    chief.join(LONG)
    assert not chief.is_alive()


def connect(address, said):
    while True:
        try:
            connection = socket.create_connection(("127.0.0.1", port_of(address)))
        except ConnectionRefusedError:
            continue
        connection.sendall(said)
        return connection


def test_a_port_that_does_not_speak_as_a_chief_is_not_taken_for_one(workers):
    def answer(listener):
        with listener.accept()[0] as connection:
            connection.recv(100)
            connection.sendall(b"HTTP/1.1 400\r\n")

    with Cluster(workers, 0).listen() as listener:
        thread = threading.Thread(target=answer, args=(listener,))
        thread.start()
        with pytest.raises(InputError, match="worker 0 .* had not started"):
            wait_for_all(Cluster(workers, 1), 1)
        thread.join(LONG)


def test_a_chief_whose_port_is_taken_says_so(workers):
    with (
        Cluster(workers, 0).listen(),
        pytest.raises(UsageError, match=f"cannot listen on port {port_of(workers[0])} of worker 0"),
    ):
        wait_for_all(Cluster(workers, 0), LONG)
