"""Text is cut into words the way that the corpora were, with the place of each word in the text.

A word is a run of letters, digits and combining marks, or one other visible character; white space,
control characters and invisible format characters separate. The underscore is a word by itself, as
in the corpora. Everything follows from the class of each character alone, so that a lookup table
repeats the rule in any language.
"""

import functools
import re
from typing import Any

from bioner_kd.text.character_ranges import SEPARATOR_RANGES, WORD_RANGES
from bioner_kd.text.sentence import Sentence

SEPARATOR = 0
WORD = 1
SINGLE = 2
# The word of a masked text that stands for any word: one visible character that text hardly has. A
# teacher reads it as its [MASK], a student as an unknown word.
MASK = "\u2b1a"


def _parse_ranges(ranges: str) -> list[tuple[int, int]]:
    """Reads "61-7a aa" as [(0x61, 0x7a), (0xaa, 0xaa)]."""
    pairs = (entry.split("-") for entry in ranges.split())
    return [(int(pair[0], 16), int(pair[-1], 16)) for pair in pairs]


def _character_set(ranges: str) -> str:
    """The inside of a regular expression's brackets for these ranges."""
    return "".join(rf"\U{first:08x}-\U{last:08x}" for first, last in _parse_ranges(ranges))


# The second half is tried where the first has failed, on a character that goes into no word.
_WORD = re.compile(f"[{_character_set(WORD_RANGES)}]+|[^{_character_set(SEPARATOR_RANGES)}]")


@functools.cache
def character_classes() -> bytes:
    """The class of every code point, for runtimes that look it up in a table.

    Returns:
        0x110000 bytes: SEPARATOR, WORD or SINGLE at the index of each code point. What Unicode 14
        does not assign, private use and lone surrogates are SINGLE, as they may be visible.
    """
    classes = bytearray([SINGLE]) * 0x110000
    for ranges, character_class_ in ((WORD_RANGES, WORD), (SEPARATOR_RANGES, SEPARATOR)):
        for first, last in _parse_ranges(ranges):
            classes[first : last + 1] = bytes([character_class_]) * (last + 1 - first)
    return bytes(classes)


def tokenizer_rule() -> dict[str, Any]:
    """The rule as JSON values, for runtimes in other languages.

    Returns:
        "word" and "separator": first and last code point of each range, in order; every other
        character is a word by itself.
    """
    rule = {"word": WORD_RANGES, "separator": SEPARATOR_RANGES}
    return {name: [list(pair) for pair in _parse_ranges(ranges)] for name, ranges in rule.items()}


def character_class(code_point: int) -> int:
    """What a character does to the words around it.

    Args:
        code_point: 0 to 0x10ffff.

    Returns:
        SEPARATOR (0) ends a word and belongs to none, WORD (1) goes on with the word that it stands
        in, SINGLE (2) is a word by itself.
    """
    return character_classes()[code_point]


def tokenize(text: str) -> list[tuple[str, int, int]]:
    """Cuts a text into words.

    Args:
        text: any text, several lines if need be.

    Returns:
        (word, start, end) in order, with `text[start:end] == word`, in characters (code points).
    """
    return [(match.group(), match.start(), match.end()) for match in _WORD.finditer(text)]


def split_words(text: str) -> list[str]:
    """The words of `tokenize` without their places."""
    return _WORD.findall(text)


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
