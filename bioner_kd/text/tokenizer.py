"""Text is cut into words the way that the corpora were, with the place of each word in the text.

A word is a run of letters, digits and combining marks, or one other visible character; white space,
control characters and signs of trade marks and footnotes separate. The underscore is a word by
itself, as in the corpora. Invisible characters are read as if they were not there. Everything
follows from the class of each character alone, so that a lookup table repeats the rule in any
language.

The functions here cut as new students read. A student that was made before keeps the rule that its
tables hold, which is a `Tokenizer` of its own.
"""

import functools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from bioner_kd.text.character_ranges import (
    INVISIBLE_RANGES,
    OUTSIDE_RANGES,
    SEPARATOR_RANGES,
    SIGN_RANGES,
    WORD_RANGES,
)
from bioner_kd.text.ranges import (
    Ranges,
    all_others,
    character_set,
    check_apart,
    cut_at,
    entries_of,
    parse_ranges,
    ranges_of,
    union,
)
from bioner_kd.text.sentence import Sentence
from bioner_kd.text.view import Sight

SEPARATOR = 0
WORD = 1
SINGLE = 2
# The word of a masked text that stands for any word: one visible character that text hardly has. A
# teacher reads it as its [MASK], a student as an unknown word.
MASK = "\u2b1a"
# What TensorFlow does not write as UTF-8: a word of one of these alone can be looked up, a longer
# one cannot.
_NONCHARACTERS = (
    (0xFDD0, 0xFDEF),
    *((plane + 0xFFFE, plane + 0xFFFF) for plane in range(0, 0x110000, 0x10000)),
)
_PLACE, _NUL = "'tokenizer'", ((0, 0),)


@dataclass(frozen=True)
class Tokenizer:
    """A rule that cuts text into words.

    Attributes:
        word: characters that go on with the word that they stand in.
        separator: characters that end a word and belong to none; each other one is a word by
            itself.
        invisible: characters that are read as if they were not there; `TextRules` takes them out
            of a text before it is cut.
        outside: characters that are words by themselves and belong to no mention.
    """

    word: Ranges
    separator: Ranges
    invisible: Ranges = ()
    outside: Ranges = ()

    def __post_init__(self) -> None:
        """Checks what the runtimes rely on.

        Raises:
            ValueError: a character is in both sets or twice in one of them, U+0000 does not
                separate, or a noncharacter is part of words.
        """
        check_apart(_PLACE, **self.sets)
        check_apart(_PLACE, word=self.word, noncharacters=_NONCHARACTERS)
        # The text signature of a SavedModel puts one between any two texts.
        check_apart(_PLACE, nul=_NUL, what_does_not_separate=all_others(self.separator))
        check_apart(_PLACE, nul=_NUL, invisible=self.invisible)
        check_apart(_PLACE, **self.sets, outside=self.outside)

    @property
    def sets(self) -> dict[str, Ranges]:
        """The sets of characters that words are made of, by name."""
        return {"word": self.word, "separator": self.separator}

    @functools.cached_property
    def _pattern(self) -> re.Pattern[str]:
        # What separates is tried where the rest has failed, on a character of no longer word. A
        # regular expression goes through the ranges above U+FFFF one after the other, so it looks
        # at them where such a character stands: words are found in a seventh of the time.
        low, high = (character_set(ranges) for ranges in cut_at(self.word, 0x10000))
        word, above = character_set(self.word), "(?=[\U00010000-\U0010ffff])"
        longer = f"{above}[{high}][{word}]*"
        return re.compile(f"[{low}]+(?:{longer})?|{longer}|[^{character_set(self.separator)}]")

    @functools.cached_property
    def sight(self) -> Sight:
        """Takes what is invisible out of a text."""
        return Sight(self.invisible)

    def tokenize(self, text: str) -> list[tuple[str, int, int]]:
        """Cuts a text into words, as the function `tokenize` says."""
        view = self.sight.view(text)
        return [
            (match.group(), *view.in_source(*match.span()))
            for match in self._pattern.finditer(view.text)
        ]

    def split_words(self, text: str) -> list[str]:
        """The words of `tokenize` without their places."""
        return self._pattern.findall(self.sight.view(text).text)

    def word_spans(self, text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
        """Start and end of each word of a part of a text, found as they are needed."""
        return map(re.Match.span, self._pattern.finditer(text, start, end))

    @functools.cached_property
    def _outside(self) -> re.Pattern[str] | None:
        return re.compile(f"[{character_set(self.outside)}]") if self.outside else None

    def is_outside(self, word: str) -> bool:
        """Whether a word belongs to no mention."""
        return len(word) == 1 and self._outside is not None and bool(self._outside.match(word))

    def outside_of(self, words: Sequence[str]) -> list[int]:
        """Numbers of the words that belong to no mention."""
        # Nearly no sentence has one, and one search tells so.
        if self._outside is None or self._outside.search(" ".join(words)) is None:
            return []
        return [number for number, word in enumerate(words) if self.is_outside(word)]

    def character_classes(self) -> bytes:
        """The class of every code point, for runtimes that look it up in a table.

        Returns:
            0x110000 bytes: SEPARATOR (0) ends a word and belongs to none, WORD (1) goes on with the
            word that it stands in, SINGLE (2) is a word by itself. What Unicode 14 does not assign,
            private use and lone surrogates are SINGLE for new students, as they may be visible.
        """
        classes = bytearray([SINGLE]) * 0x110000
        for ranges, character_class in ((self.word, WORD), (self.separator, SEPARATOR)):
            for first, last in ranges:
                classes[first : last + 1] = bytes([character_class]) * (last + 1 - first)
        return bytes(classes)

    def to_json(self) -> dict[str, Any]:
        """The rule as JSON values, for runtimes in other languages.

        Returns:
            "word" and "separator", and "invisible" and "outside" where there are such: first and
            last code point of each range, in order; every other character is a word by itself.
        """
        more = {"invisible": self.invisible, "outside": self.outside}
        sets = {**self.sets, **{name: ranges for name, ranges in more.items() if ranges}}
        return {name: [list(pair) for pair in pairs] for name, pairs in sets.items()}

    @classmethod
    def from_json(cls, rule: object) -> "Tokenizer":
        """Reads what `to_json` gave.

        Raises:
            ValueError: it is something else; the message names the entry.
        """
        names, optional = ("word", "separator"), ("invisible", "outside")
        found = entries_of(rule, _PLACE, names, dict.fromkeys(optional, []))
        values = zip((*names, *optional), found, strict=True)
        return cls(*(ranges_of(value, f"'tokenizer/{name}'") for name, value in values))


# What the first students read.
FIRST_TOKENIZER = Tokenizer(parse_ranges(WORD_RANGES), parse_ranges(SEPARATOR_RANGES))
# What new students read.
TOKENIZER = Tokenizer(
    FIRST_TOKENIZER.word,
    union(FIRST_TOKENIZER.separator, parse_ranges(SIGN_RANGES)),
    parse_ranges(INVISIBLE_RANGES),
    parse_ranges(OUTSIDE_RANGES),
)


def tokenize(text: str) -> list[tuple[str, int, int]]:
    """Cuts a text into words.

    Args:
        text: any text, several lines if need be.

    Returns:
        (word, start, end) in order, in characters (code points). `text[start:end]` is the word,
        and the invisible characters inside of it.
    """
    return TOKENIZER.tokenize(text)


def split_words(text: str) -> list[str]:
    """The words of `tokenize` without their places."""
    return TOKENIZER.split_words(text)


def sentence_from_text(text: str, *, path: str = "", line: int = 0) -> Sentence:
    """A sentence without tags whose words are those of `tokenize`.

    Args:
        text: the sentence; it is kept as it is.
        path: file that it stands in, "" where there is none.
        line: its line there, counted from 1.
    """
    found = tokenize(text)
    return Sentence(
        text,
        tuple(word for word, _, _ in found),
        tuple((start, end) for _, start, end in found),
        path=path,
        line=line,
        one_line=True,
    )
