"""Threads and determinism of TensorFlow, set before its first operation."""

from dataclasses import dataclass
from pathlib import Path

from bioner_kd.errors import at_least, check_bounds

# Flags of a processor, one set of which it needs.
_BFLOAT16 = ({"avx512_bf16"}, {"amx_bf16"})


@dataclass(frozen=True)
class MachineConfig:
    """How the machine is used.

    Attributes:
        intra_op_threads: threads inside an operation; 0 leaves it to TensorFlow.
        inter_op_threads: operations side by side; 0 leaves it to TensorFlow. A BiLSTM's two
            directions are independent.
        deterministic: operations that give the same bits in each run, at some cost of speed.
    """

    intra_op_threads: int = 0
    inter_op_threads: int = 0
    deterministic: bool = False

    def __post_init__(self) -> None:
        """Checks the bounds.

        Raises:
            UsageError: a number of threads is negative.
        """
        check_bounds(self, at_least(self, 0, "intra_op_threads", "inter_op_threads"))

    def apply(self, seed: int) -> None:
        """Sets TensorFlow up; call it before anything else uses TensorFlow.

        Args:
            seed: of Python's, numpy's and TensorFlow's random numbers.
        """
        import keras
        import tensorflow as tf

        tf.config.threading.set_intra_op_parallelism_threads(self.intra_op_threads)
        tf.config.threading.set_inter_op_parallelism_threads(self.inter_op_threads)
        keras.utils.set_random_seed(seed)
        if self.deterministic:
            tf.config.experimental.enable_op_determinism()


def has_bfloat16() -> bool:
    """Whether this processor calculates in bfloat16; elsewhere it would only be slow."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return False
    flags = next((set(line.split()) for line in lines if line.startswith("flags")), set())
    return any(needed <= flags for needed in _BFLOAT16)
