"""The file of tables and tags that travels with a student: what every runtime needs beside it.

docs/tables.md describes its format.
"""

import gzip
import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from bioner_kd.atomic import atomic_file
from bioner_kd.bounded import gunzip, parse_json
from bioner_kd.errors import InputError, NewerFormatError, UsageError, check_format, one_line
from bioner_kd.regular_file import read_small
from bioner_kd.tagging.decoding import Decoder, Transitions
from bioner_kd.tagging.postprocessing import Postprocessing
from bioner_kd.tagging.tag_set import TagSet
from bioner_kd.tagging.word_features import WordFeatures, texts_of
from bioner_kd.text.rules import FIRST_RULES, RULES, TextRules
from bioner_kd.text.sentence import Sentence

TABLES = "tables.json"
# The format that is written; all from 1 on are read. 1: without the entry "format", without
# "sentences/stops", and at first without "tokenizer" and "sentences". 2: without "postprocessing".
FORMAT = 3
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
        rules: text to sentences and words.
        postprocessing: tags to the entities of a text.
        decoder: logits to tags.
    """

    tag_set: TagSet
    features: WordFeatures
    transitions: Transitions | None = None
    rules: TextRules = RULES
    postprocessing: Postprocessing = Postprocessing()
    decoder: Decoder = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Makes the decoder, which checks the transitions."""
        decoder = Decoder(self.tag_set, self.transitions)
        object.__setattr__(self, "decoder", decoder)
        object.__setattr__(self, "transitions", decoder.transitions)

    def sentences(self, text: str) -> Iterator[Sentence]:
        """The sentences of a text that have words; wrapped words that a table has are joined."""
        return self.rules.iterate_sentences(text, self.features.is_known)

    def to_json(self) -> dict[str, Any]:
        """Lists, strings and numbers, and with them how text is cut into sentences and words."""
        tables: dict[str, Any] = {
            "format": FORMAT,
            "tags": list(self.tag_set.tags),
            "features": self.features.to_json(),
            "postprocessing": self.postprocessing.to_json(),
        }
        if self.transitions is not None:
            tables["transitions"] = self.transitions
        return tables | self.rules.to_json()

    @classmethod
    def from_json(cls, record: Mapping[str, Any], where: str = TABLES) -> "Tables":
        """Reads what `to_json` gave, in this version or one before.

        Raises:
            NewerFormatError: a later version wrote it.
            KeyError, TypeError, ValueError: it is something else.
        """
        if not isinstance(record, dict):
            raise TypeError("it is no JSON object")
        found = check_format(record.get("format", 1), FORMAT, where)
        if found == 1:
            record = _of_format_2(record)
        after = Postprocessing.from_json(record["postprocessing"] if found > 2 else {})
        features = WordFeatures.from_json(record["features"])
        tags = texts_of(record["tags"], "tags")
        rules = TextRules.from_json(record)
        return cls(TagSet(tags), features, record.get("transitions"), rules, after)

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


def _of_format_2(record: Mapping[str, Any]) -> dict[str, Any]:
    """Tables of format 1 with what was not written there."""
    rules = FIRST_RULES.to_json()
    sentences = record.get("sentences", rules["sentences"])
    if isinstance(sentences, dict):
        sentences = {"stops": rules["sentences"]["stops"], **sentences}
    return {**rules, **record, "sentences": sentences}


def read_tables(path: str | os.PathLike[str]) -> Tables:
    """Reads a student's tables.

    Raises:
        InputError: the file is missing, damaged, of another kind or of a later version.
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
        InputError: it is damaged, of another kind or of a later version; `name` says where it is
            from.
    """
    try:
        if content.startswith(_GZIP):
            content = gunzip(content, LARGEST)
        return Tables.from_json(parse_json(content), name)
    except NewerFormatError:
        raise
    except _UNREADABLE as error:
        raise _damaged(name, error) from error


def _damaged(name: str, error: Exception) -> InputError:
    reason = getattr(error, "strerror", None) or str(error) or type(error).__name__
    return InputError(
        f"{name}: not the tables of a student, or damaged ones ({one_line(reason)}); export "
        "the student again."
    )
