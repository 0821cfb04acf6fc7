"""A setting is declared once, and checked by its declaration."""

import math
from dataclasses import MISSING, FrozenInstanceError, dataclass

import pytest

from bioner_kd.errors import UsageError
from bioner_kd.settings import (
    FINITE,
    NOT_EMPTY,
    SEED,
    SHARE,
    Bound,
    Settings,
    above,
    at_least,
    at_most,
    below,
    declarations,
    setting,
    without_default,
)


@dataclass(frozen=True)
class Example(Settings):
    size: int = setting(3, "A size.", bound=at_least(3))
    kind: str = setting("x", "A kind.", choices=("x", "y"))
    names: tuple[str, ...] = setting(("a",), "Names.", choices=("a", "b"), bound=NOT_EMPTY)
    end: float | None = setting(None, "An end.", bound=SHARE, chosen=True)


@dataclass(frozen=True, kw_only=True)
class Whole(Example):
    end: float = without_default(Example, "end")


def test_settings_within_their_bounds_pass():
    assert Example(size=3, kind="y", names=("a", "b"), end=0.0).names == ("a", "b")


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"size": 2}, r"^--size=2: must be at least 3\.$"),
        ({"kind": "z"}, r"^--kind=z: must be one of x, y\.$"),
        ({"names": ("a", "c")}, r"^--names=a,c: must be chosen from a, b, at least one\.$"),
        ({"names": ()}, r"^--names=: must be chosen from a, b, at least one\.$"),
        ({"end": 1.5}, r"^--end=1\.5: must be in \[0, 1\]\.$"),
        ({"kind": "z", "size": 2}, "^--size=2"),
    ],
)
def test_a_value_out_of_bounds_is_told_like_its_flag_and_the_first_alone(settings, message):
    with pytest.raises(UsageError, match=message):
        Example(**settings)


def test_the_value_of_a_message_is_one_line():
    with pytest.raises(UsageError) as refused:
        Example(names=("c\n" * 1000,))
    assert "\n" not in str(refused.value) and len(str(refused.value)) < 400


@pytest.mark.parametrize(
    ("bound", "inside", "outside"),
    [
        (at_least(1), [1, math.inf], [0, math.nan]),
        (at_most(1), [1, -math.inf], [1.1, math.nan]),
        (above(0), [0.1], [0, math.nan]),
        (below(1), [0.9], [1, math.nan]),
        (FINITE, [0.0, -1], [math.inf, math.nan]),
        (SHARE, [0, 1], [-0.1, 1.1, math.nan]),
        (SEED, [0, 2**32 - 1], [-1, 2**32]),
        (at_least(0) & below(1), [0, 0.9], [-1, 1, math.nan]),
    ],
)
def test_bounds(bound: Bound, inside, outside):
    assert all(bound.holds(value) for value in inside)
    assert not any(bound.holds(value) for value in outside)


def test_two_bounds_are_said_together():
    assert (above(0) & FINITE).rule == "above 0 and finite"


def test_a_setting_of_a_base_class_that_has_to_be_given_keeps_help_and_bound():
    assert list(declarations(Whole)) == ["size", "kind", "names", "end"]
    assert declarations(Whole)["end"].help == "An end."
    assert declarations(Example)["end"].chosen and not declarations(Whole)["end"].chosen
    with pytest.raises(TypeError, match="end"):
        Whole()
    with pytest.raises(UsageError, match="--end=2.0"):
        Whole(end=2.0)


def test_a_setting_without_default_has_to_be_given():
    @dataclass(frozen=True)
    class Named(Settings):
        name: str = setting(MISSING, "A name.")

    with pytest.raises(TypeError, match="name"):
        Named()
    assert Named("a").name == "a"


def test_a_field_without_help_is_refused():
    @dataclass(frozen=True)
    class Bare(Settings):
        size: int = 3

    with pytest.raises(TypeError, match="size has no help"):
        Bare()


def test_settings_do_not_change():
    with pytest.raises(FrozenInstanceError):
        Example().size = 4
