"""Text is cut into words the way that the corpora were, with the place of each word in the text.

A word is a run of letters, digits and combining marks, or one other visible character; white space,
control characters and invisible format characters separate. The underscore is a word by itself, as
in the corpora. Everything follows from the class of each character alone, so that a lookup table
repeats the rule in any language.

The functions here cut as new students read. A student that was made before keeps the rule that its
tables hold, which is a `Tokenizer` of its own.
"""

import functools
import re
from dataclasses import dataclass
from typing import Any

from bioner_kd.text.character_ranges import SEPARATOR_RANGES, WORD_RANGES
from bioner_kd.text.ranges import (
    Ranges,
    all_others,
    character_set,
    check_apart,
    entries_of,
    parse_ranges,
    ranges_of,
)
from bioner_kd.text.sentence import Sentence

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
_PLACE = "'tokenizer'"


@dataclass(frozen=True)
class Tokenizer:
    """A rule that cuts text into words.

    Attributes:
        word: characters that go on with the word that they stand in.
        separator: characters that end a word and belong to none; each other one is a word by
            itself.
    """

    word: Ranges
    separator: Ranges

    def __post_init__(self) -> None:
        """Checks what the runtimes rely on.

        Raises:
            ValueError: a character is in both sets or twice in one of them, U+0000 does not
                separate, or a noncharacter is part of words.
        """
        check_apart(_PLACE, **self.sets)
        check_apart(_PLACE, word=self.word, noncharacters=_NONCHARACTERS)
        # The text signature of a SavedModel puts one between any two texts.
        check_apart(_PLACE, nul=((0, 0),), what_does_not_separate=all_others(self.separator))

    @property
    def sets(self) -> dict[str, Ranges]:
        """The sets of characters by name."""
        return {"word": self.word, "separator": self.separator}

    @functools.cached_property
    def _pattern(self) -> re.Pattern[str]:
        # The second half is tried where the first has failed, on a character of no longer word.
        word, separator = character_set(self.word), character_set(self.separator)
        return re.compile(f"[{word}]+|[^{separator}]")

    def tokenize(self, text: str) -> list[tuple[str, int, int]]:
        """Cuts a text into words, as the function `tokenize` says."""
        return [
            (match.group(), match.start(), match.end()) for match in self._pattern.finditer(text)
        ]

    def split_words(self, text: str) -> list[str]:
        """The words of `tokenize` without their places."""
        return self._pattern.findall(text)

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
            "word" and "separator": first and last code point of each range, in order; every other
            character is a word by itself.
        """
        return {name: [list(pair) for pair in pairs] for name, pairs in self.sets.items()}

    @classmethod
    def from_json(cls, rule: object) -> "Tokenizer":
        """Reads what `to_json` gave.

        Raises:
            ValueError: it is something else; the message names the entry.
        """
        names = ("word", "separator")
        values = zip(names, entries_of(rule, _PLACE, names), strict=True)
        return cls(*(ranges_of(value, f"'tokenizer/{name}'") for name, value in values))


# What new students read.
TOKENIZER = Tokenizer(parse_ranges(WORD_RANGES), parse_ranges(SEPARATOR_RANGES))


def tokenize(text: str) -> list[tuple[str, int, int]]:
    """Cuts a text into words.

    Args:
        text: any text, several lines if need be.

    Returns:
        (word, start, end) in order, with `text[start:end] == word`, in characters (code points).
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
