"""Compressed bytes and JSON that come from strangers, read within stated limits.

What a stranger wrote may be a few bytes that unpack to gigabytes, or JSON that takes minutes or all
memory.
"""

import json
import re
import zlib
from collections.abc import Callable
from typing import Any

PairsHook = Callable[[list[tuple[str, Any]]], Any]

# A list takes 30 times the bytes of its brackets. Tables and manifests of ours have a thousand.
MOST_BRACKETS = 100_000
# The time for a number grows with the square of its digits. No number of ours is as long.
_DIGITS = re.compile(rb"(?<![0-9])[0-9]{1000}")


def gunzip(content: bytes, most: int) -> bytes:
    """Decompresses a gzip file up to a size.

    Args:
        content: one member of a gzip file and nothing else.
        most: bytes that may be inside.

    Raises:
        ValueError: there are more, or it is cut short or damaged.
    """
    unpacker = zlib.decompressobj(wbits=16 + zlib.MAX_WBITS)
    try:
        inside = unpacker.decompress(content, most + 1)
    except zlib.error as error:
        raise ValueError(f"damaged gzip: {error}") from error
    if len(inside) > most:
        raise ValueError(f"more than {most} bytes are inside of its {len(content)}")
    if not unpacker.eof or unpacker.unused_data:
        raise ValueError("this gzip is cut short, or something stands behind it")
    return inside


def parse_json(
    content: bytes, *, brackets: int = MOST_BRACKETS, pairs_hook: PairsHook | None = None
) -> Any:
    """Parses JSON in time and memory that the length of the text bounds.

    Args:
        content: UTF-8.
        brackets: how many lists and objects there may be; brackets inside of strings count too.
        pairs_hook: what makes an object of its names and values, as `json.loads` takes it.

    Raises:
        ValueError: it is no JSON, is over a limit, or has a number that JSON does not know.
    """
    opened = content.count(b"[") + content.count(b"{")
    if opened > brackets:
        raise ValueError(f"it has {opened} lists and objects, more than {brackets}")
    if _DIGITS.search(content):
        raise ValueError("it has a number of 1000 digits or more")
    try:
        text = content.decode("utf-8")
        return json.loads(text, parse_constant=_refuse, object_pairs_hook=pairs_hook)
    except RecursionError as error:
        raise ValueError("lists and objects are nested too deeply") from error


def _refuse(constant: str) -> Any:
    raise ValueError(f"{constant} is no number of JSON")
