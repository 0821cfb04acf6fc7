"""How a model is trained, teacher or student."""

from dataclasses import dataclass

from bioner_kd.errors import at_least, check_bounds

SCHEDULES = ("linear", "cosine", "constant")


@dataclass(frozen=True)
class TrainingChoice:
    """Epochs, optimiser and schedule, of which two may be left to whoever knows the model.

    Attributes:
        epochs: passes over the training split; None where the model decides.
        batch_size: sentences of a batch.
        learning_rate: peak of the schedule; None where the model decides.
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
        checkpoint_minutes: least time between two states that are saved within an epoch; 0 saves
            the state after epochs only.
    """

    epochs: int | None = None
    batch_size: int = 32
    learning_rate: float | None = None
    warmup: float = 0.05
    schedule: str = "cosine"
    weight_decay: float = 0.0
    clip_norm: float = 5.0
    average: float = 0.0
    patience: int = 0
    seed: int = 1
    checkpoint_minutes: float = 10.0

    def __post_init__(self) -> None:
        """Checks the bounds.

        Raises:
            UsageError: a setting is out of bounds.
        """
        rules = {
            "epochs": (self.epochs is None or self.epochs >= 1, "at least 1"),
            **at_least(self, 1, "batch_size"),
            **at_least(self, 0, "weight_decay", "clip_norm", "patience", "checkpoint_minutes"),
            "learning_rate": (self.learning_rate is None or self.learning_rate > 0, "above 0"),
            "warmup": (0 <= self.warmup <= 1, "in [0, 1]"),
            "schedule": (self.schedule in SCHEDULES, f"one of {', '.join(SCHEDULES)}"),
            "average": (0 <= self.average < 1, "at least 0 and below 1"),
            "seed": (0 <= self.seed < 2**32, "in [0, 2**32)"),
        }
        check_bounds(self, rules)


@dataclass(frozen=True)
class TrainingConfig(TrainingChoice):
    """Epochs, optimiser and schedule of a training, the student's where nothing else is said."""

    epochs: int = 30
    learning_rate: float = 2e-3
