"""Values of a JSON file of any size, one after another: JSON lines, or the items of one array."""

from collections.abc import Iterator
from typing import Any

from bioner_kd.errors import InputError, shown
from bioner_kd.text.format import Faults
from bioner_kd.text.notation.json_reader import DamagedValue, JsonReader
from bioner_kd.text.source import Source


def json_values(source: Source, faults: Faults) -> Iterator[tuple[int, Any]]:
    """Yields the values of a file, and the line where each begins.

    A value may take several lines. Where the file is one array, the values are its items.

    Args:
        source: UTF-8.
        faults: told of values that are no JSON, behind which reading goes on: in an array where
            the value has something in it that no text or number can be, else at the next line that
            begins with an opening brace.

    Raises:
        InputError: the source cannot be read, or an array is damaged.
    """
    reader = JsonReader(source)
    if reader.peek() == "[":
        yield from _items(reader, faults)
        return
    while reader.peek():
        line = reader.line
        try:
            value, _ = reader.value()
        except InputError as error:
            faults.report(error)
            reader.skip_value()
            continue
        yield line, value


def _items(reader: JsonReader, faults: Faults) -> Iterator[tuple[int, Any]]:
    reader.expect("[")
    mark = reader.peek()
    if mark == "]":
        reader.expect("]")
    while mark != "]":
        reader.peek()
        line = reader.line
        try:
            value, _ = reader.value()
        except DamagedValue as error:
            faults.report(error)
        else:
            yield line, value
        mark = reader.expect(",]")
    if mark := reader.peek():
        raise reader.error(
            f"{shown(mark)} stands behind the end of the JSON array; leave one value in the file, "
            "or write one in each line."
        )
