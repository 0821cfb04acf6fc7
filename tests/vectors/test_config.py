"""Bounds of the settings of word vectors."""

import math

import pytest

from bioner_kd.errors import UsageError
from bioner_kd.vectors.config import ALGORITHMS, VectorConfig


@pytest.mark.parametrize(
    ("setting", "value", "rule"),
    [
        *((name, 0, "at least 1") for name in ("size", "window", "min_count", "epochs")),
        ("negative", 0, "at least 1"),
        ("workers", 0, "at least 1"),
        ("algorithm", "glove", "one of skipgram, cbow"),
        ("sample", -1e-4, "at least 0 and below 1"),
        ("sample", 1.0, "at least 0 and below 1"),
        ("sample", math.nan, "at least 0 and below 1"),
        ("seed", -1, r"in \[0, 2\*\*32\)"),
        ("seed", 2**32, r"in \[0, 2\*\*32\)"),
    ],
)
def test_settings_out_of_bounds_are_named(setting, value, rule):
    with pytest.raises(UsageError, match=f"--{setting}={value}: must be {rule}"):
        VectorConfig(**{setting: value})


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_the_bounds_themselves_are_allowed(algorithm):
    VectorConfig(
        size=1, window=1, min_count=1, epochs=1, negative=1, sample=0.0, seed=2**32 - 1, workers=1,
        algorithm=algorithm,
    )  # fmt: skip
