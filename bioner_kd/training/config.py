"""How a model is trained, teacher or student."""

from dataclasses import dataclass

from bioner_kd.errors import at_least, check_bounds

SCHEDULES = ("linear", "cosine", "constant")


@dataclass(frozen=True)
class TrainingConfig:
    """Epochs, optimiser and schedule.

    Attributes:
        epochs: passes over the training split.
        batch_size: sentences of a batch.
        learning_rate: peak of the schedule.
        warmup: share of all steps over which the learning rate rises from 0.
        schedule: how it falls afterwards: "linear" or "cosine" to 0, or "constant".
        weight_decay: decoupled weight decay (AdamW) of matrices; biases and normalisation are left
            alone.
        clip_norm: longest gradient, all variables together; 0 switches it off.
        average: decay of the moving average of weights that is evaluated and kept, such as 0.999; 0
            keeps the last weights.
        patience: epochs without a better devel score after which training stops; 0 trains all
            epochs.
        seed: of initial weights, order and dropout.
    """

    epochs: int = 30
    batch_size: int = 32
    learning_rate: float = 2e-3
    warmup: float = 0.05
    schedule: str = "cosine"
    weight_decay: float = 0.0
    clip_norm: float = 5.0
    average: float = 0.0
    patience: int = 0
    seed: int = 1

    def __post_init__(self) -> None:
        """Checks the bounds.

        Raises:
            UsageError: a setting is out of bounds.
        """
        rules = {
            **at_least(self, 1, "epochs", "batch_size"),
            **at_least(self, 0, "weight_decay", "clip_norm", "patience"),
            "learning_rate": (self.learning_rate > 0, "above 0"),
            "warmup": (0 <= self.warmup <= 1, "in [0, 1]"),
            "schedule": (self.schedule in SCHEDULES, f"one of {', '.join(SCHEDULES)}"),
            "average": (0 <= self.average < 1, "at least 0 and below 1"),
            "seed": (0 <= self.seed < 2**32, "in [0, 2**32)"),
        }
        check_bounds(self, rules)
