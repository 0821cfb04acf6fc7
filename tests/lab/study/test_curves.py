"""Groups as the points of curves."""

import pytest

from bioner_kd.lab.study.analysis import analyse
from bioner_kd.lab.study.curves import find_curves, number

from .made import make_group


def scored(*groups):
    return analyse(list(groups), resamples=100, rounds=100)


def test_groups_that_differ_in_one_setting_are_a_curve_in_order_of_its_values():
    groups = scored(
        make_group("b", [0.7], alpha=1.0),
        make_group("a", [0.8], alpha=0.3),
        make_group("teacher", [0.9], teacher=True, alpha=0.5),
        make_group("other", [0.5]),
    )
    (curve,) = find_curves(groups, "alpha")
    assert curve.name == ""
    assert [(x, group.name) for x, group in curve.points] == [(0.3, "a"), (1.0, "b")]


def test_other_settings_part_curves_and_name_them():
    groups = scored(
        *(
            make_group(f"{alpha} {size}", [0.7], alpha=alpha, transfer_size=size, units=8)
            for alpha in (0.3, 1.0)
            for size in (0, 10_000)
        ),
        make_group("alone", [0.7], alpha=0.3, transfer_size=40_000, units=8),
    )
    by_name = {curve.name: curve for curve in find_curves(groups, "alpha")}
    assert list(by_name) == ["transfer_size=0", "transfer_size=10000"]
    sizes = {
        curve.name: [x for x, _ in curve.points] for curve in find_curves(groups, "transfer_size")
    }
    assert sizes == {"alpha=0.3": [0.0, 10_000.0, 40_000.0], "alpha=1.0": [0.0, 10_000.0]}


def test_no_transfer_set_begins_every_curve_over_its_size():
    groups = scored(
        make_group("none", [0.6], transfer_size=0, transfer_ratio=1, units=8),
        make_group("small", [0.7], transfer_size=10_000, transfer_ratio=2, units=8),
        make_group("large", [0.8], transfer_size=40_000, transfer_ratio=2, units=8),
        make_group("often", [0.8], transfer_size=40_000, transfer_ratio=4, units=8),
        make_group("wide", [0.8], transfer_size=0, transfer_ratio=1, units=9),
    )
    found = find_curves(groups, "transfer_size")
    assert {curve.name: [group.name for _, group in curve.points] for curve in found} == {
        "transfer_ratio=2": ["none", "small", "large"],
        "transfer_ratio=4": ["none", "often"],
    }


def test_all_text_there_was_is_no_size():
    groups = scored(
        make_group("a", [0.7], transfer_size=-1), make_group("b", [0.7], transfer_size=0)
    )
    assert find_curves(groups, "transfer_size") == []


def test_groups_of_one_value_are_no_curve():
    groups = scored(make_group("a", [0.7], alpha=1.0), make_group("b", [0.8], alpha=1.0, units=9))
    assert find_curves(groups, "alpha") == []


@pytest.mark.parametrize(
    ("text", "value"),
    [("0.30", 0.3), ("1e4", 1e4), ("", None), ("none", None), (None, None), ("-1", None)],
)
def test_numbers(text, value):
    assert number(text) == value
