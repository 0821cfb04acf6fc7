"""How a model is trained, teacher or student."""

from dataclasses import dataclass

from bioner_kd.settings import (
    SEED,
    SHARE,
    Settings,
    above,
    at_least,
    below,
    setting,
    without_default,
)

SCHEDULES = ("linear", "cosine", "constant")


@dataclass(frozen=True, kw_only=True)
class TrainingChoice(Settings):
    """Epochs, optimiser and schedule, of which two may be left to whoever knows the model."""

    epochs: int | None = setting(
        None,
        "Passes over the training split; the epoch with the best devel F1 is kept.",
        bound=at_least(1),
        chosen=True,
    )
    batch_size: int = setting(32, "Sentences of a batch.", bound=at_least(1))
    learning_rate: float | None = setting(
        None, "Peak of the learning rate.", bound=above(0), chosen=True
    )
    warmup: float = setting(
        0.05, "Share of all steps over which the learning rate rises from 0.", bound=SHARE
    )
    schedule: str = setting(
        "cosine",
        "How the learning rate falls afterwards: linear or cosine to 0, or constant.",
        choices=SCHEDULES,
    )
    weight_decay: float = setting(
        0.0,
        "Decoupled weight decay (AdamW); biases and normalisation are left alone.",
        bound=at_least(0),
    )
    clip_norm: float = setting(
        5.0,
        "Longest gradient over all variables; 0 switches clipping off.",
        bound=at_least(0),
    )
    average: float = setting(
        0.0,
        "Decay of a moving average of the weights, which is then what is evaluated and kept, such "
        "as 0.996; 0 switches it off.",
        bound=at_least(0) & below(1),
    )
    patience: int = setting(
        0,
        "Epochs without a better devel F1 after which training stops; 0 trains all epochs.",
        bound=at_least(0),
    )
    seed: int = setting(1, "Seed of initial weights, order of batches and dropout.", bound=SEED)
    checkpoint_minutes: float = setting(
        10.0,
        "Least minutes between two states that are saved within an epoch, from the last of which a "
        "stopped run goes on; Ctrl-C saves one more. 0 saves after epochs only.",
        bound=at_least(0),
    )


@dataclass(frozen=True, kw_only=True)
class TrainingConfig(TrainingChoice):
    """Epochs, optimiser and schedule of a training; epochs and learning rate have no default."""

    epochs: int = without_default(TrainingChoice, "epochs")
    learning_rate: float = without_default(TrainingChoice, "learning_rate")
