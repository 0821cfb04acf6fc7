"""Bounds of the settings of a teacher."""

import pytest

from bioner_kd.errors import UsageError
from bioner_kd.teacher.config import AdaptationConfig


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
