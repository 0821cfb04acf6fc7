"""How fully sources annotate, by their own annotation: the facts behind `annotated_types.tsv`."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from bioner_kd.corpus.source_table import NONE, AnnotatedSource
from bioner_kd.text.document import Document, Span

# A name that is marked so often, and has so many characters, should be marked wherever it stands.
_OFTEN, _LONG = 3, 3


@dataclass
class Agreement:
    """Mentions of one type in the documents that two sources have in common.

    Attributes:
        mentions: of the first source.
        alike: how many of these the second marks with the same borders, by its own name of the
            type.
    """

    mentions: int = 0
    alike: Counter[str] = field(default_factory=Counter)


def unified_names(source: AnnotatedSource) -> Mapping[str, str]:
    """The unified type for each own name of a source that belongs to one."""
    return {name: row.type for row in source.types if row.type != NONE for name in row.names}


def agreement(
    first: tuple[AnnotatedSource, Sequence[Document]],
    second: tuple[AnnotatedSource, Sequence[Document]],
) -> tuple[int, dict[str, Agreement]]:
    """Compares two sources on the documents of the same PMID and the same text.

    Args:
        first: a source and its documents.
        second: another.

    Returns:
        Number of these documents, and for each unified type what the two mark.
    """
    names, others = unified_names(first[0]), unified_names(second[0])
    texts = {document.id: document for document in second[1]}
    found: dict[str, Agreement] = {}
    number = 0
    for document in first[1]:
        other = texts.get(document.id)
        if other is None or other.text != document.text:
            continue
        number += 1
        marked = {
            (others[one.type], one.spans): one.type
            for one in other.annotations
            if one.type in others
        }
        for type_, spans in _mentions(document, names):
            mine = found.setdefault(type_, Agreement())
            mine.mentions += 1
            if (type_, spans) in marked:
                mine.alike[marked[type_, spans]] += 1
    return number, found


def repetitions(
    source: AnnotatedSource, documents: Sequence[Document]
) -> dict[str, tuple[int, int]]:
    """Counts how often names that a source marks at least 3 times are marked, and are not.

    Args:
        source: what the names of types mean.
        documents: of the source.

    Returns:
        For each unified type the number of marked and of unmarked occurrences.
    """
    names = unified_names(source)
    forms: dict[str, Counter[str]] = {}
    for document in documents:
        for one in document.annotations:
            if one.type in names:
                forms.setdefault(names[one.type], Counter())[one.text] += 1
    return {
        type_: _occurrences(documents, often, [n for n, t in names.items() if t == type_])
        for type_, counted in forms.items()
        if (often := [f for f, n in counted.items() if n >= _OFTEN and len(f) >= _LONG])
    }


def _occurrences(
    documents: Iterable[Document], forms: Sequence[str], own_names: Sequence[str]
) -> tuple[int, int]:
    longest_first = sorted(forms, key=len, reverse=True)
    pattern = re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, longest_first))})(?!\w)")
    marked = unmarked = 0
    for document in documents:
        spans = [(one.start, one.end) for one in document.annotations if one.type in own_names]
        for found in pattern.finditer(document.text):
            if any(start < found.end() and found.start() < end for start, end in spans):
                marked += 1
            else:
                unmarked += 1
    return marked, unmarked


def _mentions(document: Document, names: Mapping[str, str]) -> list[tuple[str, tuple[Span, ...]]]:
    return [(names[one.type], one.spans) for one in document.annotations if one.type in names]
