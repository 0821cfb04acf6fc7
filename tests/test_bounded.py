"""What a stranger wrote is read within limits, or refused."""

import gzip
import json

import pytest

from bioner_kd.bounded import gunzip, parse_json


def test_gzip_is_unpacked_up_to_a_limit() -> None:
    assert gunzip(gzip.compress(b"12345"), 5) == b"12345"
    with pytest.raises(ValueError, match="more than 4 bytes are inside of its 25"):
        gunzip(gzip.compress(b"12345"), 4)


@pytest.mark.parametrize("end", [-1, -4, -9])
def test_gzip_that_is_cut_short_is_refused(end: int) -> None:
    with pytest.raises(ValueError, match="cut short"):
        gunzip(gzip.compress(b"12345" * 9)[:end], 99)


def test_damaged_gzip_is_refused() -> None:
    packed = gzip.compress(b"12345" * 9)
    for damaged in (packed[:-6] + b"xx" + packed[-4:], b"\x1f\x8bxx", packed + b"x"):
        with pytest.raises(ValueError, match="gzip"):
            gunzip(damaged, 99)


def test_json_is_what_json_says() -> None:
    values = {"a": [1, -2.5, 1e-300, None, True, "β\u2028", "7" * 999], "b": {}}
    assert parse_json(json.dumps(values, ensure_ascii=False).encode()) == values


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"[" * 50_000, "nested too deeply"),
        (b'{"a":' * 50_000, "nested too deeply"),
        (b"[[],[],[]]", "has 4 lists and objects, more than 3"),
        (b'[{"a": {"b": {}}}]', "has 4 lists and objects, more than 3"),
        (b"[" + b"7" * 1000 + b"]", "1000 digits"),
        (b"[0." + b"7" * 1000 + b"]", "1000 digits"),
        (b"[NaN]", "NaN is no number"),
        (b"[-Infinity]", "-Infinity is no number"),
        (b"\xff", "utf-8"),
        ("[]".encode("utf-16"), "utf-8"),
        (b"", "Expecting value"),
        (b"[1] 2", "Extra data"),
    ],
)
def test_json_over_a_limit_is_refused(content: bytes, says: str) -> None:
    brackets = 100_000 if len(content) > 1000 else 3
    with pytest.raises(ValueError, match=says):
        parse_json(content, brackets=brackets)
