"""Bounds of settings, checked one way; and what TensorFlow meant."""

from dataclasses import dataclass

import pytest

from bioner_kd.errors import UsageError, at_least, check_bounds, shown, tensorflow_reason


@dataclass
class Settings:
    size: int = 3
    names: tuple[str, ...] = ("a", "b")


def test_settings_within_their_bounds_pass():
    check_bounds(Settings(), {**at_least(Settings(), 3, "size"), "names": (True, "nothing else")})


def test_a_number_below_its_minimum_is_told_like_its_flag():
    with pytest.raises(UsageError, match=r"^--size=3: must be at least 4\.$"):
        check_bounds(Settings(), at_least(Settings(), 4, "size"))


def test_the_first_of_several_faults_is_told_and_a_list_is_written_as_it_is_given():
    rules = {"names": (False, "one name"), "size": (False, "less")}
    with pytest.raises(UsageError, match=r"^--names=a,b: must be one name\.$"):
        check_bounds(Settings(), rules)


def test_what_a_message_quotes_is_one_short_line():
    assert shown("β-thalassaemia, 'so'") == "β-thalassaemia, 'so'"
    assert shown("a\nb\x1b[31m\u202e\ud800") == r"a\nb\x1b[31m\u202e\ud800"
    assert shown("x" * 80) == "x" * 80
    assert shown("x" * 5_000_000) == "x" * 79 + "…"
    assert shown("abcdef", 4) == "abc…"


@pytest.mark.parametrize(
    "message",
    [
        "/a b; c/state/data-00000; No space left on device [Op:SaveV2]",
        "/a/state/data-00000; No space left on device",
        "No space left on device [Op:SaveV2]",
    ],
)
def test_the_reason_is_taken_out_of_what_tensorflow_says(message):
    assert tensorflow_reason(message) == "No space left on device"
