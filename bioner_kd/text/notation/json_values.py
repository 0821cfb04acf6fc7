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
        items = Items(reader, faults)
        yield from items
        if items.are_whole and (mark := reader.peek()):
            raise reader.error(
                f"{shown(mark)} stands behind the end of the JSON array; leave one value in the "
                "file, or write one in each line."
            )
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


class Items:
    """The items of an array, each with the line where it begins.

    Attributes:
        are_whole: whether the end of the array was found, as is known when all items have been
            taken; behind damage that hides it, nothing is left of the file.
    """

    def __init__(self, reader: JsonReader, faults: Faults) -> None:
        """Takes a reader whose next character opens the array, and who is told of faulty items."""
        self.are_whole = True
        self._reader, self._faults = reader, faults

    def __iter__(self) -> Iterator[tuple[int, Any]]:
        """Yields line and item.

        Raises:
            InputError: an item is no JSON, and where the next one begins is not known.
        """
        reader = self._reader
        reader.expect("[")
        if reader.peek() == "]":
            reader.expect("]")
            return
        mark, start = ",", reader.item_start()
        while mark == ",":
            reader.peek()
            line = reader.line
            try:
                value, _ = reader.value()
            except DamagedValue as error:
                self._faults.report(error)
            except InputError as error:
                self._faults.report(error)
                mark = reader.skip_item(start, error)
                continue
            else:
                yield line, value
            mark = reader.separator(start, self._faults.report)
        self.are_whole = mark == "]"
