"""Values of JSON out of a file that comes from strangers, read in bounded memory."""

import codecs
import json
import math
import re
from typing import Any

from bioner_kd.errors import InputError, one_line, shown
from bioner_kd.text.source import START, Source, without_nul

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


class DamagedValue(InputError):
    """A value is JSON, but has something in it that no text or number can be."""


class JsonReader:
    """Values of JSON out of a buffer that slides over a file."""

    def __init__(self, source: Source) -> None:
        self._name = source.name
        self._chunks = source.chunks()
        self._bad_bytes = source.bad_bytes
        self._decoder = codecs.getincrementaldecoder("utf-8-sig")(self._bad_bytes)
        self._text, self._at, self._ended = "", 0, False
        self._line, self._counted, self._bytes, self._start = 1, 0, 0, 0
        self._damage, self._last_line = "", 1
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
        while True:
            found = _SPACE.match(self._text, self._at)
            assert found is not None
            self._at = found.end()
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
        self._line = self.line - self._text.count("\n", self._start, self._at)
        self._at = self._counted = self._start
        while not (found := _NEXT.search(self._text, self._at)):
            self._at = max(self._at, len(self._text) - 1)
            if not self._more():
                self._at = len(self._text)
                return
        self._at = found.end()

    def error(self, message: str) -> InputError:
        """An error at the place that is read."""
        return InputError(f"{self._name}:{self.line}: {message}")

    def _taken(self, value: Any, end: int) -> tuple[Any, int]:
        line, start, self._at = self.line, self._at, end
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
        chunk = without_nul(next(self._chunks, b""), self._bad_bytes)
        self._ended = not chunk
        try:
            piece = self._decoder.decode(chunk, self._ended)
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
