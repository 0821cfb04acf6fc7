"""Flags: threads and determinism."""

from bioner_kd.cli.flag_group import FlagGroup
from bioner_kd.training.machine import MachineConfig


def machine(default: MachineConfig) -> FlagGroup:
    """The flags of a script that runs TensorFlow, with the defaults that suit its model."""
    return FlagGroup(
        "Machine",
        default,
        {
            "intra_op_threads": "Threads inside an operation; 0 leaves it to TensorFlow.",
            "inter_op_threads": "Operations that run side by side; 0 leaves it to TensorFlow.",
            "deterministic": "Only operations that give the same bits in each run with the same "
            "seed; slower.",
        },
    )
