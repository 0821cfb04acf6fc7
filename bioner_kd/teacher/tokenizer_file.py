"""Reads `tokenizer.json`, which may come from a stranger.

The tokenizers library builds whatever the file describes, such as steps that turn a letter into
gigabytes, or ids that need a table of billions. So the description is checked first.
"""

import base64
import binascii
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tokenizers import Tokenizer

from bioner_kd.bounded import parse_json
from bioner_kd.errors import InputError, one_line, shown
from bioner_kd.regular_file import read_small
from bioner_kd.tagging.models.native_output import call_quietly

# The largest files, of multilingual encoders, have 17 MB or 500,000 pieces.
MOST_BYTES = 20_000_000
# A SentencePiece vocabulary has a list for each piece.
MOST_BRACKETS = 1_000_000
MOST_PIECES = 600_000
_MOST_ADDED = 10_000
_MOST_STEPS = 20
# Number of times by which normalising may make a text longer.
_MOST_GROWTH = 100
# Number of characters of a pattern, a prefix and a word, and of bytes that a character may become.
_LONGEST_PATTERN, _LONGEST_PREFIX, _LONGEST_WORD, _LONGEST_CHARACTER = 1_000, 20, 1_000, 200
_SIZE_BYTES = 4
_WORDS = ("A", "genes", " IL-2Rα", "5′-日本(é)", "a" * 50 + "!")


def read_tokenizer_file(path: Path) -> Tokenizer:
    """Builds the tokenizer that a file of the tokenizers library describes.

    The tokenizer neither truncates nor pads.

    Raises:
        InputError: the file is missing, broken, or describes a tokenizer that no encoder has.
    """
    try:
        described = parse_json(read_small(path, MOST_BYTES), brackets=MOST_BRACKETS)
        _check(described)
        text = json.dumps({**described, "truncation": None, "padding": None})
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise _not_one(path, error) from error
    try:
        return call_quietly(lambda: _built(text), lambda line: True)
    except BaseException as error:
        if not is_failure(error):
            raise
        raise _not_one(path, error) from error


def is_failure(error: BaseException) -> bool:
    """Tells whether an error is a failure of the library, whose panics are no `Exception`."""
    # The class of a panic cannot be imported.
    return isinstance(error, Exception) or type(error).__name__ == "PanicException"


def _built(text: str) -> Tokenizer:
    tokenizer = Tokenizer.from_str(text)
    # A step looks up what it refers to when it gets its first text.
    for word in _WORDS:
        if tokenizer.normalizer is not None:
            tokenizer.normalizer.normalize_str(word)
        tokenizer.encode(word, add_special_tokens=False)
    return tokenizer


def _not_one(path: Path, error: BaseException) -> InputError:
    return InputError(
        f"{path}: this is not a file of the tokenizers library, or not of an encoder's tokenizer "
        f"({one_line(error)}); download it again."
    )


def _check(described: Any) -> None:
    _need(isinstance(described, dict), "it holds no object")
    steps = [
        *_steps(described.get("normalizer"), "normalizers"),
        *_steps(described.get("pre_tokenizer"), "pretokenizers"),
    ]
    _need(len(steps) <= _MOST_STEPS, f"it has {len(steps)} steps before the vocabulary")
    growth = 1.0
    for step in steps:
        growth *= _growth(step)
    _need(growth <= _MOST_GROWTH, f"it makes a text up to {growth:.0f} times longer")
    _check_added(described.get("added_tokens") or [])
    _check_model(described["model"])


def _steps(step: Any, inner: str) -> list[Mapping[str, Any]]:
    if step is None:
        return []
    if step["type"] == "Sequence":
        return [found for part in step[inner] for found in _steps(part, inner)]
    return [step]


def _growth(step: Mapping[str, Any]) -> float:
    """Number of times by which a step can make a text longer, as far as the file decides it."""
    kind = step["type"]
    if kind == "Prepend":
        return 1 + len(step["prepend"])
    if kind == "ByteLevel":
        return 2
    if kind == "Precompiled":
        _check_precompiled(step["precompiled_charsmap"])
    if kind == "FixedLength":
        _need(step["length"] > 0, "it cuts words into pieces of no length")
    if kind in ("Replace", "Split"):
        ((how, pattern),) = step["pattern"].items()
        _need(0 < len(pattern) <= _LONGEST_PATTERN, f"it has the pattern {shown(pattern)}")
        written = len(step.get("content", ""))
        # A regular expression may match nothing, before every character.
        return max(1, written / len(pattern)) if how == "String" else 1 + written
    return 1


def _check_precompiled(table: str) -> None:
    """Checks a table of SentencePiece: the size of a trie, the trie, and what characters become."""
    try:
        content = base64.b64decode(table, validate=True)
    except binascii.Error as error:
        raise ValueError("its table of characters is not in base 64") from error
    begin = _SIZE_BYTES + int.from_bytes(content[:_SIZE_BYTES], "little")
    _need(begin <= len(content), "its table of characters is cut short")
    longest = max(map(len, content[begin:].split(b"\0")))
    _need(longest <= _LONGEST_CHARACTER, f"it makes a character {longest} bytes long")


def _check_added(added: Any) -> None:
    _need(isinstance(added, list) and len(added) <= _MOST_ADDED, "it adds too many pieces")
    for piece in added:
        _need(len(piece["content"]) <= _LONGEST_WORD, f"it adds {shown(piece['content'])}")
        _check_id(piece["id"])


def _check_model(model: Mapping[str, Any]) -> None:
    check_pieces(model["vocab"])
    for name in ("continuing_subword_prefix", "end_of_word_suffix", "unk_token"):
        text = model.get(name) or ""
        _need(len(text) <= _LONGEST_PREFIX, f"its {name} is {shown(text)}")
    longest = model.get("max_input_chars_per_word", 1)
    _need(0 < longest <= _LONGEST_WORD, f"its max_input_chars_per_word is {shown(longest)}")
    _need(not model.get("dropout"), "it leaves out merges at random (dropout)")


def check_pieces(pieces: Any) -> None:
    """Checks a vocabulary: ids by piece, or a list of pieces with their scores.

    Raises:
        ValueError: it has too many pieces, or too large an id.
    """
    _need(isinstance(pieces, dict | list), "its vocabulary is neither an object nor a list")
    _need(len(pieces) <= MOST_PIECES, f"it has {len(pieces):,} pieces, more than {MOST_PIECES:,}")
    for number in pieces.values() if isinstance(pieces, dict) else ():
        _check_id(number)


def _check_id(number: Any) -> None:
    _need(type(number) is int and 0 <= number < MOST_PIECES, f"a piece has the id {shown(number)}")


def _need(condition: bool, otherwise: str) -> None:
    if not condition:
        raise ValueError(otherwise)
