"""Bounds of the settings of a teacher, and those that fit an encoder."""

import pytest

from bioner_kd.errors import UsageError
from bioner_kd.teacher.config import FINE_TUNING, AdaptationConfig, fit_to_encoder
from bioner_kd.training.config import TrainingChoice, TrainingConfig


@pytest.mark.parametrize(
    ("setting", "rule"),
    [
        ({"mask_share": 0.0}, "above 0 and below 1"),
        ({"mask_share": 1.0}, "above 0 and below 1"),
        ({"block_subwords": 7}, "at least 8"),
        ({"text_size": 0}, "at least 1, or -1 for all"),
        ({"held_out": 0.0}, "above 0 and below 1"),
        ({"held_out": float("nan")}, "above 0 and below 1"),
        ({"checkpoint_steps": -1}, "at least 0"),
    ],
)
def test_a_setting_out_of_bounds_is_named(setting, rule):
    (name,) = setting
    with pytest.raises(UsageError, match=f"--{name}=.*: must be {rule}"):
        AdaptationConfig(**setting)


def test_settings_at_their_bounds_are_taken():
    AdaptationConfig(mask_share=0.01, block_subwords=8, held_out=0.999, checkpoint_steps=0)


@pytest.mark.parametrize(
    ("hidden_size", "rate"), [(128, 1.5e-4), (384, 1.5e-4), (385, 5e-5), (768, 5e-5), (1024, 5e-5)]
)
def test_a_small_encoder_learns_faster(hidden_size, rate):
    found = fit_to_encoder(FINE_TUNING, hidden_size)
    assert isinstance(found, TrainingConfig)
    assert (found.learning_rate, found.epochs) == (rate, 6)
    assert (found.warmup, found.schedule, found.weight_decay) == (0.1, "linear", 0.01)


def test_what_is_given_is_not_chosen():
    given = TrainingChoice(epochs=2, learning_rate=3e-5, batch_size=7, seed=5, average=0.0)
    assert vars(fit_to_encoder(given, 384)) == vars(given)
    assert fit_to_encoder(TrainingChoice(epochs=2), 384).learning_rate == 1.5e-4
