"""What infons of BioC's annotations say: entries of vocabularies, and the score."""

import math
import re
from collections.abc import Mapping, Sequence
from typing import Any

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
    """What an annotation stands for.

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
