"""Heads: which entity types a model's output has, and which sources annotate them.

A model has one encoder and a head for each set of types. A sentence counts on the heads that its
source annotates. One corpus is the case of one head.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from bioner_kd.corpus.source_table import (
    CORPUS,
    OWN,
    TRAIN,
    TYPES,
    AnnotatedSource,
    AnnotatedType,
    SourceTable,
)
from bioner_kd.errors import UsageError, shown
from bioner_kd.tagging.tag_set import TagSet
from bioner_kd.text.iob2 import OUTSIDE


@dataclass(frozen=True)
class HeadSource:
    """How a head reads one source.

    Attributes:
        source: its name.
        names: pairs of a type of the source and the head's type; other types are not read.
        unmarked: lower-case words; a sentence that has one of them outside of mentions says nothing
            to the head.
    """

    source: str
    names: tuple[tuple[str, str], ...]
    unmarked: tuple[str, ...] = ()

    @cached_property
    def type_of(self) -> Mapping[str, str]:
        """The head's type for each type of the source that it reads."""
        return dict(self.names)


@dataclass(frozen=True)
class Head:
    """One output of a model.

    Attributes:
        name: unlike that of any other head.
        tag_set: its tags.
        sources: what annotates it in full.
    """

    name: str
    tag_set: TagSet
    sources: tuple[HeadSource, ...] = ()

    def __post_init__(self) -> None:
        """Checks that the sources are mapped to types of the head.

        Raises:
            UsageError: the name is empty, or a source is mapped to an unknown type.
        """
        if not self.name:
            raise UsageError("a head needs a name.")
        for source in self.sources:
            for old, new in source.names:
                if new not in self.tag_set.entity_types:
                    raise UsageError(
                        f"head {shown(self.name)}: {source.source} calls its {shown(old)} "
                        f"{shown(new)}, an unknown type; the head has "
                        f"{', '.join(self.tag_set.entity_types)}."
                    )

    def source(self, name: str) -> HeadSource | None:
        """How it reads a source; None where that source does not annotate it."""
        return next((one for one in self.sources if one.source == name), None)


@dataclass(frozen=True)
class Heads:
    """The heads of a model, in the order of their tags in its output.

    Attributes:
        heads: at least one.
    """

    heads: tuple[Head, ...]

    def __post_init__(self) -> None:
        """Checks the names.

        Raises:
            UsageError: there is no head, or two have one name.
        """
        if not self.heads:
            raise UsageError("a model needs at least one head.")
        for name in self.names:
            if self.names.count(name) > 1:
                raise UsageError(
                    f"two heads are called {shown(name)}; give each a name of its own."
                )

    @property
    def names(self) -> tuple[str, ...]:
        """The name of each head."""
        return tuple(head.name for head in self.heads)

    def __len__(self) -> int:
        """Number of heads."""
        return len(self.heads)

    @cached_property
    def slices(self) -> tuple[slice, ...]:
        """Where the tags of each head stand in the last axis of logits (batch, words, tags)."""
        found, start = [], 0
        for head in self.heads:
            found.append(slice(start, start + len(head.tag_set)))
            start += len(head.tag_set)
        return tuple(found)

    def number(self, name: str) -> int:
        """Which head has a name, counted from 0.

        Raises:
            UsageError: none has.
        """
        if name not in self.names:
            raise UsageError(f"there is no head {shown(name)}; there are {', '.join(self.names)}.")
        return self.names.index(name)

    def check_sources(self, sources: Iterable[str]) -> None:
        """Checks that each source that is read annotates a head.

        Raises:
            UsageError: one annotates none, so that nothing could be learnt from it.
        """
        for name in sources:
            if all(head.source(name) is None for head in self.heads):
                raise UsageError(
                    f"the source {shown(name)} names no head: none of {', '.join(self.names)} "
                    "learns from it. Leave it out, or add it to a head."
                )


def tag_set_of(types: Iterable[str]) -> TagSet:
    """The tags of some types, in the order in which a training split gives them."""
    tags = sorted(f"{prefix}-{name}" for name in dict.fromkeys(types) for prefix in "BI")
    return TagSet((OUTSIDE, *tags))


def one_head(tag_set: TagSet, *, name: str, source: str) -> Heads:
    """The heads of a model of one corpus: one head with the corpus's own tags.

    Args:
        tag_set: its tags.
        name: of the head.
        source: name of the corpus.
    """
    names = tuple((one, one) for one in tag_set.entity_types)
    return Heads((Head(name, tag_set, (HeadSource(source, names),)),))


def heads_by_type(table: SourceTable, types: Sequence[str] = TYPES) -> Heads:
    """A head for each type, which learns from all sources that annotate the type in full.

    Args:
        table: of the sources.
        types: which of `TYPES`; of all, those that no source teaches are left out.

    Raises:
        UsageError: a type is unknown, or no source teaches one that is asked for.
    """
    unknown = [name for name in types if name not in TYPES]
    if unknown:
        raise UsageError(
            f"there is no type {shown(unknown[0])}; a head may have {', '.join(TYPES)}."
        )
    found = []
    for name in types:
        rows = [row for row in _taught(table, (TRAIN,)) if row.type == name]
        sources = tuple(
            HeadSource(row.source, tuple((old, name) for old in row.names), row.unmarked)
            for row in rows
        )
        if sources:
            found.append(Head(name, tag_set_of([name]), sources))
        elif tuple(types) != TYPES:
            raise UsageError(f"no source that is for training annotates {name} in full.")
    return Heads(tuple(found))


def heads_by_corpus(table: SourceTable, names: Sequence[str] | None = None) -> Heads:
    """A head for each corpus and each set of documents, which learns from that one alone.

    A head of a corpus has the corpus's own names of types, so that it can be scored on its test
    split; one of documents has the unified names.

    Args:
        table: of the sources.
        names: which heads; all if None.

    Raises:
        UsageError: there is no such head.
    """
    rows: dict[str, list[AnnotatedType]] = {}
    for row in _taught(table, (TRAIN, OWN)):
        rows.setdefault(row.own_head, []).append(row)
    every = Heads(tuple(_own_head(name, rows[name], table) for name in rows))
    return every if names is None else Heads(tuple(every.heads[every.number(n)] for n in names))


def _own_head(name: str, rows: Sequence[AnnotatedType], table: SourceTable) -> Head:
    sources = []
    for source in dict.fromkeys(row.source for row in rows):
        keeps = table.named(source).kind == CORPUS
        names = [
            (old, old if keeps else row.type)
            for row in rows if row.source == source for old in row.names
        ]  # fmt: skip
        sources.append(HeadSource(source, tuple(names)))
    types = [new for source in sources for _, new in source.names]
    return Head(name, tag_set_of(types), tuple(sources))


def _taught(table: SourceTable, uses: Sequence[str]) -> list[AnnotatedType]:
    return [row for row in table.rows() if row.use in uses and not _is_aside(table, row)]


def _is_aside(table: SourceTable, row: AnnotatedType) -> bool:
    source: AnnotatedSource = table.named(row.source)
    return source.aside == 1
