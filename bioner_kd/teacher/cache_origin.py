"""Which sentences a cache was made of, as its manifest and its messages name them."""

from collections.abc import Mapping, Sequence
from typing import Any

from bioner_kd.errors import one_line, shown
from bioner_kd.text.sentence import Sentence

FILES = "files"
_MOST_FILES = 100
_LISTED = 3


def files_of(sentences: Sequence[Sentence]) -> list[str]:
    """The files that sentences were read from, in their order; none where they are of no file."""
    files = dict.fromkeys(sentence.path for sentence in sentences if sentence.path)
    return list(files)[:_MOST_FILES]


def check_files(manifest: Mapping[str, Any]) -> None:
    """Checks the files that a manifest names; caches from before name none.

    Raises:
        TypeError: they are no list of texts.
    """
    files = manifest.get(FILES, [])
    if not isinstance(files, list) or not all(isinstance(name, str) for name in files):
        raise TypeError(f"{FILES} is no list of names")


def both_texts(manifest: Mapping[str, Any], sentences: Sequence[Sentence]) -> str:
    """Names the sentences that a cache was made of and those that are given now."""
    before, now = manifest.get(FILES, []), files_of(sentences)
    changed = before == now != [] and manifest["sentences"] == len(sentences)
    return (
        f"it was made of {_described(manifest['sentences'], before)}, and is wanted for "
        f"{_described(len(sentences), now)}{', whose words are others now' if changed else ''}"
    )


def in_short(value: Any) -> str:
    """An entry of a fingerprint, of a checksum its first digits."""
    if isinstance(value, str):
        return one_line(value if len(value) <= 40 else f"{value[:12]}…")
    return shown(value)


def _described(number: int, files: Sequence[str]) -> str:
    if not files:
        return f"{number} sentences of a text whose name is not known"
    more = f" and {len(files) - _LISTED} more" if len(files) > _LISTED else ""
    return f"{number} sentences of {', '.join(map(one_line, files[:_LISTED]))}{more}"
