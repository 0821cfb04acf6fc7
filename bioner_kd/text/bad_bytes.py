"""Bytes that are no text: NUL, control characters where a format forbids them, and no UTF-8."""

import codecs
import re
from typing import Protocol

# What is done about them: nothing more is read; they are replaced; or they are marked, so that
# whoever makes documents can leave out those with a mark.
STRICT, REPLACED, MARKED = "strict", "replace", "mark"
# Halves of characters, which no decoded text has: a mark, and what a reader of JSON takes for a
# control character, until it knows whether that is inside of a string.
MARK, CONTROL = "\udcff", "\udcfe"
_REPLACEMENT = "\ufffd"
_ERRORS = "bioner_kd.mark"
_NUL = re.compile(f"[{MARK}\0]")
# Neither XML nor strings of JSON can hold these control characters.
_CONTROLS = re.compile(f"[{MARK}\0-\x08\x0b\x0c\x0e-\x1f]")
_ODD = re.compile(f"[{MARK}\0-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


class BadBytes:
    """What is done about the bad bytes of a source, and whether it had some.

    Attributes:
        mode: `STRICT`, `REPLACED` or `MARKED`. Replaced, a NUL or another control character is a
            space, which ends a word as it does in the text signature of a SavedModel, and what is
            not UTF-8 is U+FFFD.
        found: whether there were any so far, where they are replaced or marked.
    """

    def __init__(self, mode: str = STRICT) -> None:
        """Takes what is done about them."""
        self.mode = mode
        self.found = False

    @property
    def are_read(self) -> bool:
        """Whether reading goes on behind them."""
        return self.mode != STRICT

    def decoder(self) -> "Decoder":
        """What decodes UTF-8 bit by bit; a byte order mark at the start is dropped."""
        errors = _ERRORS if self.are_read else "strict"
        decoder: Decoder = codecs.getincrementaldecoder("utf-8-sig")(errors)
        return decoder

    def decode(self, data: bytes) -> str:
        """A line of UTF-8.

        Raises:
            UnicodeDecodeError: it is none, and nothing is done about that.
        """
        if not self.are_read:
            return data.decode()
        return self._mended(data.decode("utf-8", _ERRORS), _NUL)

    def without_controls(self, text: str, *, xml: bool = False) -> str:
        """What a decoder gave, where control characters are bad as well.

        Args:
            text: decoded text.
            xml: whether U+FFFE and U+FFFF are bad too, as in XML, and a control character becomes a
                space; otherwise it becomes `CONTROL`.
        """
        if not self.are_read:
            return text
        return self._mended(text, _ODD) if xml else self._mended(text, _CONTROLS, CONTROL)

    def _mended(self, text: str, bad: re.Pattern[str], control: str = " ") -> str:
        if not _CONTROLS.search(text) and not bad.search(text):
            return text
        self.found = True
        if self.mode == MARKED:
            return bad.sub(MARK, text)
        return bad.sub(lambda found: control if found.group() < " " else _REPLACEMENT, text)


class Decoder(Protocol):
    """An incremental decoder of `codecs`."""

    def decode(self, data: bytes, final: bool = False) -> str:
        """Characters that the bytes so far complete."""


def is_marked(text: str) -> bool:
    """Whether a text has bytes in it that were marked because they are no text."""
    return MARK in text


def _mark(error: UnicodeError) -> tuple[str, int]:
    # One mark for as many bytes as "replace" gives one U+FFFD for.
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return MARK, error.end


codecs.register_error(_ERRORS, _mark)
