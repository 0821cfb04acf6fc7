"""Values of a JSON file of any size, one after another: JSON lines, or the items of one array."""

import codecs
import functools
import json
import re
from collections.abc import Iterator
from typing import Any

from bioner_kd.errors import InputError, shown
from bioner_kd.text.format import Faults
from bioner_kd.text.source import Source

# Characters that are read at once, and that one value may have at most.
_CHUNK = 1 << 20
_LONGEST = 1 << 24
# A list takes 30 times the bytes of its brackets.
_MOST_BRACKETS = 1_000_000
# The time for a number grows with the square of its digits.
_MOST_DIGITS = 1000
# Characters that an error may stand before the end where the end cuts off a word or an escape.
_CUT = 12
_SPACE = re.compile(r"[ \t\r\n]*")
# Where a value begins that one before it, which is damaged, cannot hold.
_NEXT = re.compile(r"\n(?=\{)")
_ESCAPED_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")
_SURROGATE = re.compile("[\ud800-\udfff]")


def json_values(source: Source, faults: Faults) -> Iterator[tuple[int, Any]]:
    """Yields the values of a file, and the line where each begins.

    A value may take several lines. Where the file is one array, the values are its items.

    Args:
        source: UTF-8.
        faults: told of values that are no JSON, behind which reading goes on at the next line that
            begins with an opening brace.

    Raises:
        InputError: the source cannot be read, or an array is damaged.
    """
    text = _Text(source)
    if text.next_character() == "[":
        yield from _items(text)
        return
    while text.next_character():
        line = text.line
        try:
            value = text.value()
        except InputError as error:
            faults.report(error)
            text.skip_value()
            continue
        yield line, value


def _items(text: "_Text") -> Iterator[tuple[int, Any]]:
    text.move(text.at + 1)
    mark = text.next_character()
    while mark != "]":
        line = text.line
        yield line, text.value()
        mark = text.next_character()
        if mark not in (",", "]"):
            what = f"{shown(mark)} stands where a comma or ] should" if mark else "it ends too soon"
            raise InputError(
                f"{text.place}: this is no complete JSON array: {what}; get the file again."
            )
        if mark == ",":
            text.move(text.at + 1)
            text.next_character()
    text.move(text.at + 1)
    if mark := text.next_character():
        raise InputError(
            f"{text.place}: {shown(mark)} stands behind the end of the JSON array; leave one value "
            "in the file, or write one in each line."
        )


class _Text:
    """The text of a source from some character on, of which a part is in memory.

    Attributes:
        at: where in that part the text begins.
        line: number of its line in the source.
    """

    def __init__(self, source: Source) -> None:
        self.at, self.line = 0, 1
        self._part = ""
        self._name = source.name
        self._pieces = _pieces(source)

    @property
    def place(self) -> str:
        return f"{self._name}:{self.line}"

    def move(self, to: int) -> None:
        self.line += self._part.count("\n", self.at, to)
        self.at = to

    def next_character(self) -> str:
        """Goes over white space; "" at the end."""
        while True:
            space = _SPACE.match(self._part, self.at)
            assert space is not None
            self.move(space.end())
            if self.at < len(self._part):
                return self._part[self.at]
            if not self._more():
                return ""

    def value(self) -> Any:
        """Reads the value that begins here."""
        while True:
            try:
                value, end = DECODER.raw_decode(self._part, self.at)
            except json.JSONDecodeError as error:
                if self._is_cut(error) and self._more():
                    self._check_size()
                    continue
                raise self._no_json(error) from None
            except (ValueError, RecursionError) as error:
                deep = isinstance(error, RecursionError)
                what = "lists and objects are nested too deeply" if deep else str(error)
                raise InputError(f"{self.place}: this JSON is not read: {what}.") from None
            # A number may go on behind what is in memory.
            if end == len(self._part) and self._part[end - 1] not in '}]"' and self._more():
                continue
            self._check_characters(value, end)
            self.move(end)
            return value

    def skip_value(self) -> None:
        """Goes to where the next value begins, or to the end."""
        while not (found := _NEXT.search(self._part, self.at)):
            self.move(max(self.at, len(self._part) - 1))
            if not self._more():
                self.move(len(self._part))
                return
        self.move(found.end())

    def _more(self) -> bool:
        # As much again as there is, so that a long value is not tried too often.
        pieces, size = [self._part[self.at :]], 0
        least = len(pieces[0]) if len(pieces[0]) >= _CHUNK else 1
        for piece in self._pieces:
            pieces.append(piece)
            size += len(piece)
            if size >= least:
                break
        self._part, self.at = "".join(pieces), 0
        return size > 0

    def _is_cut(self, error: json.JSONDecodeError) -> bool:
        if error.msg.startswith("Invalid control"):
            return False
        return error.msg.startswith("Unterminated") or error.pos >= len(self._part) - _CUT

    def _check_size(self) -> None:
        if len(self._part) <= _CHUNK:
            return
        if len(self._part) > 2 * _LONGEST:
            raise InputError(
                f"{self.place}: the JSON value that begins here has more than {_LONGEST:,} "
                "characters; divide it into several documents."
            )
        if self._part.count("{") + self._part.count("[") > _MOST_BRACKETS:
            raise InputError(
                f"{self.place}: the JSON value that begins here has more than {_MOST_BRACKETS:,} "
                "lists and objects; divide it into several documents."
            )

    def _check_characters(self, value: Any, end: int) -> None:
        # JSON can write half of a character, which no file of text can hold.
        if not _ESCAPED_SURROGATE.search(self._part, self.at, end):
            return
        if _SURROGATE.search(json.dumps(value, ensure_ascii=False)):
            raise InputError(
                f"{self.place}: this JSON has half of a character, an escape from \\ud800 to "
                "\\udfff without the other half; write the character as it is."
            )

    def _no_json(self, error: json.JSONDecodeError) -> InputError:
        if self._is_cut(error):
            return InputError(
                f"{self.place}: the JSON value that begins here ends in the middle; get the file "
                "again, or close the value."
            )
        there = self._part[max(self.at, error.pos - 20) : error.pos + 20]
        lines = self._part.count("\n", self.at, error.pos)
        return InputError(
            f"{self._name}:{self.line + lines}: this is no JSON: {error.msg} near {shown(there)}; "
            "correct it there."
        )


def _pieces(source: Source) -> Iterator[str]:
    decoder = codecs.getincrementaldecoder("utf-8-sig")()
    offset, line = 0, 1
    with source.open() as data:
        read = getattr(data, "read1", None)
        # Whoever replaces the standard input may give any iterable of lines.
        blocks = iter(functools.partial(read, _CHUNK), b"") if read else iter(data)
        for block in blocks:
            try:
                piece = decoder.decode(block)
            except UnicodeDecodeError as error:
                lines = error.object[: error.start].count(b"\n")
                start = offset - (len(error.object) - len(block)) + error.start
                raise InputError(
                    f"{source.name}:{line + lines}: byte 0x{error.object[error.start]:02x} at "
                    f"offset {start} of the file is not UTF-8. Convert the file, for example: "
                    f"iconv -f {'UTF-16' if start == 0 else 'ISO-8859-1'} -t UTF-8 OLD > NEW"
                ) from None
            line += piece.count("\n")
            offset += len(block)
            if piece:
                yield piece
    if decoder.getstate()[0]:
        raise InputError(f"{source.name}:{line}: the file ends inside a character; get it again.")


def _number(kind: type[int] | type[float]) -> Any:
    def convert(digits: str) -> int | float:
        if len(digits) > _MOST_DIGITS:
            raise ValueError(f"it has a number of more than {_MOST_DIGITS} digits")
        value = kind(digits)
        if value in (float("inf"), float("-inf")):
            raise ValueError(f"the number {shown(digits)} is too large")
        return value

    return convert


def _refuse(constant: str) -> Any:
    raise ValueError(f"{constant} is no number of JSON")


DECODER = json.JSONDecoder(
    parse_int=_number(int), parse_float=_number(float), parse_constant=_refuse
)
