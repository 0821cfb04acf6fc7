"""Units in which formats count the places of a text: characters, bytes, UTF-16 code units."""

import bisect
import itertools
from array import array
from collections.abc import Iterator, Sequence

# Characters are Unicode's code points; bytes are those of UTF-8; what Java and JavaScript call the
# length of a string is its number of UTF-16 code units.
CHARACTERS, BYTES, UTF_16 = UNITS = ("characters", "bytes", "utf-16")
_WIDER_FROM = {CHARACTERS: (), BYTES: (0x80, 0x800, 0x10000), UTF_16: (0x10000,)}


def length(text: str, unit: str) -> int:
    """Number of units that a text has.

    Args:
        text: any.
        unit: one of `UNITS`.
    """
    if unit == CHARACTERS or text.isascii():
        return len(text)
    return sum(_widths(text, unit))


class Ruler:
    """Counts the places of a text in a unit.

    Examples:
        >>> ruler = Ruler("Sjögren's", BYTES)
        >>> ruler.units(3), ruler.character(4), ruler.character(3)
        (4, 3, None)
    """

    def __init__(self, text: str, unit: str) -> None:
        """Takes the text and one of `UNITS`."""
        self._before: Sequence[int] | None = None
        if unit != CHARACTERS and not text.isascii():
            self._before = array("Q", itertools.accumulate(_widths(text, unit), initial=0))

    def units(self, character: int) -> int:
        """Number of units before a character of the text, or before its end."""
        return character if self._before is None else self._before[character]

    def character(self, units: int) -> int | None:
        """The character before which a number of units stands; None inside of a character."""
        if self._before is None:
            return units
        found = bisect.bisect_left(self._before, units)
        exact = found < len(self._before) and self._before[found] == units
        return found if exact else None


def _widths(text: str, unit: str) -> Iterator[int]:
    bounds = _WIDER_FROM[unit]
    return (1 + bisect.bisect_right(bounds, ord(character)) for character in text)
