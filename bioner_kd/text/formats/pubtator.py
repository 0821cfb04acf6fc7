r"""PubTator: title, abstract, and lines of mentions and relations, as NCBI's corpora have them.

    227508|t|Naloxone reverses the antihypertensive effect of clonidine.
    227508|a|In unanesthetized, spontaneously hypertensive rats …
    227508<TAB>0<TAB>8<TAB>Naloxone<TAB>Chemical<TAB>D009270
    227508<TAB>CID<TAB>D003000<TAB>D006973

Reading: offsets count characters of title + one space + abstract. A document ends where the next
title begins; blank lines anywhere mean nothing. The abstract may be missing. A mention has five
columns or more; one without a type, of four, takes --entity_type. The sixth column becomes
`identifiers`, cut at "|", ",", ";" and "+" where each piece looks like an accession: "D2318|D12131"
is two, tmVar's "c|SUB|G|1633|T" is one, "-" and "-1" stand for none. The column as it is and those
behind it, such as the single mentions of a composite one, are kept. Several types in one column
("T116,T123") stay one type. Lines whose second column begins with a letter are relations; they are
kept with all their columns.

Writing: the first passage is the title, all others together are the abstract, at the same offsets.
Where no character stands between the two that a space could replace, everything is the title.
Line breaks, tabs and other control characters that end a line become spaces. Mentions that say
nothing of identifiers get "-" as sixth column, without which other readers take them for relations.
Scores and ids of mentions are not written. A discontinuous mention, and one of the whole document,
cannot be written.

Differences between what is read and what is written, which say nothing: blank lines (one stands
behind each document), tabs at the end of a line, \r\n, an abstract line where there was none, and
relations stand behind the mentions.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Any

from bioner_kd.errors import InputError, shown
from bioner_kd.text.document import Annotation, Document, Passage
from bioner_kd.text.format import Faults, Format, ReadOptions, RecordWriter
from bioner_kd.text.notation.unique_names import unique_documents
from bioner_kd.text.source import Source

_NAME = "pubtator"
_TITLE = re.compile(r"([^|\t]+)\|t\|")
_START = re.compile(r"\s*([^\s|]{1,200})\|t\|[^\n]*\n?")
_NEXT = re.compile(r"[^\s|]{1,200}\|t\|")
_NUMBER = re.compile(r"-?[0-9]+")
# No file has so many characters.
_MOST_DIGITS = 15
_ACCESSION = re.compile(
    r"\s*(?:-1?|(?:[A-Za-z]\w*:)?[A-Za-z]*_?[A-Za-z]*[0-9][\w.]*(?:\(\w+:\w+\))?)\s*"
)
# Characters of an accession; the expression takes long for longer text.
_LONGEST = 60
_NONE = ("", "-", "-1")
_UNNAMED = "-"
# What ends a line or a column for one reader or another.
_ENDS = dict.fromkeys(map(ord, "\0\t\n\v\f\r\x1c\x1d\x1e\x85\u2028\u2029"), " ")

Lines = list[tuple[int, str]]


def _recognises(start: str) -> bool:
    if not (title := _START.match(start)):
        return False
    rest = start[title.end() :].lstrip()
    expected = (f"{title[1]}|a|", f"{title[1]}\t")
    return (
        rest.startswith(expected)
        or any(piece.startswith(rest) for piece in expected)
        or bool(_NEXT.match(rest))
    )


def _read(source: Source, options: ReadOptions, faults: Faults) -> Iterator[Document]:
    return unique_documents(
        _blocks(source.lines()), lambda lines: _document(lines, source.name, options), faults
    )


def _blocks(lines: Iterable[str]) -> Iterator[Lines]:
    """The numbered lines of each document, and the first of those that are of none."""
    block: Lines = []
    lost = False
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        if _TITLE.match(line):
            if block:
                yield block
            block = [(number, line)]
        elif block:
            block.append((number, line))
        elif not lost:
            lost = True
            yield [(number, line)]
    if block:
        yield block


def _document(lines: Lines, path: str, options: ReadOptions) -> Document:
    first, line = lines[0]
    if not (found := _TITLE.match(line)):
        raise InputError(
            f"{path}:{first}: {shown(line)} stands before the first title; a document of PubTator "
            "begins with a line ID|t|TITLE."
        )
    name, title = found[1], line[found.end() :]
    abstract: str | None = None
    annotations, relations = [], []
    for number, line in lines[1:]:
        where = f"{path}:{number}, document {shown(name)}"
        if line.startswith(f"{name}|a|") and abstract is None:
            abstract = line[len(name) + 3 :]
            continue
        columns = _columns(line, name, where)
        if columns[1][:1].isalpha():
            relations.append(tuple(columns[1:]))
        else:
            annotations.append(_annotation(columns, where, options))
    return Document(
        name,
        (Passage(title, 0, "title"), Passage(abstract or "", len(title) + 1, "abstract")),
        tuple(annotations),
        relations={_NAME: tuple(relations)} if relations else {},
        path=path,
        line=first,
    )


def _columns(line: str, name: str, where: str) -> list[str]:
    columns = line.rstrip("\t").split("\t")
    if columns[0] != name and len(columns) > 1:
        raise InputError(
            f"{where}: this line is of the document {shown(columns[0])}; put it under the title "
            "and abstract of that document."
        )
    if len(columns) < 4:
        raise InputError(
            f"{where}: {shown(line)} is no line of PubTator: neither the abstract (ID|a|TEXT, "
            "once), nor a mention (ID, start, end, text and type with tabs between), nor a "
            "relation (ID, type and two identifiers); correct it."
        )
    return columns


def _annotation(columns: list[str], where: str, options: ReadOptions) -> Annotation:
    start, end = (_offset(column, where) for column in columns[1:3])
    type_ = columns[4] if len(columns) > 4 else options.entity_type
    if not type_:
        raise InputError(
            f"{where}: the mention {shown(columns[3])} has no type; write one into the fifth "
            "column, or pass --entity_type for all mentions that have none."
        )
    column = columns[5] if len(columns) > 5 else ""
    identifiers = _identifiers(column)
    kept: dict[str, Any] = {}
    if column != _canonical(identifiers):
        kept["identifiers"] = column
    if len(columns) > 6:
        kept["columns"] = tuple(columns[6:])
    return Annotation(
        type_,
        ((start, end),),
        columns[3],
        identifiers=identifiers,
        extra={_NAME: kept} if kept else {},
    )


def _offset(column: str, where: str) -> int:
    if not _NUMBER.fullmatch(column) or len(column) > _MOST_DIGITS:
        raise InputError(
            f"{where}: {shown(column)} is no offset; the second and third column of a mention are "
            "the numbers of characters before its start and before its end."
        )
    return int(column)


def _identifiers(column: str) -> tuple[str, ...]:
    pieces = re.split(r"[|,;+]", column)
    if not all(len(piece) <= _LONGEST and _ACCESSION.fullmatch(piece) for piece in pieces):
        pieces = [column]
    return tuple(piece for text in pieces if (piece := text.strip()) not in _NONE)


def _canonical(identifiers: Iterable[str]) -> str:
    return "|".join(identifiers) or _UNNAMED


class _Writer(RecordWriter):
    def record(self, document: Document) -> str:
        name = document.name
        if "|" in name or name != _one_line(name):
            raise InputError(
                f"{document.place}: PubTator cannot hold this name, since a vertical bar, a tab "
                "and a line break end it; give the document another one."
            )
        middle = _end_of_title(document)
        text = _one_line(document.text)
        lines = [f"{name}|t|{text[:middle]}", f"{name}|a|{text[middle + 1 :]}"]
        lines += [_mention_line(document, name, one) for one in document.annotations]
        relations = document.relations.get(_NAME, ())
        lines += ["\t".join([name, *map(_one_line, columns)]) for columns in relations]
        return "\n".join(lines) + "\n\n"


def _end_of_title(document: Document) -> int:
    if len(document.passages) < 2:
        return len(document.text)
    middle = document.passages[1].offset - 1
    # Behind the title stands a space; any other character there would be lost.
    free = 0 <= middle < len(document.text) and document.text[middle].isspace()
    at_the_end = middle == len(document.text)
    return middle if free or at_the_end else len(document.text)


def _mention_line(document: Document, name: str, mention: Annotation) -> str:
    what = f"{document.place}: the {mention.type} mention {shown(mention.text)}"
    if len(mention.spans) != 1:
        kind = "is discontinuous" if mention.spans else "has no offsets"
        raise InputError(
            f"{what} {kind}, which PubTator cannot hold; leave it out, or write BioC or BRAT."
        )
    if not mention.type.strip():
        raise InputError(f"{what} has no type, without which PubTator has no mentions; add it.")
    kept = mention.extra.get(_NAME, {})
    column = _canonical(mention.identifiers)
    # Identifiers that were changed since win over the column as it was.
    if _identifiers(kept.get("identifiers", column)) == mention.identifiers:
        column = kept.get("identifiers", column)
    ((start, end),) = mention.spans
    columns = [name, str(start), str(end), document.text[start:end], mention.type, column]
    columns += kept.get("columns", ())
    return "\t".join(map(_one_line, columns)).rstrip("\t")


def _one_line(text: str) -> str:
    return text.translate(_ENDS)


FORMAT = Format(
    _NAME,
    "PubTator (title, abstract and lines of mentions)",
    suffixes=(".pubtator", ".pubtator.txt"),
    recognises=_recognises,
    read=_read,
    record_writer=_Writer,
)
