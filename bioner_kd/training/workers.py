"""Several devices or machines that train one model together.

Each replica of the model reads its share of each batch, and the gradients are summed. All processes
take the same steps. The first of them, the chief, decides and writes; the others take over what it
has decided and read.
"""

import functools
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from absl import logging

from bioner_kd.errors import InputError, UsageError, one_line
from bioner_kd.settings import Settings, at_least, setting
from bioner_kd.training.cluster import Cluster
from bioner_kd.training.rendezvous import wait_for_all

if TYPE_CHECKING:
    import tensorflow as tf

NONE, MIRRORED, MULTI_WORKER = "none", "mirrored", "multi_worker"


@dataclass(frozen=True)
class WorkersConfig(Settings):
    """Which devices train together."""

    strategy: str = setting(
        NONE,
        "Devices that train together: none for a single device; mirrored for all GPUs of this "
        "machine; multi_worker for the devices of all machines that the environment variable "
        "TF_CONFIG lists. --batch_size counts the sentences of all devices together.",
        choices=(NONE, MIRRORED, MULTI_WORKER),
    )
    worker_timeout: int = setting(
        600,
        "Seconds that a worker of --strategy=multi_worker waits for the others to start.",
        bound=at_least(1),
    )

    @property
    def is_chief(self) -> bool:
        """Whether this process writes the files of the run.

        Raises:
            UsageError: TF_CONFIG is needed, and is missing or not what it should be.
        """
        return self.strategy != MULTI_WORKER or Cluster.from_environment().is_chief

    def check(self) -> None:
        """Checks the environment, before TensorFlow is imported.

        Raises:
            UsageError: TF_CONFIG is needed and wrong, or the port of this worker is taken.
        """
        if self.strategy == MULTI_WORKER:
            Cluster.from_environment().listen().close()

    @contextmanager
    def scope(self) -> Iterator[None]:
        """Lets the models that are made in the block train on these devices.

        With several workers, the block begins when all of them have started, and ends when all of
        them have reached its end.

        Raises:
            InputError: another worker does not start in time, or ends too early.
            UsageError: TensorFlow has been used before.
        """
        if self.strategy == MULTI_WORKER:
            cluster = Cluster.from_environment()
            if len(cluster.workers) > 1:
                with _connected(cluster, self.worker_timeout):
                    yield
                return
            logging.info("TF_CONFIG has a single worker, which trains as with --strategy=none.")
        if self.strategy == MIRRORED:
            with _mirrored():
                yield
            return
        yield


@contextmanager
def _mirrored() -> Iterator[None]:
    import tensorflow as tf

    gpus, cpus = (tf.config.list_logical_devices(kind) for kind in ("GPU", "CPU"))
    devices = [device.name for device in gpus or cpus]
    if len(devices) == 1:
        logging.info("%s is the only device, which trains as with --strategy=none.", devices[0])
        yield
        return
    logging.info("%d devices train together: %s.", len(devices), ", ".join(devices))
    with tf.distribute.MirroredStrategy(devices).scope():
        yield


@contextmanager
def _connected(cluster: Cluster, timeout: int) -> Iterator[None]:
    import tensorflow as tf

    number, workers = cluster.index, len(cluster.workers)
    tf.get_logger().setLevel("WARNING")  # it would describe the strategy in its own terms
    logging.info("Worker %d of %d: waiting for the others.", number, workers)
    strategy = _multi_worker_strategy(cluster, timeout)
    logging.info("Worker %d of %d: all workers are here.", number, workers)
    with strategy.scope():
        try:
            yield
            from_chief([tf.zeros(())])  # waits until the chief has written everything
        except tf.errors.OpError as error:
            raise InputError(
                f"Worker {number} of {workers} ({cluster.workers[number]}): the training has "
                f"stopped, for instance because another worker has ended "
                f"({one_line(error.message)}); see what the other workers said, and start "
                "all of them again to go on after the last whole epoch."
            ) from error


def _multi_worker_strategy(cluster: Cluster, timeout: int) -> "tf.distribute.Strategy":
    import tensorflow as tf
    from tensorflow.python.eager import context

    if context.context()._initialized:
        raise UsageError(
            "--strategy=multi_worker: TensorFlow has been used in this process before; start the "
            "training in a process of its own."
        )
    wait_for_all(cluster, timeout)
    resolver = tf.distribute.cluster_resolver.SimpleClusterResolver(
        tf.train.ClusterSpec({"worker": list(cluster.workers)}),
        task_type="worker",
        task_id=cluster.index,
        num_accelerators={"GPU": len(tf.config.list_physical_devices("GPU"))},
        rpc_layer="grpc",
    )
    return tf.distribute.MultiWorkerMirroredStrategy(cluster_resolver=resolver)


def is_chief() -> bool:
    """Whether this process writes the files of the run; for code inside `scope`."""
    import tensorflow as tf

    return tf.distribute.get_strategy().extended.should_checkpoint


def several_processes() -> bool:
    """Whether other processes train along; for code inside `scope`."""
    import tensorflow as tf

    return isinstance(tf.distribute.get_strategy(), tf.distribute.MultiWorkerMirroredStrategy)


def from_chief(values: Sequence[Any]) -> list[Any]:
    """Gives every process the values of the chief; all processes must call it.

    Args:
        values: tensors or numbers, whose number, types and shapes are equal in all processes.

    Returns:
        The values of the chief: `values` as they are where there is a single process.
    """
    import tensorflow as tf

    if not several_processes():
        return list(values)
    strategy = tf.distribute.get_strategy()

    def share() -> list[tf.Tensor]:
        replica = tf.distribute.get_replica_context()
        first = tf.equal(replica.replica_id_in_sync_group, 0)
        mine = [tf.where(first, value, tf.zeros_like(value)) for value in values]
        # One by one, because values that are reduced together must have one type.
        return [replica.all_reduce(tf.distribute.ReduceOp.SUM, value) for value in mine]

    # A partial, as in `one_graph`: TensorFlow would warn of many graphs of one function.
    shared = tf.function(functools.partial(strategy.run, share))()
    return [strategy.experimental_local_results(value)[0] for value in shared]
