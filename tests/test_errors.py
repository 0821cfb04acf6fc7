"""What TensorFlow meant, quotations from files, and numbers of formats."""

import pytest

from bioner_kd.errors import (
    NewerFormatError,
    check_format,
    one_line,
    shown,
    tensorflow_reason,
)


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


def nested(depth: int) -> list:
    value: list = []
    for _ in range(depth):
        value = [value]
    return value


@pytest.mark.parametrize(
    "value",
    ["a" * 10**7, "\x1b[2J\r\n\0", "\ud800", "\u202egnp", 10**9, 2**10**7, -(2**5000)]
    + [nested(5000), {"a" * 10**6: ["b" * 10**6] * 9} | {str(n): n for n in range(10**5)}]
    + [tuple(range(10**6)), b"\xff\n" * 10**6, 1e308, None],
    ids=lambda value: type(value).__name__,
)
def test_whatever_a_file_holds_is_quoted_in_one_short_line(value):
    for text in (shown(value), shown(value, 20)):
        assert text.isprintable()
    assert len(shown(value)) <= 80 and len(shown(value, 20)) <= 20


def test_what_is_short_is_quoted_as_it_is():
    assert shown("naïve") == "'naïve'"
    assert shown({"a": [1, 2.5]}) == "{'a': [1, 2.5]}"
    assert shown(-(10**19)) == "-10000000000000000000"


def test_a_message_of_a_library_becomes_a_part_of_one_line():
    assert one_line(ValueError("bad \x1b[1m name:\n  'x'")) == r"bad \x1b[1m name: 'x'"
    assert one_line("a" * 10**7, 20) == "a" * 19 + "…"
    assert one_line("\0" * 10**7).isprintable()


def test_a_format_that_is_read_is_given_back():
    assert [check_format(number, 3, "a/b.json") for number in (1, 2, 3)] == [1, 2, 3]


def test_a_format_of_a_newer_version_names_the_file_and_says_what_to_do():
    with pytest.raises(NewerFormatError, match=r"^a/b.json: has the format 4, .*update bioner_kd"):
        check_format(4, 3, "a/b.json")


@pytest.mark.parametrize("found", [0, -1, 1.0, True, None, "2", [1]])
def test_a_format_that_is_no_number_is_damage(found):
    with pytest.raises(ValueError, match=r"^b.json has the format ") as caught:
        check_format(found, 3, "a/b.json")
    assert not isinstance(caught.value, NewerFormatError)
