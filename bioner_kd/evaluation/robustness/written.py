"""Annotated words become text again, with blanks where a person writes them."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from bioner_kd.text.iob2 import entities
from bioner_kd.text.sentence import Sentence

# Entity type, first character and the character after the last.
Mention = tuple[str, int, int]

_NO_BLANK_BEFORE = frozenset(".,;:!?)]}%'’-‐‑–/_+®™°″′")
_NO_BLANK_AFTER = frozenset("([{'‘-‐‑–/_")
# "0.5", "1,000", "12:30", "i.v.": between these no blank follows the mark.
_INSIDE = re.compile(r"\w*\d[.:]\d\w*|\d+,\d{3}|[a-z]\.[a-z]")


@dataclass(frozen=True, slots=True)
class Written:
    """A text and where its annotated mentions are.

    Attributes:
        text: what a student is given.
        mentions: in the order of the text.
    """

    text: str
    mentions: tuple[Mention, ...]

    def with_insertions(self, insertions: Iterable[tuple[int, str]]) -> "Written":
        """The same text with more characters in it, and its mentions where they are now.

        What is inserted at the border of a mention stays outside of the mention.

        Args:
            insertions: places in the text as it is now, each with what is inserted before it.
        """
        ordered = sorted(insertions)
        pieces, done = [], 0
        for place, inserted in ordered:
            pieces += [self.text[done:place], inserted]
            done = place
        mentions = [
            (
                name,
                start + sum(len(inserted) for place, inserted in ordered if place <= start),
                end + sum(len(inserted) for place, inserted in ordered if place < end),
            )
            for name, start, end in self.mentions
        ]
        return Written("".join(pieces) + self.text[done:], tuple(mentions))


def joined(parts: Sequence[Written], separator: str) -> Written:
    """One text of several, with a separator between each two."""
    mentions: list[Mention] = []
    start = 0
    for part in parts:
        mentions += [(name, first + start, end + start) for name, first, end in part.mentions]
        start += len(part.text) + len(separator)
    return Written(separator.join(part.text for part in parts), tuple(mentions))


def write(sentence: Sentence) -> Written:
    """The text of a sentence on one line.

    A sentence of a document keeps its gaps, each as one blank. Where a corpus has words alone, no
    blank is written before a mark that closes, after one that opens, around hyphens and slashes,
    and inside of a number.
    """
    gaps = _gaps(sentence)
    pieces, spans, end = [], [], 0
    for word, gap in zip(sentence.words, ("", *gaps), strict=True):
        pieces += [gap, word]
        spans.append((end + len(gap), end + len(gap) + len(word)))
        end = spans[-1][1]
    mentions = [
        (name, spans[first][0], spans[last - 1][1])
        for name, first, last in entities(sentence.tags or ())
    ]
    return Written("".join(pieces), tuple(mentions))


def _gaps(sentence: Sentence) -> list[str]:
    if sentence.alone().text != " ".join(sentence.words):
        return ["" if end == start else " " for (_, end), (start, _) in pairwise(sentence.spans)]
    words = sentence.words
    opened = _opening_quotes(words)
    return [_gap(words, number, opened) for number in range(1, len(words))]


def _opening_quotes(words: Sequence[str]) -> frozenset[int]:
    # Straight quotes open and close by turns.
    return frozenset([number for number, word in enumerate(words) if word == '"'][::2])


def _gap(words: Sequence[str], number: int, opened: frozenset[int]) -> str:
    before, after = words[number - 1], words[number]
    if before == '"' and number - 1 in opened or after == '"' and number not in opened:
        return ""
    if before in _NO_BLANK_AFTER or after in _NO_BLANK_BEFORE:
        return ""
    around = words[number - 2] if number > 1 else ""
    return "" if _INSIDE.fullmatch(around + before + after) else " "
