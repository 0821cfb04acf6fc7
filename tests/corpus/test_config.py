"""Bounds of how text is sampled and augmented."""

import math

import pytest

from bioner_kd.corpus.config import AugmentationConfig, SampleConfig
from bioner_kd.errors import UsageError


@pytest.mark.parametrize("size", [-1, 1, 10**9])
def test_a_sample_has_any_size_or_all(size):
    assert SampleConfig(text_size=size).text_size == size


@pytest.mark.parametrize("size", [0, -2])
def test_a_sample_of_nothing_is_refused(size):
    with pytest.raises(UsageError, match=f"--text_size={size}: must be at least 1, or -1 for all"):
        SampleConfig(text_size=size)


@pytest.mark.parametrize(("least", "most"), [(0, 5), (6, 5), (-1, -1)])
def test_lengths_that_no_sentence_has_are_refused(least, most):
    with pytest.raises(UsageError, match=f"--min_words={least} --max_words={most}"):
        SampleConfig(min_words=least, max_words=most)


@pytest.mark.parametrize("name", ["replace_mentions", "mask_words"])
@pytest.mark.parametrize("value", [-0.1, 1.1, math.nan])
def test_probabilities_out_of_bounds(name, value):
    with pytest.raises(UsageError, match=rf"--{name}={value}: must be in \[0, 1\]"):
        AugmentationConfig(**{name: value})


@pytest.mark.parametrize(
    "settings", [{"copies": 0}, {"seed": -1}, {"replace_mentions": 0, "mask_words": 0}]
)
def test_augmentation_that_cannot_be(settings):
    with pytest.raises(
        UsageError, match=f"--{next(iter(settings))}={next(iter(settings.values()))}"
    ):
        AugmentationConfig(**settings)
