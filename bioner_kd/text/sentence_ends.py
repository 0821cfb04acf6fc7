"""What the end of a sentence looks like: characters and abbreviations, which travel with a student.

The rule that reads them is in `bioner_kd.text.sentence_splitter`.
"""

import re
from dataclasses import dataclass, fields
from typing import Any

from bioner_kd.errors import shown
from bioner_kd.text.ranges import (
    Ranges,
    all_others,
    check_apart,
    entries_of,
    ranges_of,
    ranges_of_characters,
)

# In lower case. "etc." is not among them: what follows it with a capital is a new sentence.
ABBREVIATIONS = frozenset(
    "al approx ca cf dr eq eqs fig figs mr mrs ms no nos pp prof ref refs resp sect sp spp ssp st "
    "subsp suppl tab tabs var viz vol vs".split()
)
# Characters before a full stop that are looked at for an abbreviation.
LONGEST_ABBREVIATION = 16

WHITE = ranges_of_characters(
    "\t\r", " ", "\u00a0", "\u2000\u200a", "\u2028", "\u2029", "\u202f", "\u205f", "\u3000"
)
OPENING = ranges_of_characters(*"[({\"'\u2018\u201c\u00ab")
CLOSING = ranges_of_characters(*"])}\"'\u2019\u201d\u00bb")
# A capital letter (Latin), any letter of Greek, or a digit.
FIRST = ranges_of_characters("AZ", "09", "\u00c0\u00d6", "\u00d8\u00de", "\u0370\u03ff")
# Right before the Latin letters and full stops that might be an abbreviation, these say that it is
# the end of a longer word: whatever lies above U+00AA counts as a letter there.
INNER = ranges_of_characters("09", "AZ", "az", ".", "\u00aa\U0010ffff")
STOPS = ranges_of_characters(*"!.?")

_PLACE = "'sentences'"
_NUL, _LINE_ENDS = ((0, 0),), ranges_of_characters("\n", "\r")
_LETTERS = ranges_of_characters("AZ", "az", ".")
# An abbreviation is a number of 60 bits in a graph, five for each letter.
_ABBREVIATION = re.compile("[a-z]{1,12}")
_MOST_ABBREVIATIONS, _LONGEST_WINDOW = 1000, 64


@dataclass(frozen=True)
class SentenceEnds:
    """Where sentences end.

    Attributes:
        abbreviations: words of Latin letters in lower case, without their full stop.
        longest_abbreviation: number of characters before a full stop that are looked at.
        white: white space, the line ends U+000A and U+000D among it.
        opening: quotes and brackets before the first character of a sentence.
        closing: quotes and brackets behind the stop of a sentence.
        first: what a sentence may begin with.
        inner: what makes letters behind it the end of a longer word, which is no abbreviation;
            Latin letters and the full stop among it.
        stops: what ends a sentence; the full stop alone may end an abbreviation too.
    """

    abbreviations: frozenset[str]
    longest_abbreviation: int
    white: Ranges
    opening: Ranges
    closing: Ranges
    first: Ranges
    inner: Ranges
    stops: Ranges

    @property
    def sets(self) -> dict[str, Ranges]:
        """The sets of characters by name."""
        return {name: getattr(self, name) for name in _SETS}

    def __post_init__(self) -> None:
        """Checks what the runtimes rely on, so that all of them cut at the same places.

        Raises:
            ValueError: sets share a character that would leave open where a sentence ends, or an
                abbreviation is none.
        """
        for names in (("white", "closing", "stops"), ("white", "opening", "first")):
            check_apart(_PLACE, nul=_NUL, **{name: self.sets[name] for name in names})
        check_apart(_PLACE, white=self.white, letters_and_full_stop=_LETTERS)
        check_apart(_PLACE, inner=self.inner, line_ends=_LINE_ENDS, nul=_NUL)
        check_apart(_PLACE, line_ends=_LINE_ENDS, what_is_not_white=all_others(self.white))
        # Otherwise the end of a run of letters could be an abbreviation where the run is none.
        check_apart(
            _PLACE, letters_and_full_stop=_LETTERS, what_is_not_inner=all_others(self.inner)
        )
        self._check_abbreviations()

    def _check_abbreviations(self) -> None:
        if len(self.abbreviations) > _MOST_ABBREVIATIONS:
            raise ValueError(f"'sentences/abbreviations' has more than {_MOST_ABBREVIATIONS}")
        for word in self.abbreviations:
            if not _ABBREVIATION.fullmatch(word):
                raise ValueError(
                    f"'sentences/abbreviations' has {shown(word)}, which is not of 1 to 12 letters "
                    "from a to z"
                )
        if not 1 <= self.longest_abbreviation <= _LONGEST_WINDOW:
            raise ValueError(
                f"'sentences/longest_abbreviation' is {shown(self.longest_abbreviation)}; it is "
                f"from 1 to {_LONGEST_WINDOW}"
            )

    def to_json(self) -> dict[str, Any]:
        """The same as JSON values, for runtimes in other languages."""
        return {
            "abbreviations": sorted(self.abbreviations),
            "longest_abbreviation": self.longest_abbreviation,
            **{name: [list(pair) for pair in pairs] for name, pairs in self.sets.items()},
        }

    @classmethod
    def from_json(cls, rule: object) -> "SentenceEnds":
        """Reads what `to_json` gave.

        Raises:
            ValueError: it is something else; the message names the entry.
        """
        names = [field.name for field in fields(cls)]
        words, longest, *sets = entries_of(rule, _PLACE, names)
        if not isinstance(words, list) or not set(map(type, words)) <= {str}:
            raise ValueError("'sentences/abbreviations' is no list of strings")
        if len(set(words)) < len(words):
            raise ValueError("'sentences/abbreviations' has a word twice")
        if type(longest) is not int:
            raise ValueError("'sentences/longest_abbreviation' is no whole number")
        named = zip(_SETS, sets, strict=True)
        ranges = (ranges_of(value, f"'sentences/{name}'") for name, value in named)
        return cls(frozenset(words), longest, *ranges)


_SETS = ("white", "opening", "closing", "first", "inner", "stops")
# What new students read.
SENTENCE_ENDS = SentenceEnds(
    ABBREVIATIONS, LONGEST_ABBREVIATION, WHITE, OPENING, CLOSING, FIRST, INNER, STOPS
)
