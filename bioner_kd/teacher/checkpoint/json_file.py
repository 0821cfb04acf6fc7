"""Reads the small JSON files of a checkpoint folder, and other JSON that came from strangers."""

import json
import os
from collections.abc import Callable
from typing import Any

from bioner_kd.errors import InputError, one_line
from bioner_kd.regular_file import read_small

# An index of 10,000 tensors takes about 1 MB.
_MOST_BYTES = 4_000_000
# Of 64 bits, and more than any size has.
_MOST_DIGITS = 20
# A list takes 30 times the memory of its two brackets. Vocabularies have one for each piece.
_MOST_CONTAINERS = 1_000_000


def read_json_object(path: str | os.PathLike[str]) -> dict[str, Any]:
    """Reads a file that holds one JSON object.

    Args:
        path: a JSON file, UTF-8.

    Returns:
        The object.

    Raises:
        InputError: the file is missing, unreadable, too large, not JSON, or holds something else.
    """
    try:
        value = parse_json(read_small(path, _MOST_BYTES))
    except OSError as error:
        raise InputError(
            f"{path}: cannot read this file ({error.strerror}); a checkpoint folder needs it: "
            "download it again or name another folder."
        ) from error
    except ValueError as error:
        raise InputError(
            f"{path}: this is not valid JSON ({one_line(error)}); download it again."
        ) from error
    if not isinstance(value, dict):
        raise InputError(
            f"{path}: the file must hold a JSON object in braces, but holds a "
            f"{type(value).__name__}; download it again."
        )
    return value


def parse_json(
    content: bytes, *, object_pairs_hook: Callable[[list[tuple[str, Any]]], Any] | None = None
) -> Any:
    """Parses JSON whose size the caller has bounded.

    Args:
        content: UTF-8.
        object_pairs_hook: as of `json.loads`.

    Returns:
        The value. Whole numbers have at most 20 digits.

    Raises:
        ValueError: it is not JSON, has a longer number, or is nested too deeply or too often.
    """
    if content.count(b"[") + content.count(b"{") > _MOST_CONTAINERS:
        raise ValueError(f"it has more than {_MOST_CONTAINERS:,} lists and objects")
    try:
        return json.loads(
            content.decode("utf-8"), parse_int=_number, object_pairs_hook=object_pairs_hook
        )
    except RecursionError as error:
        raise ValueError("it is nested too deeply") from error


def _number(digits: str) -> int:
    # The time to read a number grows with the square of its length.
    if len(digits) > _MOST_DIGITS:
        raise ValueError(f"a number has {len(digits)} digits")
    return int(digits)
