"""Reads the small JSON files of a checkpoint folder."""

import json
import os
from typing import Any

from bioner_kd.errors import InputError


def read_json_object(path: str | os.PathLike[str]) -> dict[str, Any]:
    """Reads a file that holds one JSON object.

    Args:
        path: a JSON file, UTF-8.

    Returns:
        The object.

    Raises:
        InputError: the file is missing, unreadable, not JSON, or holds something else.
    """
    try:
        with open(path, encoding="utf-8") as handle:
            value = json.load(handle)
    except OSError as error:
        raise InputError(
            f"{path}: cannot read this file ({error.strerror}); a checkpoint folder needs it: "
            "download it again or name another folder."
        ) from error
    except (ValueError, RecursionError) as error:
        raise InputError(f"{path}: this is not valid JSON ({error}); download it again.") from error
    if not isinstance(value, dict):
        raise InputError(
            f"{path}: the file must hold a JSON object in braces, but holds a "
            f"{type(value).__name__}; download it again."
        )
    return value
