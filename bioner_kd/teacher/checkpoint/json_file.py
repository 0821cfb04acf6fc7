"""Reads the small JSON files of a checkpoint folder."""

import os
from typing import Any

from bioner_kd.bounded import parse_json
from bioner_kd.errors import InputError, one_line
from bioner_kd.regular_file import read_small

# An index of 10,000 tensors takes about 1 MB.
_MOST_BYTES = 4_000_000


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
