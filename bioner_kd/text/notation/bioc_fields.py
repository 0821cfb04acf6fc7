"""Fields of BioC's objects: of their kinds, what infons say, and where an annotation stands.

The objects come from strangers and may hold anything.
"""

import bisect
import math
import re
from collections.abc import Mapping, Sequence
from typing import Any

from bioner_kd.errors import InputError, one_line, shown
from bioner_kd.text.document import Passage

Said = dict[str, Any]

# An offset of more digits is no offset, and takes time to read.
_NUMBER = re.compile(r"\s*[+-]?[0-9]{1,15}\s*")


class Fields:
    """Reads the fields of a document's objects; a field of another kind is an InputError."""

    def __init__(self, where: str) -> None:
        """Takes the place of the document, for messages."""
        self._where = where

    def objects(self, said: Said, name: str) -> list[Said]:
        """The objects in a list, none where the field is missing."""
        found = said.get(name)
        if found is None:
            return []
        if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
            raise self.error(f"{name} is a list of objects, not {shown(found)}.")
        return found

    def infons(self, said: Said) -> Said:
        """The infons of an object: names and their values."""
        found = said.get("infons")
        if found is not None and not isinstance(found, dict):
            raise self.error(f"infons are an object of names and values, not {shown(found)}.")
        return dict(found or {})

    def text(self, said: Said) -> str:
        """A text, "" where there is none."""
        found = said.get("text")
        if found is not None and not isinstance(found, str):
            raise self.error(f"text is a string, not {shown(found)}.")
        return found or ""

    def name(self, found: object) -> str:
        """An id, or another short text."""
        if found is None:
            return ""
        if isinstance(found, bool) or not isinstance(found, str | int):
            raise self.error(f"an id or role is a string, not {shown(found)}.")
        return found if isinstance(found, str) else one_line(shown(found))

    def number(self, said: Said, name: str) -> int:
        """A whole number, which may stand in quotation marks."""
        found = said.get(name)
        if isinstance(found, str) and _NUMBER.fullmatch(found):
            return int(found)
        if isinstance(found, int) and not isinstance(found, bool) and abs(found) < 10**15:
            return found
        raise self.error(f"{name} is a whole number, not {shown(found)}.")

    def error(self, message: str) -> InputError:
        """An error of this document."""
        return InputError(f"{self._where}: {message}")


_PLAIN = "identifier"
# Vocabularies that files use as keys, in small letters, and how an identifier begins.
_VOCABULARIES = {
    "cellosaurus": "Cellosaurus",
    "chebi": "CHEBI",
    "dbsnp": "dbSNP",
    "entrez gene": "NCBIGene",
    "go": "GO",
    "hgnc": "HGNC",
    "mesh": "MESH",
    "ncbi gene": "NCBIGene",
    "ncbi taxonomy": "NCBITaxon",
    "omim": "OMIM",
    "umls": "UMLS",
    "uniprot": "UniProt",
}
_NONE = frozenset({"", "-", "-1", "none", "null", "nil"})
_SEVERAL = re.compile(r"[;,|]")
# The parts of a variant, as in tmVar:p|SUB|V|600|E, have bars between them.
_VARIANT = re.compile(r"tmVar:|(?:^|;)\w?\|")


def identifiers_of(infons: Mapping[str, Any]) -> tuple[str, ...]:
    """The identifiers of what an annotation stands for.

    Args:
        infons: of the annotation. The values of "identifier" are taken as they are, those of keys
            that name a vocabulary with the vocabulary before them; several are separated by a
            semicolon, a comma or a bar. "-", "-1" and "None" are no identifiers.

    Examples:
        >>> identifiers_of({"type": "Disease", "MESH": "D002318|D012131"})
        ('MESH:D002318', 'MESH:D012131')
    """
    return tuple(
        name
        for key, value in infons.items()
        if _is_identifier(key)
        for name in _split(value, _VOCABULARIES.get(_normal(key), ""))
    )


def with_identifiers(infons: Mapping[str, Any], identifiers: Sequence[str]) -> dict[str, Any]:
    """Infons that say given identifiers; they stay as they are where they do so already."""
    if identifiers_of(infons) == tuple(identifiers):
        return dict(infons)
    others = {key: value for key, value in infons.items() if not _is_identifier(key)}
    return others | ({_PLAIN: ";".join(identifiers)} if identifiers else {})


def score_of(infons: Mapping[str, Any]) -> float | None:
    """The confidence that an annotation says, None where it says none."""
    said = infons.get("score")
    try:
        score = float(said) if isinstance(said, str | int | float) else math.nan
    except (ValueError, OverflowError):
        return None
    return score if math.isfinite(score) else None


def _normal(key: str) -> str:
    return key.lower().replace("_", " ").strip()


def _is_identifier(key: str) -> bool:
    return _normal(key) == _PLAIN or _normal(key) in _VOCABULARIES


def _split(value: object, vocabulary: str) -> list[str]:
    values = value if isinstance(value, list) else [value]
    texts = [str(one) for one in values if isinstance(one, str | int) and one is not True]
    names = [
        name.strip()
        for text in texts
        for name in (text.split(";") if _VARIANT.search(text) else _SEVERAL.split(text))
    ]
    names = [name for name in names if name.lower() not in _NONE]
    if not vocabulary:
        return names
    return [name if ":" in name else f"{vocabulary}:{name}" for name in names]


def home_of(passages: Sequence[Passage], start: int) -> list[int]:
    """The passage, and its sentence if it has some, in which a character stands.

    Returns:
        Their indices; nothing where there is no passage.
    """
    at = bisect.bisect_right(passages, start, key=lambda passage: passage.offset) - 1
    if not passages:
        return []
    at = max(at, 0)
    sentences = passages[at].extra.get("bioc", {}).get("sentences", ())
    inside = bisect.bisect_right(sentences, start, key=lambda one: one["offset"]) - 1
    return [at, inside] if inside >= 0 else [at]
