"""The file of tables and tags that travels with a student: what every runtime needs beside it."""

import gzip
import io
import json
import os
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from bioner_kd.atomic import atomic_file
from bioner_kd.corpus.sentence_ends import sentence_rule
from bioner_kd.corpus.tag_set import TagSet
from bioner_kd.corpus.tokenizer import tokenizer_rule
from bioner_kd.encoding.decoding import Decoder, Transitions
from bioner_kd.encoding.word_features import WordFeatures
from bioner_kd.errors import InputError, UsageError

TABLES = "tables.json"
_GZIP = b"\x1f\x8b"
# Tables of two million word vectors take a fifth of this.
_LONGEST = 1 << 28
_UNREADABLE = (
    KeyError,
    TypeError,
    ValueError,
    UsageError,
    AttributeError,
    EOFError,
    gzip.BadGzipFile,
    zlib.error,
    RecursionError,
)


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
        features = WordFeatures.from_json(record["features"])
        # Students of earlier versions have no such entries; they were trained on the same words.
        for name, rule in _text_rules().items():
            if record.get(name, rule) != rule:
                raise InputError(
                    f'"{name}" says that text is cut otherwise than this version of bioner_kd does'
                )
        return cls(TagSet(tuple(record["tags"])), features, record.get("transitions"))

    def write(self, path: str | os.PathLike[str]) -> None:
        """Writes what `read_tables` reads, compressed where the name ends in .gz."""
        content = json.dumps(self.to_json(), ensure_ascii=False).encode()
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
        with open(path, "rb") as file:
            content = file.read()
    except FileNotFoundError as error:
        raise InputError(
            f"{path}: there is no such file; a student's tables travel beside its model, so copy "
            "them from the folder that it came from."
        ) from error
    except OSError as error:
        raise _damaged(str(path), error) from error
    return parse_tables(content, str(path))


def parse_tables(content: bytes, name: str) -> Tables:
    """Reads the content of a file of tables, compressed by gzip or not.

    Raises:
        InputError: it is damaged or of another kind; `name` says where it is from.
    """
    try:
        if content.startswith(_GZIP):
            content = _decompress(content)
        return Tables.from_json(json.loads(content.decode("utf-8")))
    except _UNREADABLE as error:
        raise _damaged(name, error) from error


def _decompress(content: bytes) -> bytes:
    with gzip.GzipFile(fileobj=io.BytesIO(content)) as file:
        found = file.read(_LONGEST + 1)
    if len(found) > _LONGEST:
        raise ValueError(f"they are longer than {_LONGEST:,} bytes")
    return found


def _damaged(name: str, error: Exception) -> InputError:
    reason = str(error).partition("\n")[0] or type(error).__name__
    return InputError(
        f"{name}: not the tables of a student, or damaged ones ({reason}); export the student "
        "again."
    )
