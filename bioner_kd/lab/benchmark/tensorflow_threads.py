"""As many threads for TensorFlow as its process was given."""

import os


def use_threads() -> None:
    """Sets TensorFlow up; call it before anything else uses TensorFlow."""
    from bioner_kd.training.machine import MachineConfig

    # The variable stands in the environment of every contestant's process.
    threads = int(os.environ["OMP_NUM_THREADS"])
    MachineConfig(intra_op_threads=threads, inter_op_threads=threads).apply(seed=0)
