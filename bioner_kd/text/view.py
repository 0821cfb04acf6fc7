"""A text as a reader sees it, without characters that nobody sees, and the way back to the text."""

import re
from array import array
from collections.abc import Sequence
from dataclasses import dataclass

from bioner_kd.text.ranges import Ranges, character_set

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class View:
    """The visible characters of a text.

    Attributes:
        source: the text.
        text: its visible characters.
        offsets: place in the source of each visible character; None where all are visible.
    """

    source: str
    text: str
    offsets: Sequence[int] | None = None

    def in_source(self, start: int, end: int) -> Span:
        """Where characters of `text` stand in the source, from the first to the last of them."""
        if self.offsets is None:
            return start, end
        if start == end:
            place = self.offsets[start] if start < len(self.offsets) else len(self.source)
            return place, place
        return self.offsets[start], self.offsets[end - 1] + 1


class Sight:
    """Finds what is visible of texts."""

    def __init__(self, invisible: Ranges) -> None:
        """Takes the characters that are read as if they were not there."""
        inside = character_set(invisible)
        self._invisible = re.compile(f"[{inside}]") if invisible else None
        self._visible = re.compile(f"[^{inside}]+")

    def view(self, text: str) -> View:
        """What is visible of a text."""
        if self._invisible is None or not self._invisible.search(text):
            return View(text, text)
        pieces, offsets = [], array("q")
        for found in self._visible.finditer(text):
            pieces.append(found.group())
            offsets.extend(range(*found.span()))
        return View(text, "".join(pieces), offsets)
