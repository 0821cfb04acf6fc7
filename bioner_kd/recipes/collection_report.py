"""What a collection holds and what was left out of it, in Markdown."""

import itertools
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

from bioner_kd.corpus.coverage import agreement, repetitions
from bioner_kd.corpus.headed import mentions
from bioner_kd.corpus.source_table import CORPUS, DOCUMENTS, FULL, IDS, NONE, TYPES, SourceTable
from bioner_kd.recipes.collection import CollectedSource, Collection, read_source
from bioner_kd.text.document import Document


def coverage_table(table: SourceTable) -> str:
    """Which source annotates which type: in full, in part, or not at all (–).

    A type in brackets is annotated, but no head of the type learns from it.
    """
    rows = []
    for source in table.of_kind(CORPUS, DOCUMENTS):
        cells = {row.type: _cell(row.coverage, row.use) for row in source.types}
        rows.append([source.name, *(cells.get(one, "–") for one in TYPES)])
    return _table(["source", *TYPES], rows)


def _cell(coverage: str, use: str) -> str:
    words = "in full" if coverage == FULL else "in part"
    return words if use == "train" else f"({words})"


def reasons_table(table: SourceTable) -> str:
    """The source's own names of each type, what they are used for, and why."""
    rows = [
        [
            row.source,
            row.type if row.type != NONE else "–",
            ", ".join(row.names),
            row.use,
            row.reason,
        ]
        for row in table.rows()
    ]
    return _table(["source", "type", "its own names", "use", "reason"], rows)


def agreement_table(table: SourceTable, folder: str | Path) -> str:
    """What two sources mark in the documents that they have in common.

    Args:
        table: of the sources.
        folder: with the files of documents.

    Raises:
        InputError: a file cannot be read.
    """
    read = [(one, read_source(one, folder)[0]) for one in table.of_kind(DOCUMENTS, IDS)]
    rows = []
    for first, second in itertools.permutations(read, 2):
        number, found = agreement(first, second)
        for type_, one in sorted(found.items()):
            if number and one.alike:
                alike, names = one.alike.total(), _counted(one.alike)
                pair = (first[0].name, second[0].name)
                rows.append([*pair, *map(str, (number, type_, one.mentions, alike)), names])
    return _table(
        ["first", "second", "shared documents", "type", "mentions of the first",
         "marked alike by the second", "under the name"], rows,
    )  # fmt: skip


def repetition_table(table: SourceTable, folder: str | Path) -> str:
    """How many occurrences of names that a source marks at least 3 times it marks.

    Args:
        table: of the sources.
        folder: with the files of documents.

    Raises:
        InputError: a file cannot be read.
    """
    rows = []
    for source in table.of_kind(DOCUMENTS, IDS):
        for type_, (marked, not_) in repetitions(source, read_source(source, folder)[0]).items():
            share = f"{100 * marked / (marked + not_):.1f} %"
            rows.append([source.name, type_, _number(marked), _number(not_), share])
    return _table(["source", "type", "marked", "not marked", "share"], rows)


def counts_table(collection: Collection) -> str:
    """Documents and sentences of each source, before and after, and its mentions by head."""
    rows = []
    for source in collection.sources:
        documents = len(source.documents)
        rows.append(
            [
                source.name,
                *map(_number, (source.found, source.faulty, source.aside, len(source.shared))),
                _number(documents), _number(source.sentences), _number(len(source.same)),
                _number(source.headed.untaught), _number(len(source.headed.sentences)),
                _mentions(collection, source),
            ]
        )  # fmt: skip
    columns = [
        "source", "documents", "faulty", "set aside", "left out", "trained on", "sentences",
        "left out", "teach nothing", "trained on", "mentions",
    ]  # fmt: skip
    return _table(columns, rows)


def _mentions(collection: Collection, source: CollectedSource) -> str:
    found = mentions(source.headed.sentences)
    return (
        _counted({kind: n for (_, kind), n in found.items()})
        if _one_each(found)
        else ", ".join(
            f"{collection.heads.names[head]}: {kind} {n:,}"
            for (head, kind), n in sorted(found.items())
        )
    )


def _one_each(found: Iterable[tuple[int, str]]) -> bool:
    kinds = [kind for _, kind in found]
    return len(kinds) == len(set(kinds))


def lost_table(collection: Collection) -> str:
    """Mentions that tags hold otherwise than the documents, by source, head and kind."""
    rows = []
    for source in collection.sources:
        for head, odd in zip(collection.heads.names, source.headed.odd, strict=False):
            for (kind, lost), number in sorted(
                Counter((one.kind, one.lost) for one in odd).items()
            ):
                fate = "left out" if lost else "kept as whole words"
                rows.append([source.name, head, kind, fate, _number(number)])
    return _table(["source", "head", "mention", "what becomes of it", "number"], rows)


def heads_table(collection: Collection) -> str:
    """Sentences and mentions of each head, and the sources that it learns from."""
    every = mentions(collection.sentences)
    rows = []
    for number, head in enumerate(collection.heads.heads):
        taught = sum(one.tags[number] is not None for one in collection.sentences)
        kinds = {kind: n for (of, kind), n in every.items() if of == number}
        sources = ", ".join(one.source for one in head.sources)
        rows.append([head.name, sources, _number(taught), _counted(kinds)])
    return _table(["head", "sources", "sentences", "mentions"], rows)


def measured_table(collection: Collection) -> str:
    """The documents that are set aside for measuring, and those that cannot be measured on."""
    rows = []
    for name, documents in collection.measured.items():
        others = collection.unmeasured[name]
        named = sum(bool(one.name) for one in others)
        rows.append(
            [name, _number(len(documents) + len(others)), _number(named),
             _number(len(others) - named), _number(len(documents)), _counted(_types(documents))]
        )  # fmt: skip
    columns = ["source", "set aside", "known PMID", "known passage", "measured on", ""]
    return _table([*columns[:-1], "mentions"], rows)


def left_out(collection: Collection) -> list[str]:
    """A line for each document and sentence that was left out, which says what it shares."""
    lines = []
    for source in collection.sources:
        lines += [f"{source.name}: document: {one}" for one in source.shared]
        lines += [f"{source.name}: sentence: {one}" for one in source.same]
    for name, shared in collection.unmeasured.items():
        lines += [f"{name}: not measured on: {one}" for one in shared]
    return lines


def summary(collection: Collection) -> str:
    """All tables of a collection, one after another."""
    parts = (counts_table, heads_table, lost_table, measured_table)
    return "\n\n".join(part(collection) for part in parts)


def _types(documents: Iterable[Document]) -> Counter[str]:
    return Counter(one.type for document in documents for one in document.annotations)


def _counted(kinds: "Counter[str] | dict[str, int]") -> str:
    return ", ".join(f"{kind} {number:,}" for kind, number in sorted(kinds.items()))


def _number(number: int) -> str:
    return f"{number:,}"


def _table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [columns, ["---"] * len(columns), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
