import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bioner_kd.text.ranges import (
    LAST,
    Ranges,
    all_others,
    character_set,
    check_apart,
    cut_at,
    entries_of,
    first_shared,
    parse_ranges,
    ranges_of,
    ranges_of_characters,
    union,
)

RANGES = st.lists(st.tuples(st.integers(0, 40), st.integers(0, 4)), max_size=4).map(
    lambda pairs: tuple((first, first + more) for first, more in pairs)
)


def members(ranges: Ranges) -> list[int]:
    return [number for first, last in ranges for number in range(first, last + 1)]


def test_ranges_are_read_from_text_and_from_characters() -> None:
    assert parse_ranges("61-7a\naa") == ((0x61, 0x7A), (0xAA, 0xAA))
    assert ranges_of_characters("az", "(") == ((97, 122), (40, 40))


@given(st.lists(RANGES, max_size=3))
def test_the_first_shared_code_point_is_the_least_that_stands_twice(sets: list[Ranges]) -> None:
    every = [number for ranges in sets for number in members(ranges)]
    twice = [number for number in every if every.count(number) > 1]
    assert first_shared(*sets) == min(twice, default=None)


@given(RANGES)
def test_a_set_and_all_others_are_everything(ranges: Ranges) -> None:
    if first_shared(ranges) is None:
        both = sorted((*ranges, *all_others(ranges)))
        assert both[0][0] == 0 and both[-1][1] == LAST
        assert all(one[1] + 1 == two[0] for one, two in zip(both, both[1:], strict=False))


@given(RANGES)
def test_a_character_set_has_the_members_of_its_ranges(ranges: Ranges) -> None:
    found = re.compile(f"[{character_set(ranges)}]")
    assert [n for n in range(60) if found.match(chr(n))] == sorted(set(members(ranges)))
    assert not found.match(chr(LAST))


def test_sets_that_share_a_character_are_named_with_it() -> None:
    check_apart("'place'", one=((1, 5),), two=((6, 9),))
    with pytest.raises(ValueError, match=r"'place': U\+0005 stands twice .*\(one, two\)"):
        check_apart("'place'", one=((1, 5),), two=((5, 9),))
    with pytest.raises(ValueError, match=r"U\+0003 stands twice .*\(one\)"):
        check_apart("'place'", one=((1, 5), (3, 9)))


def test_ranges_of_json() -> None:
    assert ranges_of([[1, 5], [7, 7]], "'place'") == ((1, 5), (7, 7))
    for wrong in (None, [[5, 1]], [[1]], [[1, True]], "ab"):
        with pytest.raises(ValueError, match="'place'"):
            ranges_of(wrong, "'place'")


def test_entries_of_json() -> None:
    assert entries_of({"b": 1, "a": 2}, "'place'", ["a", "b"]) == [2, 1]
    for wrong, says in (({"a": 1}, "no 'b'"), ({"a": 1, "b": 2, "c": 3}, "'c'"), ([], "no JSON")):
        with pytest.raises(ValueError, match=f"'place' .*{says}"):
            entries_of(wrong, "'place'", ["a", "b"])


@given(RANGES, RANGES)
def test_a_union_has_the_members_of_both_and_each_once(one: Ranges, other: Ranges) -> None:
    assert members(union(one, other)) == sorted({*members(one), *members(other)})


@given(RANGES, st.integers(0, 50))
def test_ranges_are_cut_at_a_bound(ranges: Ranges, bound: int) -> None:
    below, others = cut_at(ranges, bound)
    assert members(below) == [n for n in members(ranges) if n < bound]
    assert members(others) == [n for n in members(ranges) if n >= bound]


def test_optional_entries_may_be_missing() -> None:
    assert entries_of({"a": 1}, "'x'", ["a"], {"b": 2}) == [1, 2]
    assert entries_of({"a": 1, "b": 3}, "'x'", ["a"], {"b": 2}) == [1, 3]
    with pytest.raises(ValueError, match="'x' has 'c'"):
        entries_of({"a": 1, "c": 3}, "'x'", ["a"], {"b": 2})
