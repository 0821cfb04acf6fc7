"""Threads and determinism of TensorFlow, set before its first operation."""

from dataclasses import dataclass
from pathlib import Path

from bioner_kd.settings import Settings, at_least, setting

# Flags of a processor, one set of which it needs.
_BFLOAT16 = ({"avx512_bf16"}, {"amx_bf16"})


@dataclass(frozen=True)
class MachineConfig(Settings):
    """How the machine is used."""

    intra_op_threads: int = setting(
        0, "Threads inside an operation; 0 leaves it to TensorFlow.", bound=at_least(0)
    )
    inter_op_threads: int = setting(
        0,
        "Operations that run side by side, such as the two directions of a BiLSTM; 0 leaves it to "
        "TensorFlow.",
        bound=at_least(0),
    )
    deterministic: bool = setting(
        False, "Only operations that give the same bits in each run with the same seed; slower."
    )

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
