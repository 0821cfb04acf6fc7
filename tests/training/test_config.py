"""Bounds of the settings of a training."""

import math

import pytest

from bioner_kd.errors import UsageError
from bioner_kd.training.config import SCHEDULES, TrainingConfig


@pytest.mark.parametrize(
    ("setting", "value", "rule"),
    [
        ("epochs", 0, "at least 1"),
        ("batch_size", 0, "at least 1"),
        ("learning_rate", 0.0, "above 0"),
        ("learning_rate", math.nan, "above 0"),
        ("warmup", 1.1, r"in \[0, 1\]"),
        ("schedule", "steps", "one of linear, cosine, constant"),
        ("weight_decay", -0.1, "at least 0"),
        ("clip_norm", -1.0, "at least 0"),
        ("average", 1.0, "at least 0 and below 1"),
        ("patience", -1, "at least 0"),
        ("seed", -1, r"in \[0, 2\*\*32\)"),
        ("seed", 2**32, r"in \[0, 2\*\*32\)"),
    ],
)
def test_settings_out_of_bounds_are_named(setting, value, rule):
    with pytest.raises(UsageError, match=f"--{setting}={value}: must be {rule}"):
        TrainingConfig(**{"epochs": 1, "learning_rate": 1e-3, setting: value})


@pytest.mark.parametrize("schedule", SCHEDULES)
def test_the_bounds_themselves_are_allowed(schedule):
    TrainingConfig(
        epochs=1,
        learning_rate=1e-3,
        batch_size=1,
        warmup=1.0,
        schedule=schedule,
        clip_norm=0.0,
        seed=2**32 - 1,
    )
