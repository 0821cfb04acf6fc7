"""Which corpora and sets of documents annotate which entity type, in full or in part.

`annotated_sources.tsv` names the sources and their files, `annotated_types.tsv` says what each of
them annotates, under which names, and why a head learns from it or not. A type that has no row for
a source is not annotated there.
"""

import functools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from importlib import resources

from bioner_kd.errors import InputError, UsageError, shown

# The unified names of entity types, in the order in which heads stand.
TYPES = ("Disease", "Chemical", "Gene", "Species", "CellLine", "CellType", "Variant")
CORPUS, DOCUMENTS, IDS = KINDS = ("corpus", "documents", "ids")
FULL, PART = COVERAGES = ("full", "part")
TRAIN, OWN, MEASURE, NO = USES = ("train", "own", "measure", "no")
# Of names that are mapped to no type, and of empty lists.
NONE = "-"

SOURCES_FILE, TYPES_FILE = "annotated_sources.tsv", "annotated_types.tsv"
_SOURCE_COLUMNS = ("source", "kind", "files", "aside", "about")
_TYPE_COLUMNS = ("source", "type", "names", "coverage", "use", "own_head", "unmarked", "reason")


@dataclass(frozen=True)
class AnnotatedType:
    """What a source annotates under one of the unified types.

    Attributes:
        source: name of the source.
        type: one of `TYPES`; "-" for names that belong to none of them.
        names: the source's own names of it.
        coverage: "full" where each unmarked word is a negative, "part" where it says nothing.
        use: "train" for the head of its type and that of its source, "own" for that of its source
            alone, "measure" where models are measured on it and never learn from it, "no" for
            neither.
        own_head: the head that knows the source alone; "" where there is none.
        unmarked: lower-case words that the source leaves unmarked though others mark them. A
            sentence with one of them outside of mentions says nothing to the head of the type.
        reason: why coverage and use are so.
    """

    source: str
    type: str
    names: tuple[str, ...]
    coverage: str
    use: str
    own_head: str = ""
    unmarked: tuple[str, ...] = ()
    reason: str = ""

    def __post_init__(self) -> None:
        """Checks the values.

        Raises:
            InputError: the type, the coverage or the use is unknown, or the two contradict.
        """
        where = f"{TYPES_FILE}: {self.source}, {shown(self.type)}"
        if self.type not in (*TYPES, NONE):
            raise InputError(f"{where}: unknown type; it must be one of {', '.join(TYPES)}.")
        _check_choice(self.coverage, COVERAGES, f"{where}: the coverage")
        _check_choice(self.use, USES, f"{where}: the use")
        if self.use == TRAIN and (self.coverage == PART or self.type == NONE):
            raise InputError(
                f"{where}: what is annotated in part or is no type teaches no negatives; write "
                f"{OWN} or {NO} as its use."
            )
        if self.use in (TRAIN, OWN) and not self.own_head:
            raise InputError(f"{where}: name its own head, or write {NO} as its use.")


@dataclass(frozen=True)
class AnnotatedSource:
    """A corpus or a set of documents.

    Attributes:
        name: as the heads name it.
        kind: "corpus" for a folder with train, devel and test; "documents" for files that are for
            training as a whole; "ids" for files that give the texts of a corpus with their PMIDs.
        files: names below the folder of the corpora or of the documents.
        aside: share of its documents that nobody trains on.
        about: what texts it has.
        types: what it annotates.
    """

    name: str
    kind: str
    files: tuple[str, ...]
    aside: float
    about: str
    types: tuple[AnnotatedType, ...]

    def __post_init__(self) -> None:
        """Checks the values.

        Raises:
            InputError: the kind is unknown, the share no share, or a name stands for two types.
        """
        _check_choice(self.kind, KINDS, f"{SOURCES_FILE}: {self.name}: the kind")
        if not 0 <= self.aside <= 1 or (self.aside and self.kind != DOCUMENTS):
            raise InputError(
                f"{SOURCES_FILE}: {self.name}: {self.aside} of it is to be set aside; this is a "
                "share of documents in [0, 1], and 0 for other kinds."
            )
        names = [name for one in self.types for name in one.names]
        twice = next((name for name in names if names.count(name) > 1), None)
        if twice is not None:
            raise InputError(f"{TYPES_FILE}: {self.name}: {shown(twice)} stands for two types.")

    @property
    def names(self) -> frozenset[str]:
        """The names of types that the source may have."""
        return frozenset(name for one in self.types for name in one.names)

    def check_names(self, found: Iterable[str]) -> None:
        """Checks that the table knows each type of the source.

        Raises:
            InputError: it does not know one.
        """
        unknown = sorted(set(found) - self.names)
        if unknown:
            raise InputError(
                f"{self.name}: {TYPES_FILE} has no row for its type {shown(unknown[0])}; add one, "
                f"with {NONE} as its type where it is none of ours."
            )


@dataclass(frozen=True)
class SourceTable:
    """All sources, in order."""

    sources: tuple[AnnotatedSource, ...]

    def __post_init__(self) -> None:
        """Checks that no two sources have one name.

        Raises:
            InputError: two have.
        """
        names = [source.name for source in self.sources]
        for name in names:
            if names.count(name) > 1:
                raise InputError(f"{SOURCES_FILE}: two sources are called {shown(name)}.")

    def of_kind(self, *kinds: str) -> tuple[AnnotatedSource, ...]:
        """The sources of some kinds."""
        return tuple(source for source in self.sources if source.kind in kinds)

    def named(self, name: str) -> AnnotatedSource:
        """The source of a name.

        Raises:
            UsageError: there is none.
        """
        found = next((source for source in self.sources if source.name == name), None)
        if found is None:
            known = ", ".join(source.name for source in self.sources)
            raise UsageError(f"there is no source {shown(name)}; there are {known}.")
        return found

    def rows(self) -> Iterator[AnnotatedType]:
        """All that is annotated, source after source."""
        for source in self.sources:
            yield from source.types


@functools.cache
def source_table() -> SourceTable:
    """The table that travels with the package."""
    folder = resources.files("bioner_kd.corpus")
    files = (folder / name for name in (SOURCES_FILE, TYPES_FILE))
    return parse_table(*(file.read_text(encoding="utf-8") for file in files))


def parse_table(sources: str, types: str) -> SourceTable:
    """Makes a table of the texts of its two files.

    Args:
        sources: rows with tabs between columns, the first of them the names of the columns.
        types: likewise.

    Raises:
        InputError: a row has other columns, or a value that the table does not allow.
    """
    found = [_type_of(row) for row in _rows(types, _TYPE_COLUMNS, TYPES_FILE)]
    known = [
        AnnotatedSource(
            row[0], row[1], _listed(row[2]), _share(row), row[4],
            tuple(one for one in found if one.source == row[0]),
        )
        for row in _rows(sources, _SOURCE_COLUMNS, SOURCES_FILE)
    ]  # fmt: skip
    strange = {one.source for one in found} - {source.name for source in known}
    if strange:
        raise InputError(
            f"{TYPES_FILE}: {SOURCES_FILE} has no source {shown(min(strange))}; add it there."
        )
    return SourceTable(tuple(known))


def _rows(text: str, columns: tuple[str, ...], file: str) -> Iterator[list[str]]:
    for number, line in enumerate(text.splitlines(), 1):
        row = line.split("\t")
        if len(row) != len(columns) or (number == 1 and tuple(row) != columns):
            raise InputError(
                f"{file}:{number}: the columns must be {', '.join(columns)}, with tabs between."
            )
        if number > 1:
            yield row


def _type_of(row: list[str]) -> AnnotatedType:
    source, type_, names, coverage, use, own_head, unmarked, reason = row
    return AnnotatedType(
        source=source,
        type=type_,
        names=_listed(names),
        coverage=coverage,
        use=use,
        own_head="" if own_head == NONE else own_head,
        unmarked=_listed(unmarked),
        reason=reason,
    )


def _listed(text: str) -> tuple[str, ...]:
    return () if text == NONE else tuple(text.split(","))


def _share(row: list[str]) -> float:
    try:
        return float(row[3])
    except ValueError:
        raise InputError(f"{SOURCES_FILE}: {row[0]}: {shown(row[3])} is no share.") from None


def _check_choice(value: str, choices: tuple[str, ...], what: str) -> None:
    if value not in choices:
        raise InputError(f"{what} is {shown(value)}; it must be one of {', '.join(choices)}.")
