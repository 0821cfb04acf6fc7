"""Sets of characters as ranges of code points, as the rules of text have them."""

import itertools
from collections.abc import Mapping, Sequence
from types import MappingProxyType

from bioner_kd.errors import shown

# First and last code point of each range.
Ranges = tuple[tuple[int, int], ...]
LAST = 0x10FFFF
# The tokeniser of today has 800. More would make a regular expression slow to build.
MOST_RANGES = 5000


def parse_ranges(text: str) -> Ranges:
    """Reads "61-7a aa" as ((0x61, 0x7a), (0xaa, 0xaa))."""
    pairs = (entry.split("-") for entry in text.split())
    return tuple((int(pair[0], 16), int(pair[-1], 16)) for pair in pairs)


def ranges_of_characters(*entries: str) -> Ranges:
    """Reads "AZ" as a range and "(" as one character."""
    return tuple((ord(entry[0]), ord(entry[-1])) for entry in entries)


def character_set(ranges: Ranges) -> str:
    """The inside of a regular expression's brackets for these ranges, none of which is no error."""
    if not ranges:
        return rf"^\U00000000-\U{LAST:08x}"
    return "".join(rf"\U{first:08x}-\U{last:08x}" for first, last in ranges)


def first_shared(*sets: Ranges) -> int | None:
    """The first code point that several sets have, or one set twice; None where there is none."""
    ordered = sorted(itertools.chain(*sets))
    pairs = itertools.pairwise(ordered)
    return next((second[0] for first, second in pairs if second[0] <= first[1]), None)


def all_others(ranges: Ranges) -> Ranges:
    """Ranges of the code points that are in none of these ranges, which share none."""
    ordered = sorted(ranges)
    starts = [0, *(last + 1 for _, last in ordered)]
    ends = [*(first - 1 for first, _ in ordered), LAST]
    return tuple((start, end) for start, end in zip(starts, ends, strict=True) if start <= end)


def cut_at(ranges: Ranges, bound: int) -> tuple[Ranges, Ranges]:
    """Ranges of the code points below a bound, and of the others."""
    below = tuple((first, min(last, bound - 1)) for first, last in ranges if first < bound)
    others = tuple((max(first, bound), last) for first, last in ranges if last >= bound)
    return below, others


def check_apart(place: str, **sets: Ranges) -> None:
    """Checks that sets share no character.

    Args:
        place: the entry of the tables that has them, for the message.
        sets: by name.

    Raises:
        ValueError: they share one, or one of them has it twice.
    """
    shared = first_shared(*sets.values())
    if shared is not None:
        names = ", ".join(sets)
        raise ValueError(f"{place}: U+{shared:04X} stands twice in what must differ ({names})")


def ranges_of(value: object, place: str) -> Ranges:
    """Ranges that came as JSON, each a list of its first and last code point.

    Args:
        value: what should be these lists.
        place: the entry of the tables that has it, for the message.

    Raises:
        ValueError: it is something else.
    """
    if not isinstance(value, list) or len(value) > MOST_RANGES:
        raise ValueError(f"{place} is no list of at most {MOST_RANGES} ranges")
    return tuple(_range(entry, place) for entry in value)


def _range(entry: object, place: str) -> tuple[int, int]:
    if isinstance(entry, list) and [type(bound) for bound in entry] == [int, int]:
        first, last = entry
        if 0 <= first <= last <= LAST:
            return first, last
    raise ValueError(f"{place} has {shown(entry)}, which is no first and last code point")


def entries_of(
    rule: object,
    place: str,
    names: Sequence[str],
    optional: Mapping[str, object] = MappingProxyType({}),
) -> list[object]:
    """The entries of a JSON object that must have these and no other ones, in this order.

    Args:
        rule: what should be this object.
        place: the entry of the tables that has it, for the message.
        names: of entries that it must have.
        optional: entries that it may have, with what stands for those that it lacks.

    Raises:
        ValueError: it is something else.
    """
    if not isinstance(rule, dict):
        raise ValueError(f"{place} is no JSON object")
    for name in names:
        if name not in rule:
            raise ValueError(f"{place} has no {shown(name)}")
    for name in rule:
        if name not in names and name not in optional:
            raise ValueError(f"{place} has {shown(name)}, which this version does not know")
    others = [rule.get(name, without) for name, without in optional.items()]
    return [rule[name] for name in names] + others


def union(*sets: Ranges) -> Ranges:
    """Ranges of the code points that one or more of these have."""
    merged: list[tuple[int, int]] = []
    for first, last in sorted(itertools.chain(*sets)):
        if merged and first <= merged[-1][1] + 1:
            merged[-1] = (merged[-1][0], max(last, merged[-1][1]))
        else:
            merged.append((first, last))
    return tuple(merged)
