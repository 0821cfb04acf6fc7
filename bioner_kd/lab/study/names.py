"""Folder names that a person can read and that neither a shell nor a list of folders trips over."""

import hashlib
import os
import re
from collections.abc import Iterable

LOGS, RUNS, RECORD, LOCK = "logs", "runs.csv", "sweep.cfg", ".lock"
# What is in a study's folder beside its runs.
_TAKEN = frozenset({LOGS, RUNS, RECORD})
_UNFINISHED = ".unfinished"
# File systems allow 255 bytes, and an unfinished or temporary folder has a longer name.
_LONGEST = 120
# No comma: several programs take lists of folders. No plus: it stands between settings.
_UNSAFE = re.compile(r"[^A-Za-z0-9._=-]")


def safe_name(text: str) -> str:
    """A name for a folder or a part of one, the same for the same text in any sweep.

    Spaces become underscores. Where anything else has to be replaced or cut, a hash of the text
    keeps two texts apart.
    """
    readable = text.replace(" ", "_")
    name = _UNSAFE.sub("_", readable).lstrip(".-")
    taken = name.lower() in _TAKEN or name.endswith(_UNFINISHED)
    plain = name == readable and name and not taken and len(name) <= _LONGEST
    return name if plain else _hashed(name, text)


def settings_name(values: Iterable[tuple[str, str]]) -> str:
    """The name of a combination of settings, such as "alpha=0.3+seed=1"."""
    texts = [f"{name}={value}" for name, value in values]
    joined = "+".join(map(safe_name, texts))
    return joined if len(joined) <= _LONGEST else _hashed(joined, "\0".join(texts))


def _hashed(name: str, text: str) -> str:
    digest = hashlib.sha256(os.fsencode(text)).hexdigest()[:8]
    return f"{name[: _LONGEST - len(digest) - 1]}-{digest}"
