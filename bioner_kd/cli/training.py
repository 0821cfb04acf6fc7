"""Flags: epochs, optimiser and schedule, of teacher and student alike."""

from bioner_kd.cli.concern import Concern
from bioner_kd.training.config import SCHEDULES, TrainingConfig


def training(default: TrainingConfig, **other_help: str) -> Concern:
    """The flags of a training, with the defaults of its kind; some can mean something else."""
    return Concern(
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
            **other_help,
        },
        {"schedule": SCHEDULES},
    )
