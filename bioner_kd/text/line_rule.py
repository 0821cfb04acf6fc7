"""What a line is: characters and numbers that say where a line break ends a sentence.

They travel with a student. The rule that reads them is in `bioner_kd.text.line_splitter`.
"""

import re
from dataclasses import dataclass, fields
from typing import Any

from bioner_kd.errors import shown
from bioner_kd.text.character_ranges import OUTSIDE_RANGES
from bioner_kd.text.ranges import (
    Ranges,
    all_others,
    check_apart,
    entries_of,
    parse_ranges,
    ranges_of,
    ranges_of_characters,
)

_PLACE = "'sentences/lines'"
_SETS = ("breaks", "tabs", "cells", "marks", "openers", "closers", "hyphens")
_NUMBERS = (
    "narrow",
    "narrowest",
    "fewest",
    "short",
    "list_share",
    "prose_share",
    "block",
    "longest_part",
)
_NUMERAL = re.compile("[a-z]{2,6}")
_MOST_NUMERALS, _LARGEST = 100, 100_000


@dataclass(frozen=True)
class LineRule:
    """Where lines and cells end a sentence, and what marks an item of a list.

    Attributes:
        breaks: each of these ends a line; a carriage return before a line feed does not.
        tabs: white space that ends a cell inside of a line.
        cells: what ends a cell where white space or an end of the line is on both sides.
        marks: a run of these before white space, at the start of a line, marks an item.
        openers: brackets that may stand before the number or letter of an item.
        closers: brackets that stand behind the number or letter of an item.
        hyphens: a word is wrapped behind one of these at the end of a line.
        numerals: what may stand there besides up to three digits and a single letter.
        narrow: a block whose widest line has fewer characters is a list, or narrow columns.
        narrowest: number of characters that the widest line of narrow columns has at least.
        fewest: number of lines that narrow columns have at least.
        short: a line is short where it would have had less than so many hundredths of the widest
            line's characters with the first word of the next line.
        list_share: a block is a list where more than so many hundredths of its breaks are short.
        prose_share: the same of a block in which a line ends with a stop.
        block: largest number of lines that are looked at together.
        longest_part: largest number of characters of each part of a wrapped word.
    """

    breaks: Ranges
    tabs: Ranges
    cells: Ranges
    marks: Ranges
    openers: Ranges
    closers: Ranges
    hyphens: Ranges
    numerals: frozenset[str]
    narrow: int
    narrowest: int
    fewest: int
    short: int
    list_share: int
    prose_share: int
    block: int
    longest_part: int

    @property
    def sets(self) -> dict[str, Ranges]:
        """The sets of characters by name."""
        return {name: getattr(self, name) for name in _SETS}

    def __post_init__(self) -> None:
        """Checks what does not depend on other rules.

        Raises:
            ValueError: a numeral or a number is none.
        """
        if len(self.numerals) > _MOST_NUMERALS:
            raise ValueError(f"{_PLACE} has more than {_MOST_NUMERALS} numerals")
        for word in self.numerals:
            if not _NUMERAL.fullmatch(word):
                raise ValueError(f"{_PLACE} has {shown(word)}, which is no numeral of 2 to 6 a-z")
        for name in _NUMBERS:
            number = getattr(self, name)
            if type(number) is not int or not 1 <= number <= _LARGEST:
                raise ValueError(
                    f"{_PLACE[:-1]}/{name}' is {shown(number)}; it is from 1 to {_LARGEST}"
                )

    def check_with(self, white: Ranges, **others: Ranges) -> None:
        """Checks what the runtimes rely on, so that all of them cut at the same places.

        Args:
            white: white space of the same rules.
            **others: further sets that no cell may share a character with.

        Raises:
            ValueError: line breaks or tabs are no white space, or marks or cells are.
        """
        others_than_white = all_others(white)
        line_ends = ranges_of_characters("\n", "\r")
        check_apart(_PLACE, line_ends=line_ends, what_is_no_break=all_others(self.breaks))
        check_apart(_PLACE, breaks=self.breaks, what_is_not_white=others_than_white)
        check_apart(_PLACE, tabs=self.tabs, what_is_not_white=others_than_white)
        check_apart(_PLACE, tabs=self.tabs, breaks=self.breaks)
        nul = ((0, 0),)
        for name in ("marks", "openers", "closers", "hyphens"):
            check_apart(_PLACE, nul=nul, white=white, **{name: self.sets[name]})
        letters = ranges_of_characters("AZ", "az", "09")
        check_apart(_PLACE, letters=letters, openers=self.openers)
        check_apart(_PLACE, letters=letters, closers=self.closers)
        check_apart(_PLACE, nul=nul, white=white, cells=self.cells)
        for name, ranges in others.items():
            check_apart(_PLACE, cells=self.cells, **{name: ranges})

    def to_json(self) -> dict[str, Any]:
        """The same as JSON values, for runtimes in other languages."""
        return {
            **{name: [list(pair) for pair in pairs] for name, pairs in self.sets.items()},
            "numerals": sorted(self.numerals),
            **{name: getattr(self, name) for name in _NUMBERS},
        }

    @classmethod
    def from_json(cls, rule: object) -> "LineRule":
        """Reads what `to_json` gave.

        Raises:
            ValueError: it is something else; the message names the entry.
        """
        # Without them no word is wrapped.
        optional: dict[str, Any] = {"hyphens": [], "longest_part": 1}
        names = [field.name for field in fields(cls) if field.name not in optional]
        values = entries_of(rule, _PLACE, names, optional)
        found: dict[str, Any] = dict(zip((*names, *optional), values, strict=True))
        numerals = found["numerals"]
        if not isinstance(numerals, list) or not set(map(type, numerals)) <= {str}:
            raise ValueError("'sentences/lines/numerals' is no list of strings")
        for name in _SETS:
            found[name] = ranges_of(found[name], f"'sentences/lines/{name}'")
        return cls(**found | {"numerals": frozenset(numerals)})


# Line feed, vertical tab, form feed, carriage return, NEL, line and paragraph separator.
BREAKS = ranges_of_characters("\n\r", "\u0085", "\u2028\u2029")
_CELLS = ranges_of_characters(*"|\u2502\u2503\u2551\u00a6")
# "|" is among the marks for the line below the head of a table, "|---|---|".
_MARKS = ranges_of_characters(
    *"-*+=_~#>|:\u00b7\u00bb\u203a\u2219\u22c5\u00a6", "\u2010\u2015"
) + parse_ranges(OUTSIDE_RANGES)
# What new students read.
LINE_RULE = LineRule(
    breaks=BREAKS,
    tabs=ranges_of_characters("\t"),
    cells=_CELLS,
    marks=_MARKS,
    openers=ranges_of_characters("(", "["),
    closers=ranges_of_characters(")", "]"),
    hyphens=ranges_of_characters("-", "\u2010"),
    numerals=frozenset("ii iii iv vi vii viii ix xi xii xiii xiv xv".split()),
    narrow=40,
    narrowest=24,
    fewest=3,
    short=85,
    list_share=33,
    prose_share=50,
    block=1000,
    longest_part=40,
)
