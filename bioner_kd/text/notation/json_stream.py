"""JSON that comes from strangers, read as a stream of objects in bounded memory."""

from collections.abc import Collection, Generator, Iterator
from typing import Any

from bioner_kd.errors import InputError, shown
from bioner_kd.text.format import Faults
from bioner_kd.text.notation.json_reader import MOST_SIZE, JsonReader, is_bad
from bioner_kd.text.notation.json_values import Items
from bioner_kd.text.source import Source


def iterate_objects(
    source: Source, lists: Collection[str], faults: Faults
) -> Iterator[tuple[Any, dict[str, Any], int]]:
    """Yields the objects of a file, one at a time.

    Args:
        source: UTF-8: an object that has the objects in a list; or a list of objects; or objects
            one after another, such as one a line.
        lists: names of fields that have objects in a list.
        faults: what is done about an object that is damaged.

    Yields:
        Each object, or whatever stands in its place; the fields that stand before the list that it
        is in; and its line.

    Raises:
        InputError: this is no JSON, is cut short, or has an object that is too large or too deep.
    """
    reader = JsonReader(source)
    while (character := reader.peek()) != "":
        if character == "[":
            yield from _inner_items(reader, {}, lists, faults)
        elif character == "{":
            yield from _outermost(reader, lists, faults)
        else:
            error = reader.error(f"an object begins with a brace, not with {shown(character)}.")
            if not is_bad(character):
                raise error
            faults.report(error)
            reader.skip_line()


def _outermost(
    reader: JsonReader, lists: Collection[str], faults: Faults
) -> Iterator[tuple[Any, dict[str, Any], int]]:
    head: dict[str, Any] = {}
    line, is_object, size = reader.line, True, 0
    try:
        for name in _names(reader):
            if name in lists and reader.peek() == "[":
                is_object = False
                if not (yield from _inner_items(reader, dict(head), lists, faults)):
                    return
            else:
                head[name], length = reader.value()
                size += length
                if size > MOST_SIZE:
                    raise reader.error(f"one object has more than {MOST_SIZE:,} characters.")
    except InputError as error:
        if not is_object:
            raise
        # It may stand in a line of its own.
        faults.report(error)
        reader.skip_line()
        return
    if is_object:
        yield head, {}, line


def _names(reader: JsonReader) -> Iterator[str]:
    reader.expect("{")
    if reader.peek() == "}":
        reader.expect("}")
        return
    while True:
        if reader.peek() != '"':
            raise reader.error("the name of a field is a string.")
        name, _ = reader.value()
        reader.expect(":")
        yield name
        if reader.expect(",}") == "}":
            return


def _inner_items(
    reader: JsonReader, head: dict[str, Any], lists: Collection[str], faults: Faults
) -> Generator[tuple[Any, dict[str, Any], int], None, bool]:
    found = Items(reader, faults)
    for line, item in found:
        yield from _inner(item, head, lists, line)
    return found.are_whole


def _inner(
    item: Any, head: dict[str, Any], lists: Collection[str], line: int
) -> Iterator[tuple[Any, dict[str, Any], int]]:
    names = [name for name in lists if isinstance(item, dict) and isinstance(item.get(name), list)]
    if not names:
        yield item, head, line
        return
    inner_head = {name: value for name, value in item.items() if name not in names}
    for name in names:
        for one in item[name]:
            yield one, inner_head, line
