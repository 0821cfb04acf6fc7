"""Flags: epochs, optimiser and schedule, of teacher and student alike."""

from absl import logging

from bioner_kd.cli.flag_group import FlagGroup
from bioner_kd.cli.program import Program
from bioner_kd.training.config import SCHEDULES, TrainingChoice

# What a run says of itself when it starts.
_SAID = ("epochs", "batch_size", "learning_rate")


def training(default: TrainingChoice, **other_help: str) -> FlagGroup:
    """The flags of a training, with the defaults of its kind; some can mean something else."""
    return FlagGroup(
        "Training",
        default,
        {
            "epochs": "Passes over the training split; the epoch with the best devel F1 is kept.",
            "batch_size": "Sentences of a batch.",
            "learning_rate": "Peak of the learning rate.",
            "warmup": "Share of all steps over which the learning rate rises from 0.",
            "schedule": "How the learning rate falls afterwards.",
            "weight_decay": "Decoupled weight decay (AdamW); biases and normalisation are left "
            "alone.",
            "clip_norm": "Longest gradient over all variables; 0 switches clipping off.",
            "average": "Decay of a moving average of the weights, which is then what is evaluated "
            "and kept, such as 0.998; 0 switches it off.",
            "patience": "Epochs without a better devel F1 after which training stops; 0 trains all "
            "epochs.",
            "seed": "Seed of initial weights, order of batches and dropout.",
            "checkpoint_minutes": "Least minutes between two states that are saved within an "
            "epoch, from the last of which a stopped run goes on; Ctrl-C saves one more. 0 saves "
            "after epochs only.",
            **other_help,
        },
        {"schedule": SCHEDULES},
        chosen=frozenset(name for name, value in vars(default).items() if value is None),
    )


def report_settings(program: Program, flag_group: FlagGroup, chosen_for: str = "") -> None:
    """Says which settings are in force, and why.

    Args:
        program: its flags.
        flag_group: what `training` gave.
        chosen_for: what the settings that were not given were chosen for.
    """
    told = []
    for name in _SAID:
        origin = program.origin(name)
        if origin == "default" and name in flag_group.chosen:
            origin = f"chosen for {chosen_for}"
        told.append(f"--{name}={program.values[name].value} ({origin})")
    logging.info("Settings: %s.", ", ".join(told))
