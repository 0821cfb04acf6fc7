"""What the end of a sentence looks like: characters and abbreviations, which travel with a student.

The rule that reads them is in `bioner_kd.text.sentence_splitter`.
"""

import re
from dataclasses import dataclass, fields
from typing import Any

from bioner_kd.errors import shown
from bioner_kd.text.line_rule import BREAKS, LINE_RULE, LineRule
from bioner_kd.text.ranges import (
    Ranges,
    all_others,
    check_apart,
    entries_of,
    ranges_of,
    ranges_of_characters,
    union,
)

# In lower case. "etc." is not among them: what follows it with a capital is a new sentence.
ABBREVIATIONS = frozenset(
    "al approx ca cf dr eq eqs fig figs mr mrs ms no nos pp prof ref refs resp sect sp spp ssp st "
    "subsp suppl tab tabs var viz vol vs".split()
)
# These in small letters only, or with a capital at the start: PV and CV are no abbreviations of
# this kind. Of taxonomy, pharmacy and citations; none of them can end a sentence.
SMALL_ABBREVIATIONS = frozenset(
    "abbr abbrev acad aff anhyd aq auct avg bv comb conc cv dept eg emend engl esp excl gen ie "
    "incl inj intl natl proc pv ser soln str subg subgen subvar supp susp syn univ".split()
)
# Behind one of these a single capital letter may end a sentence: "vitamin E.", "hepatitis C.".
LETTER_WORDS = frozenset(
    "amphotericin annexin arm cathepsin chain class clade coenzyme cohort complex "
    "concanavalin cyclin cyclosporin cyclosporine ciclosporin domain enterotoxin exotoxin factor "
    "genotype globulin grade group groups haemophilia helix hemophilia hepatitis "
    "influenza isoform kinase lamin neurotoxin ochratoxin panel penicillin phase protein proteins "
    "pugh receptor region score stage subgroup subtype subunit toxin type types variant vitamin "
    "vitamins".split()
)
# Characters before a full stop that are looked at for an abbreviation.
LONGEST_ABBREVIATION = 16

_FIRST_WHITE = ranges_of_characters(
    "\t\r", " ", "\u00a0", "\u2000\u200a", "\u2028", "\u2029", "\u202f", "\u205f", "\u3000"
)
WHITE = union(_FIRST_WHITE, BREAKS)
OPENING = ranges_of_characters(*"[({\"'\u2018\u201c\u00ab")
CLOSING = ranges_of_characters(*"])}\"'\u2019\u201d\u00bb")
# A capital letter (Latin), any letter of Greek, or a digit.
FIRST = ranges_of_characters("AZ", "09", "\u00c0\u00d6", "\u00d8\u00de", "\u0370\u03ff")
# Right before the Latin letters and full stops that might be an abbreviation, these say that it is
# the end of a longer word: whatever lies above U+00AA counts as a letter there, but white space.
_FIRST_INNER = ranges_of_characters("09", "AZ", "az", ".", "\u00aa\U0010ffff")
INNER = all_others(union(all_others(_FIRST_INNER), WHITE))
STOPS = ranges_of_characters(*"!.?")

_PLACE = "'sentences'"
_NUL, _LINE_ENDS = ((0, 0),), ranges_of_characters("\n", "\r")
_LETTERS = ranges_of_characters("AZ", "az", ".")
# An abbreviation is a number of 60 bits in a graph, five for each letter.
_ABBREVIATION = re.compile("[a-z]{1,12}")
_MOST_ABBREVIATIONS, _LONGEST_WINDOW = 1000, 64
# Words of a sentence: a student reads 512 at once, and a runtime keeps a sentence in memory.
_MOST_WORDS, _LARGEST = 2000, 1_000_000


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
        small_abbreviations: further ones, whose second letter is no capital.
        letter_words: words behind which a single capital letter is no abbreviation.
        lines: where line breaks and cells end a sentence; None where only blank lines do.
        most_words: number of words behind which a sentence ends anyway; 0 for no limit.
    """

    abbreviations: frozenset[str]
    longest_abbreviation: int
    white: Ranges
    opening: Ranges
    closing: Ranges
    first: Ranges
    inner: Ranges
    stops: Ranges
    small_abbreviations: frozenset[str] = frozenset()
    letter_words: frozenset[str] = frozenset()
    lines: LineRule | None = None
    most_words: int = 0

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
        for name in _LISTS:
            _check_words(name, getattr(self, name))
        self._check_numbers()
        if self.lines is not None:
            others = {name: self.sets[name] for name in ("opening", "closing", "first", "stops")}
            self.lines.check_with(self.white, **others)
            # A sentence begins behind the white space of its line, which the graph does not know.
            check_apart(_PLACE, white=self.white, inner=self.inner)

    def _check_numbers(self) -> None:
        if not 1 <= self.longest_abbreviation <= _LONGEST_WINDOW:
            raise ValueError(
                f"'sentences/longest_abbreviation' is {shown(self.longest_abbreviation)}; it is "
                f"from 1 to {_LONGEST_WINDOW}"
            )
        if type(self.most_words) is not int or not 0 <= self.most_words <= _LARGEST:
            raise ValueError(
                f"'sentences/most_words' is {shown(self.most_words)}; it is from 0 to {_LARGEST}"
            )

    def to_json(self) -> dict[str, Any]:
        """The same as JSON values, for runtimes in other languages.

        Returns:
            The attributes by name; those that first came with format 3 only where there are such.
        """
        more = {
            "small_abbreviations": sorted(self.small_abbreviations),
            "letter_words": sorted(self.letter_words),
            "lines": self.lines.to_json() if self.lines else None,
            "most_words": self.most_words,
        }
        return {
            "abbreviations": sorted(self.abbreviations),
            "longest_abbreviation": self.longest_abbreviation,
            **{name: [list(pair) for pair in pairs] for name, pairs in self.sets.items()},
            **{name: value for name, value in more.items() if value},
        }

    @classmethod
    def from_json(cls, rule: object) -> "SentenceEnds":
        """Reads what `to_json` gave.

        Raises:
            ValueError: it is something else; the message names the entry.
        """
        optional: dict[str, Any] = {
            "small_abbreviations": [],
            "letter_words": [],
            "lines": None,
            "most_words": 0,
        }
        names = [field.name for field in fields(cls) if field.name not in optional]
        values = entries_of(rule, _PLACE, names, optional)
        found: dict[str, Any] = dict(zip((*names, *optional), values, strict=True))
        if type(found["longest_abbreviation"]) is not int:
            raise ValueError("'sentences/longest_abbreviation' is no whole number")
        for name in _LISTS:
            found[name] = _words(found[name], name)
        for name in _SETS:
            found[name] = ranges_of(found[name], f"'sentences/{name}'")
        if found["lines"] is not None:
            found["lines"] = LineRule.from_json(found["lines"])
        return cls(**found)


def _words(value: object, name: str) -> frozenset[str]:
    if not isinstance(value, list) or not set(map(type, value)) <= {str}:
        raise ValueError(f"'sentences/{name}' is no list of strings")
    if len(set(value)) < len(value):
        raise ValueError(f"'sentences/{name}' has a word twice")
    return frozenset(value)


def _check_words(name: str, words: frozenset[str]) -> None:
    if len(words) > _MOST_ABBREVIATIONS:
        raise ValueError(f"'sentences/{name}' has more than {_MOST_ABBREVIATIONS}")
    for word in words:
        if not _ABBREVIATION.fullmatch(word):
            raise ValueError(
                f"'sentences/{name}' has {shown(word)}, which is not of 1 to 12 letters from a to z"
            )


_LISTS = ("abbreviations", "small_abbreviations", "letter_words")
_SETS = ("white", "opening", "closing", "first", "inner", "stops")
# What the first students read.
FIRST_SENTENCE_ENDS = SentenceEnds(
    ABBREVIATIONS, LONGEST_ABBREVIATION, _FIRST_WHITE, OPENING, CLOSING, FIRST, _FIRST_INNER, STOPS
)
# What new students read.
SENTENCE_ENDS = SentenceEnds(
    ABBREVIATIONS,
    LONGEST_ABBREVIATION,
    WHITE,
    OPENING,
    CLOSING,
    FIRST,
    INNER,
    STOPS,
    SMALL_ABBREVIATIONS,
    LETTER_WORDS,
    LINE_RULE,
    _MOST_WORDS,
)
