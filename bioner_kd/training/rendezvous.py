"""The workers of a training wait for each other, before TensorFlow connects them.

TensorFlow itself waits for missing workers in code that no exception of Python reaches, and does
not say which ones are missing. So the chief listens on its port first, the others connect to it
and say who they are, and all go on when all are here. The port is free again when TensorFlow needs
it.
"""

import json
import socket
import time
from collections.abc import Iterable
from contextlib import ExitStack, suppress

from bioner_kd.errors import InputError
from bioner_kd.training.cluster import Cluster

_PAUSE = 0.2  # seconds between two looks
_LONGEST_LINE = 1 << 16  # bytes


def wait_for_all(cluster: Cluster, timeout: float) -> None:
    """Waits until all workers of the cluster have called this.

    Args:
        cluster: at least two workers, and the place of this process among them.
        timeout: seconds to wait.

    Raises:
        InputError: not all workers came in time.
        UsageError: the chief cannot listen on its port.
    """
    until = time.monotonic() + timeout
    missing = _wait_as_chief(cluster, until) if cluster.is_chief else _wait_as_other(cluster, until)
    if missing:
        names = ", ".join(f"worker {number} ({cluster.workers[number]})" for number in missing)
        raise InputError(
            f"Worker {cluster.index} of {len(cluster.workers)} ({cluster.workers[cluster.index]}): "
            f"{names} had not started after {timeout:g} seconds; start all of them, with one list "
            "of addresses in TF_CONFIG, or pass a longer --worker_timeout."
        )


def _wait_as_chief(cluster: Cluster, until: float) -> list[int]:
    """Returns the workers that are missing in the end."""
    others = range(1, len(cluster.workers))
    with ExitStack() as stack:
        here: dict[int, socket.socket] = {}
        with cluster.listen() as listener:
            listener.settimeout(_PAUSE)
            missing = list(others)
            while missing and time.monotonic() < until:
                with suppress(OSError, ValueError):
                    connection = stack.enter_context(listener.accept()[0])
                    number = _read_number(connection, until)
                    if number in others:
                        here[number] = connection
                here = {number: one for number, one in here.items() if not _has_ended(one)}
                still = [number for number in others if number not in here]
                if still and still != missing:
                    _tell(here.values(), still)
                missing = still
        if not missing:  # only now, when the port is free for TensorFlow
            _tell(here.values(), missing)
        return missing


def _read_number(connection: socket.socket, until: float) -> int:
    connection.settimeout(max(_PAUSE, min(1.0, until - time.monotonic())))
    with connection.makefile("rb") as lines:
        number = int(lines.readline(_LONGEST_LINE))
    connection.setblocking(False)
    return number


def _has_ended(connection: socket.socket) -> bool:
    try:
        return not connection.recv(1)
    except BlockingIOError:
        return False
    except OSError:
        return True


def _tell(connections: Iterable[socket.socket], missing: list[int]) -> None:
    for connection in connections:
        with suppress(OSError):  # the next look finds that it has ended
            connection.sendall(json.dumps(missing).encode() + b"\n")


def _wait_as_other(cluster: Cluster, until: float) -> list[int]:
    """Returns the workers that are missing in the end, as far as this one knows."""
    missing = [0]
    while missing and (left := until - time.monotonic()) > 0:
        try:
            with socket.create_connection(_address(cluster), timeout=left) as chief:
                chief.sendall(f"{cluster.index}\n".encode())
                missing = _hear(chief, until)
        except (OSError, ValueError):
            missing = [0]
        if missing:
            time.sleep(min(_PAUSE, max(0.0, until - time.monotonic())))
    return missing


def _hear(chief: socket.socket, until: float) -> list[int]:
    """Returns what the chief says last: nobody, when all are here.

    Raises:
        OSError: the chief has ended.
        ValueError: something else than the chief answers.
    """
    missing = [0]
    with chief.makefile("rb") as lines:
        while missing and (left := until - time.monotonic()) > 0:
            chief.settimeout(left)
            try:
                line = lines.readline(_LONGEST_LINE)
            except TimeoutError:
                break
            if not line:
                raise ConnectionError
            missing = [int(number) for number in json.loads(line)]
    return missing


def _address(cluster: Cluster) -> tuple[str, int]:
    host, _, port = cluster.workers[0].rpartition(":")
    return host.strip("[]"), int(port)
