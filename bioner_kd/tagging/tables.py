"""The file of tables and tags that travels with a student: what every runtime needs beside it."""

import gzip
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from bioner_kd.atomic import atomic_file
from bioner_kd.bounded import gunzip, parse_json
from bioner_kd.errors import InputError, UsageError, one_line
from bioner_kd.regular_file import read_small
from bioner_kd.tagging.checked_json import texts_of
from bioner_kd.tagging.decoding import Decoder, Transitions
from bioner_kd.tagging.tag_set import TagSet
from bioner_kd.tagging.word_features import WordFeatures
from bioner_kd.text.sentence_ends import sentence_rule
from bioner_kd.text.tokenizer import tokenizer_rule

TABLES = "tables.json"
# Bytes of the file, compressed or not: room for two million words and more. Those of a student with
# 30,000 words are 0.4 MB.
LARGEST = 32 << 20
_GZIP = b"\x1f\x8b"
_UNREADABLE = (KeyError, TypeError, ValueError, UsageError)


@dataclass(frozen=True)
class Tables:
    """What turns words into a student's features, and its logits into tags.

    Attributes:
        tag_set: the tags of the logits' last axis.
        features: words to features.
        transitions: of a student with a CRF, as `Decoder` takes them, otherwise None.
        decoder: logits to tags.
    """

    tag_set: TagSet
    features: WordFeatures
    transitions: Transitions | None = None
    decoder: Decoder = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Makes the decoder, which checks the transitions."""
        decoder = Decoder(self.tag_set, self.transitions)
        object.__setattr__(self, "decoder", decoder)
        object.__setattr__(self, "transitions", decoder.transitions)

    def to_json(self) -> dict[str, Any]:
        """Lists, strings and numbers, and with them how text is cut into sentences and words."""
        tables: dict[str, Any] = {
            "tags": list(self.tag_set.tags),
            "features": self.features.to_json(),
        }
        if self.transitions is not None:
            tables["transitions"] = self.transitions
        return tables | _text_rules()

    @classmethod
    def from_json(cls, record: Mapping[str, Any]) -> "Tables":
        """Reads what `to_json` gave; KeyError, TypeError or ValueError where it is not that."""
        if not isinstance(record, dict):
            raise TypeError("it is no JSON object")
        features = WordFeatures.from_json(record["features"])
        tags = texts_of(record["tags"], "tags")
        # Students of earlier versions have no such entries; they were trained on the same words.
        for name, rule in _text_rules().items():
            if record.get(name, rule) != rule:
                raise InputError(
                    f'"{name}" says that text is cut otherwise than this version of bioner_kd does'
                )
        return cls(TagSet(tags), features, record.get("transitions"))

    def write(self, path: str | os.PathLike[str]) -> None:
        """Writes what `read_tables` reads, compressed where the name ends in .gz.

        Raises:
            InputError: the tables are larger than any that are read, or cannot be written.
        """
        content = json.dumps(self.to_json(), ensure_ascii=False).encode()
        if len(content) > LARGEST:
            raise InputError(
                f"{path}: these tables have {len(content)} bytes, and {LARGEST} are read at most; "
                "keep fewer words by --vocabulary_size."
            )
        with atomic_file(path, "wb") as file:
            compressed = os.fspath(path).endswith(".gz")
            file.write(gzip.compress(content, mtime=0) if compressed else content)


def _text_rules() -> dict[str, Any]:
    return {"tokenizer": tokenizer_rule(), "sentences": sentence_rule()}


def read_tables(path: str | os.PathLike[str]) -> Tables:
    """Reads a student's tables.

    Raises:
        InputError: the file is missing, damaged or of another kind.
    """
    try:
        content = read_small(path, LARGEST)
    except FileNotFoundError as error:
        raise InputError(
            f"{path}: there is no such file; a student's tables travel beside its model, so copy "
            "them from the folder that it came from."
        ) from error
    except (OSError, ValueError) as error:  # ValueError: a NUL in the name
        raise _damaged(str(path), error) from error
    return parse_tables(content, str(path))


def parse_tables(content: bytes, name: str) -> Tables:
    """Reads the content of a file of tables, compressed by gzip or not.

    Raises:
        InputError: it is damaged or of another kind; `name` says where it is from.
    """
    try:
        if content.startswith(_GZIP):
            content = gunzip(content, LARGEST)
        return Tables.from_json(parse_json(content))
    except _UNREADABLE as error:
        raise _damaged(name, error) from error


def _damaged(name: str, error: Exception) -> InputError:
    reason = getattr(error, "strerror", None) or str(error) or type(error).__name__
    return InputError(
        f"{name}: not the tables of a student, or damaged ones ({one_line(reason)}); export "
        "the student again."
    )
