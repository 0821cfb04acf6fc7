"""Bounds of alpha and temperature."""

import math

import pytest

from bioner_kd.distill.config import DistillConfig, HiddenConfig, TransferConfig
from bioner_kd.errors import UsageError


@pytest.mark.parametrize("alpha", [0.0, 0.3, 1.0])
def test_alpha_within_its_bounds(alpha):
    assert DistillConfig(alpha=alpha).alpha == alpha


@pytest.mark.parametrize("alpha", [-0.1, 1.3, math.nan])
def test_alpha_out_of_bounds(alpha):
    with pytest.raises(UsageError, match=rf"--alpha={alpha}: must be in \[0, 1\]"):
        DistillConfig(alpha=alpha)


@pytest.mark.parametrize("alpha", [-1.0, 1.5, math.nan])
def test_the_alpha_that_it_moves_to_has_the_same_bounds(alpha):
    with pytest.raises(UsageError, match=rf"--alpha_end={alpha}: must be in \[0, 1\]"):
        DistillConfig(alpha=0.5, alpha_end=alpha)


@pytest.mark.parametrize(
    ("alpha", "end", "needed"),
    [(1.0, None, False), (1.0, 1.0, False), (1.0, 0.3, True), (0.0, 1.0, True), (0.3, None, True)],
)
def test_a_teacher_is_needed_where_alpha_is_ever_below_one(alpha, end, needed):
    assert DistillConfig(alpha=alpha, alpha_end=end).needs_teacher is needed


@pytest.mark.parametrize("temperature", [0.0, -1.0, math.nan, math.inf])
def test_temperature_out_of_bounds(temperature):
    with pytest.raises(UsageError, match=f"--temperature={temperature}: must be above 0"):
        DistillConfig(temperature=temperature)


@pytest.mark.parametrize("ratio", [0.0, -1.0, math.nan, math.inf])
def test_transfer_ratio_out_of_bounds(ratio):
    with pytest.raises(UsageError, match="--transfer_ratio"):
        TransferConfig(transfer_ratio=ratio)


@pytest.mark.parametrize("size", [-1, 0, 1, 150_000])
def test_a_transfer_set_has_any_size_none_or_all(size):
    assert TransferConfig(transfer_size=size).transfer_size == size


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("transfer_size", -2),
        ("transfer_select", "best"),
        ("transfer_keep", 0.0),
        ("transfer_keep", 1.1),
        ("transfer_keep", math.nan),
        ("transfer_without", -0.1),
        ("transfer_without", math.inf),
    ],
)
def test_settings_of_the_transfer_set_out_of_bounds(name, value):
    with pytest.raises(UsageError, match=f"--{name}={value}: must"):
        TransferConfig(**{name: value})


def test_hidden_epochs_out_of_bounds():
    assert HiddenConfig().hidden_epochs == 0
    with pytest.raises(UsageError, match="--hidden_epochs=-1: must be at least 0"):
        HiddenConfig(hidden_epochs=-1)
