"""What a JSON file begins with, of which only the first characters are known."""

import functools
import json
import re
from typing import Any

# The time for a number grows with the square of its digits; of these a few are enough here.
_DECODER = json.JSONDecoder(parse_int=lambda digits: int(digits[:18]))
_MOST_OBJECTS = 20
_BETWEEN = re.compile(r"[\s,]*")
_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|["{}\[\],]', re.DOTALL)
_PART_OF_ESCAPE = re.compile(r"\\(?:u[0-9a-fA-F]{0,3})?$")
_CLOSING = {"{": "}", "[": "]"}


@functools.lru_cache(maxsize=4)
def first_objects(start: str) -> tuple[dict[str, Any], ...]:
    """The objects with which a file begins, for whoever asks what it holds.

    Args:
        start: first characters of the file, which may be cut off anywhere.

    Returns:
        At most 20 objects: of JSON lines, or of one array. The first of them may lack what is cut
        off. None where it is no such file.
    """
    rest = start.lstrip()
    if rest.startswith("["):
        rest = rest[1:].lstrip()
    found: list[dict[str, Any]] = []
    at = 0
    while len(found) < _MOST_OBJECTS and rest.startswith("{", at):
        try:
            value, at = _DECODER.raw_decode(rest, at)
        except (ValueError, RecursionError):
            break
        found.append(value)
        at = _BETWEEN.match(rest, at).end()  # type: ignore[union-attr]
    if not found and rest.startswith("{"):
        found = _completed(rest)
    return tuple(found)


def _completed(start: str) -> list[dict[str, Any]]:
    # The object without what is cut off: up to the cut, where that is inside a string, or up to the
    # last comma.
    stack: list[str] = []
    tries = []
    for token in _TOKEN.finditer(start):
        mark = token.group()
        if mark in _CLOSING:
            stack.append(_CLOSING[mark])
        elif stack and mark == stack[-1]:
            stack.pop()
        elif mark == ",":
            tries = [start[: token.start()] + "".join(reversed(stack))]
        elif mark == '"':
            string = _PART_OF_ESCAPE.sub("", start) + '"'
            tries.insert(0, string + "".join(reversed(stack)))
            break
    for text in tries:
        try:
            value = _DECODER.decode(text)
        except (ValueError, RecursionError):
            continue
        if isinstance(value, dict):
            return [value]
    return []
