"""The workers of a training on several machines, as the environment variable TF_CONFIG has them."""

import json
import os
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bioner_kd.errors import UsageError, shown

VARIABLE = "TF_CONFIG"
_EXAMPLE = (
    '{"cluster": {"worker": ["host1:2222", "host2:2222"]}, "task": {"type": "worker", "index": 0}}'
)
# The jobs whose tasks train, the one that writes the files first.
_JOBS = ("chief", "worker")


@dataclass(frozen=True)
class Cluster:
    """The workers and the place of this process among them.

    Attributes:
        workers: address of each worker, "host:port", the chief first.
        index: number of this process in `workers`.
    """

    workers: tuple[str, ...]
    index: int

    @property
    def is_chief(self) -> bool:
        """Whether this process writes the files of the run."""
        return self.index == 0

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> "Cluster":
        """Reads TF_CONFIG.

        Raises:
            UsageError: the variable is missing or not what it should be.
        """
        text = environment.get(VARIABLE, "")
        if not text:
            raise _wrong("is not set")
        try:
            config = json.loads(text)
        except ValueError as error:
            raise _wrong(f"is not JSON ({error})") from error
        return cls._from_config(config)

    @classmethod
    def _from_config(cls, config: Any) -> "Cluster":
        cluster, task = _part(config, "cluster"), _part(config, "task")
        if unknown := sorted(cluster.keys() - set(_JOBS)):
            raise _wrong(f"has the job {shown(unknown[0])}; only {' and '.join(_JOBS)} can train")
        places = [(job, i) for job in _JOBS for i in range(len(_addresses(cluster, job)))]
        workers = tuple(address for job in _JOBS for address in _addresses(cluster, job))
        place = (task.get("type"), task.get("index"))
        if place not in places or isinstance(place[1], bool):
            raise _wrong(
                f"has the task {shown(place[0])} {shown(place[1])}, but the cluster has "
                f"{', '.join(f'{job} {i}' for job, i in places) or 'no worker'}"
            )
        if len(set(workers)) < len(workers):
            raise _wrong("has an address twice; each worker needs one of its own")
        return cls(workers, places.index(place))

    def listen(self) -> socket.socket:
        """Listens on the port of this process.

        Raises:
            UsageError: another process has the port.
        """
        port = int(self.workers[self.index].rpartition(":")[2])
        dual = socket.has_dualstack_ipv6()
        family = socket.AF_INET6 if dual else socket.AF_INET
        try:
            return socket.create_server(("", port), family=family, dualstack_ipv6=dual)
        except OSError as error:
            raise UsageError(
                f"{VARIABLE}: cannot listen on port {port} of worker {self.index} "
                f"({error.strerror}); end the process that has it, or give the worker another "
                "port in the TF_CONFIG of all workers."
            ) from error


def _part(config: Any, name: str) -> dict[str, Any]:
    part = config.get(name) if isinstance(config, dict) else None
    if not isinstance(part, dict):
        raise _wrong(f"has no object {name!r}")
    return part


def _addresses(cluster: Mapping[str, Any], job: str) -> list[str]:
    addresses = cluster.get(job, [])
    if not isinstance(addresses, list):
        raise _wrong(f"has no list of addresses for {job!r}")
    for address in addresses:
        host, _, port = address.rpartition(":") if isinstance(address, str) else ("", "", "")
        if not host or not (port.isascii() and port.isdigit() and 0 < int(port) < 2**16):
            raise _wrong(f"has the address {shown(address)}, which is not 'host:port'")
    return addresses


def _wrong(reason: str) -> UsageError:
    return UsageError(
        f"--strategy=multi_worker: the environment variable {VARIABLE} {reason}. Set it in each "
        f"worker, with its own index, as in {_EXAMPLE}."
    )
