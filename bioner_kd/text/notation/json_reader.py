"""Values of JSON that comes from strangers, read one by one in bounded memory."""

import itertools
import json
import math
import re
from collections.abc import Callable
from typing import Any

from bioner_kd.errors import InputError, one_line, shown
from bioner_kd.text.bad_bytes import CONTROL, MARK
from bioner_kd.text.source import START, Source

# Characters of one object, and the lists and objects in it; full texts have a hundredth of both.
MOST_SIZE = 50_000_000
MOST_BRACKETS = 2_000_000
# The time for a number grows with the square of its digits.
_MOST_DIGITS = 1000
# So near to the end of what is there, a value may only be cut off.
_CUT = 16
_SPACE = re.compile(r"[ \t\r\n]*")
# Where an object begins that one before it, which is damaged, cannot hold.
_NEXT = re.compile(r"\n(?=\{)")
_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")
# What a byte that is no text any more can have stood for, other than a character of a string.
_STRUCTURE = '"{}[],: 0nultrefas'
_BAD = re.compile(f"[{CONTROL}{MARK}\ufffd]")
_BEHIND = re.compile(r"[ \t\r\n]*(?:[],}]|$)")
# Characters of a damaged value that are looked at, and bad ones among them that are tried.
_LOOKED_AT, _TRIED = 1 << 22, 8


def is_bad(character: str) -> bool:
    """Whether a character may stand for a byte that is no text."""
    return _BAD.match(character) is not None


class DamagedValue(InputError):
    """A value is JSON, but has something in it that no text or number can be."""


class JsonReader:
    """Values of JSON out of a buffer that slides over a file."""

    def __init__(self, source: Source) -> None:
        self._name = source.name
        self._chunks = source.chunks()
        self._bad_bytes = source.bad_bytes
        self._decoder = self._bad_bytes.decoder()
        self._text, self._at, self._ended = "", 0, False
        self._line, self._counted, self._bytes, self._start = 1, 0, 0, 0
        self._damage, self._last_line, self._space = "", 1, ""
        self._parser = json.JSONDecoder(
            parse_int=self._int, parse_float=self._float, parse_constant=self._constant
        )

    @property
    def line(self) -> int:
        """Line of the file that is read, counted from 1."""
        self._line += self._text.count("\n", self._counted, self._at)
        self._counted = self._at
        return self._line

    def peek(self) -> str:
        """The next character that is no white space, "" at the end of the file."""
        self._space = ""
        while True:
            found = _SPACE.match(self._text, self._at)
            assert found is not None
            self._at = found.end()
            self._space += found.group()
            if self._at < len(self._text):
                return self._text[self._at]
            if not self._more():
                return ""

    def expect(self, characters: str) -> str:
        """Takes the next character, which is one of those given."""
        found = self.peek()
        if not found:
            raise self._cut_short()
        if found not in characters:
            raise self.error(f"{' or '.join(characters)} is missing before {shown(found)}.")
        self._at += 1
        return found

    def value(self) -> tuple[Any, int]:
        """Takes the next value.

        Returns:
            The value, and its number of characters in the file.

        Raises:
            InputError: it is no JSON, is cut short, is too large or too deep.
        """
        self.peek()
        self._start = self._at
        while True:
            self._damage = ""
            try:
                value, end = self._parser.raw_decode(self._text, self._at)
            except json.JSONDecodeError as error:
                if not self._is_cut(error):
                    self._at = error.pos
                    raise self.error(f"no JSON: {one_line(error.msg)}; correct the file.") from None
                if not self._more():
                    raise self._cut_short() from None
                continue
            except RecursionError:
                raise self.error("lists and objects are nested too deeply.") from None
            # A number may go on behind what is there: 0 and 0. may be the start of 0.5.
            may_go_on = isinstance(value, int | float) and end >= len(self._text) - _CUT
            if not (may_go_on and self._more()):
                return self._taken(value, end)

    def skip_line(self) -> None:
        """Goes on behind the next line end."""
        while (end := self._text.find("\n", self._at)) < 0:
            self._at = len(self._text)
            if not self._more():
                return
        self._at = end + 1

    def skip_value(self) -> None:
        """Goes on at the next line behind the start of the last value that begins an object."""
        self._go_back(self._start)
        self._skip_to(_NEXT)

    def item_start(self) -> re.Pattern[str] | None:
        """Takes white space before an item of an array.

        Returns:
            What the next items of the array begin with, None where each is not in lines of its own.
        """
        self.peek()
        _, line_end, indent = self._space.rpartition("\n")
        return re.compile(rf"\n{indent}(?=\{{)") if line_end else None

    def skip_item(self, start: re.Pattern[str] | None, error: InputError) -> str:
        """Goes on behind an item of an array that is no JSON.

        Args:
            start: what items begin with, as `item_start` has told.
            error: what is wrong with the item.

        Returns:
            What stands behind it, which is taken: "," before the next item, "]" at the end of the
            array, "" at the end of the file.

        Raises:
            InputError: `error`, where nothing says where the next item begins.
        """
        self._go_back(self._start)
        if (end := self._end_if_mended()) >= 0:
            self._at = end
            return self.separator(start, lambda error: None)
        self._at += 1
        return self._next_item(start, error)

    def separator(self, start: re.Pattern[str] | None, report: Callable[[InputError], None]) -> str:
        """Takes what stands behind an item; returns and raises as `skip_item`.

        Args:
            start: as there.
            report: told where something else stands there, behind which reading can go on.
        """
        try:
            return self.expect(",]")
        except InputError as error:
            report(error)
            if is_bad(self.peek()):
                self._at += 1
                return ","
            return self._next_item(start, error)

    def _next_item(self, start: re.Pattern[str] | None, error: InputError) -> str:
        if start is None:
            raise error
        return "," if self._skip_to(start) else ""

    def _end_if_mended(self) -> int:
        # One byte is damaged, mostly: the value is JSON with the right one in its place.
        while len(self._text) - self._at < _LOOKED_AT and self._more():
            pass
        for bad in itertools.islice(_BAD.finditer(self._text, self._at), _TRIED):
            for one in _STRUCTURE:
                text = self._text[self._at : bad.start()] + one + self._text[bad.end() :]
                try:
                    value, end = self._parser.raw_decode(text)
                except (json.JSONDecodeError, RecursionError):
                    continue
                if isinstance(value, dict) and _BEHIND.match(text, end):
                    return self._at + end
        return -1

    def _skip_to(self, start: re.Pattern[str]) -> bool:
        while not (found := start.search(self._text, self._at)):
            self._at = max(self._at, len(self._text) - len(start.pattern))
            if not self._more():
                self._at = len(self._text)
                return False
        self._at = found.end()
        return True

    def _go_back(self, place: int) -> None:
        self._line = self.line - self._text.count("\n", place, self._at)
        self._at = self._counted = place

    def error(self, message: str) -> InputError:
        """An error at the place that is read."""
        return InputError(f"{self._name}:{self.line}: {message}")

    def _taken(self, value: Any, end: int) -> tuple[Any, int]:
        line, start, self._at = self.line, self._at, end
        if CONTROL in self._text[start:end]:
            value = self._parser.decode(self._text[start:end].replace(CONTROL, " "))
        if _SURROGATE.search(self._text, start, end) and not _can_be_written(value):
            self._damage = "half of a character (a lone surrogate) is no text"
        if self._damage:
            raise DamagedValue(f"{self._name}:{line}: {self._damage}; correct the file.")
        return value, end - start

    def _is_cut(self, error: json.JSONDecodeError) -> bool:
        if error.msg.startswith("Invalid control"):
            return False
        return error.msg.startswith("Unterminated string") or error.pos >= len(self._text) - _CUT

    def _cut_short(self) -> InputError:
        return self.error("the JSON is cut short behind this line; get the whole file.")

    def _more(self) -> bool:
        # As much again as is left: the time for a long value is that of reading it twice.
        if self._ended:
            return False
        _ = self.line
        pieces = [self._text[self._at :]]
        if len(pieces[0]) > MOST_SIZE:
            raise self.error(f"one value has more than {MOST_SIZE:,} characters.")
        wanted = 2 * len(pieces[0]) if len(pieces[0]) > START else len(pieces[0]) + 1
        self._at = self._counted = self._start = 0
        size = len(pieces[0])
        while size < wanted and not self._ended:
            pieces.append(self._next_piece())
            size += len(pieces[-1])
        self._text = "".join(pieces)
        if self._text.count("[") + self._text.count("{") > MOST_BRACKETS:
            raise self.error(f"one value has more than {MOST_BRACKETS:,} lists and objects.")
        return True

    def _next_piece(self) -> str:
        chunk = next(self._chunks, b"")
        self._ended = not chunk
        try:
            piece = self._bad_bytes.without_controls(self._decoder.decode(chunk, self._ended))
        except UnicodeDecodeError as error:
            lines = error.object.count(b"\n", 0, error.start)
            start = self._bytes + len(chunk) - len(error.object) + error.start
            raise InputError(
                f"{self._name}:{self._last_line + lines}: byte 0x{error.object[error.start]:02x} "
                f"at offset {start} of the file is not UTF-8. Convert the file, for example: iconv "
                f"-f {'UTF-16' if start == 0 else 'ISO-8859-1'} -t UTF-8 OLD > NEW"
            ) from None
        self._bytes += len(chunk)
        self._last_line += piece.count("\n")
        return piece

    def _int(self, digits: str) -> int:
        if len(digits) > _MOST_DIGITS:
            self._damage = f"a number has more than {_MOST_DIGITS} digits"
            return 0
        return int(digits)

    def _float(self, digits: str) -> float:
        number = float(digits)
        if not math.isfinite(number):
            self._damage = "a number is too large"
        return number

    def _constant(self, name: str) -> None:
        self._damage = f"{name} is no number of JSON"


def _can_be_written(value: Any) -> bool:
    try:
        json.dumps(value, ensure_ascii=False).encode()
    except (UnicodeEncodeError, RecursionError):
        return False
    return True
