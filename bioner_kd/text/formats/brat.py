r"""BRAT: folders of pairs, the text in NAME.txt and its annotations in NAME.ann ("standoff").

Reading: a folder with .ann files, also in folders inside it, is a corpus; a pair alone is named by
its .ann or its .txt. The name of a document is that of its pair within the folder. Each .ann needs
its .txt and the other way round: an empty .ann is a text without mentions. Offsets count all
characters of the .txt, \r\n as two. Discontinuous mentions ("0 5;16 23") have several spans. Where
a mention runs over a line break, its text in the .ann has a space there, as BRAT writes it.
Normalisations (N) become `identifiers`. Normalisations, events (E), relations (R, *), attributes
(A, M), notes (#) and whatever else stands in the .ann are kept as they are.

Writing: makes a folder that appears when all is done. Mentions keep their names; those without a
name of BRAT's get free numbers. Between two passages stands a line break, which takes the place of
a space, so that no offset moves. Spaces in types become "_". An identifier without a vocabulary
becomes "ID:…", which is taken off again at reading. Scores are not written, and mentions without
offsets cannot be.

What is read is written as it was, but for blank lines in the .ann, \r\n in the .ann, and the files
of the folder that are no pairs (annotation.conf and the like), which are not taken along.
"""

import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path, PurePath, PurePosixPath

from bioner_kd.atomic import atomic_folder, reported
from bioner_kd.errors import InputError, UsageError, shown
from bioner_kd.text.document import Annotation, Document
from bioner_kd.text.format import Faults, Format, ReadOptions
from bioner_kd.text.notation.standoff import (
    check_references,
    flat,
    free_names,
    is_mention_name,
    mention_line,
    name_of,
    normalisation,
    normalisation_line,
    parse_mention,
)
from bioner_kd.text.source import STDIN, Source

_NAME = "brat"
_ANN, _TXT = ".ann", ".txt"
# Bytes of a name of a file that every file system takes, with its suffix.
_LONGEST = 250

Kept = tuple[str, str]


def _recognises(start: str) -> bool:
    for line in start.split("\n"):
        if not line.strip():
            continue
        try:
            if line.startswith("T"):
                parse_mention(line.rstrip("\r"), "")
                return True
            if not name_of(line, "")[1:].isdecimal() and not line.startswith("*\t"):
                return False
        except InputError:
            return False
    return False


def _is_folder(names: Sequence[str]) -> bool:
    return any(name.endswith(_ANN) for name in names)


def _leader(source: Source) -> Source | None:
    partner = _partner(source)
    return source if partner and PurePath(source.path).suffix == _ANN else partner


def _partner(source: Source) -> Source | None:
    path = PurePath(source.path)
    other = {_ANN: _TXT, _TXT: _ANN}.get(path.suffix)
    return source.beside(path.stem + other) if other else None


def _read(source: Source, options: ReadOptions, faults: Faults) -> Iterator[Document]:
    for name, ann in _pairs(source, faults):
        try:
            document = _document(name, ann).check()
        except InputError as error:
            faults.report(error)
            continue
        yield document


def _pairs(source: Source, faults: Faults) -> Iterator[tuple[str, Source]]:
    """Name and .ann of each document."""
    if source.path == STDIN:
        raise InputError(
            f"{source.name}: BRAT's annotations and their text are two files, which do not come "
            "through the standard input; name the folder or the .ann."
        )
    for file in source.files():
        name = PurePosixPath(file.member or PurePath(file.path).name)
        leader = _leader(file)
        if name.suffix == _ANN or (leader and file is source):
            yield name.with_suffix("").as_posix(), leader or file
        elif name.suffix == _TXT and not leader:
            faults.report(_alone(file.name))
        elif file is source:
            raise InputError(
                f"{source.name}: this is neither an .ann of BRAT nor its .txt; name one of the two "
                "or their folder."
            )


def _alone(text: str) -> InputError:
    ann = PurePath(text).with_suffix(_ANN).name
    return InputError(
        f"{text}: there is no {ann} beside this text; make one, which is empty where the text has "
        "no mentions, or take the text out of the folder."
    )


def _document(name: str, ann: Source) -> Document:
    text_source = _partner(ann)
    if text_source is None:
        raise InputError(
            f"{ann.name}: there is no {PurePath(ann.path).stem}{_TXT} beside these annotations; "
            "put the text there."
        )
    text = "".join(text_source.lines(keep_ends=True))
    mentions: dict[str, Annotation] = {}
    others: list[tuple[str, Kept]] = []
    last = ""
    for number, line in enumerate(ann.lines(), 1):
        if not line.strip():
            continue
        where = f"{ann.name}:{number}"
        if not name_of(line, where).startswith("T"):
            others.append((where, (last, line)))
            continue
        found = _as_in(text, parse_mention(line, where))
        if found.id in mentions:
            raise InputError(
                f"{where}: {found.id} stands twice in this file; number one of the two otherwise."
            )
        mentions[found.id] = found
        last = found.id
    check_references([(where, line) for where, (_, line) in others], mentions)
    kept = tuple(one for _, one in others)
    return replace(
        Document.from_text(text, id=name, path=ann.name),
        annotations=tuple(_identified(mentions, kept).values()),
        relations={_NAME: kept} if kept else {},
    )


def _as_in(text: str, found: Annotation) -> Annotation:
    own = " ".join(text[start:end] for start, end in found.spans)
    return replace(found, text=own) if flat(found.text) == flat(own) else found


def _identified(mentions: dict[str, Annotation], kept: Iterable[Kept]) -> dict[str, Annotation]:
    for _, line in kept:
        about = normalisation(line)
        if about and about[0] in mentions:
            old = mentions[about[0]]
            mentions[about[0]] = replace(old, identifiers=(*old.identifiers, about[1]))
    return mentions


def _write(documents: Iterable[Document], path: Path) -> None:
    if _ANN in path.suffixes:
        raise UsageError(f"{path}: BRAT is written as a folder of pairs; name a folder.")
    with atomic_folder(path) as folder:
        for document in documents:
            file = folder / _file_name(document)
            if file.exists():
                raise InputError(
                    f"{document.place}: {shown(document.name)} is the name of two documents, each "
                    "of which BRAT keeps in a file of its own; give one of them another name."
                )
            with reported(path):
                file.parent.mkdir(parents=True, exist_ok=True)
                file.with_name(file.name.removesuffix(_ANN) + _TXT).write_bytes(_text(document))
                file.write_bytes("".join(f"{line}\n" for line in _lines(document)).encode())


def _file_name(document: Document) -> str:
    name = document.name
    parts = name.split("/")
    if any(
        part.startswith(".") or part != part.strip() or "\\" in part or not part.isprintable()
        or not 0 < len(os.fsencode(part)) + len(_ANN) <= _LONGEST or not part
        for part in parts
    ):  # fmt: skip
        raise InputError(
            f"{document.place}: {shown(name)} cannot be the name of a file, under which BRAT keeps "
            "a document; give it a name of letters and digits."
        )
    return name + _ANN


def _text(document: Document) -> bytes:
    pieces, end = [], 0
    for number, passage in enumerate(document.passages):
        gap = " " * (passage.offset - end)
        pieces += [gap[:-1] + "\n" if gap and number else gap, passage.text]
        end = passage.end
    try:
        return "".join(pieces).encode()
    except UnicodeEncodeError as error:
        raise InputError(
            f"{document.place}: character {error.start} is half of one (a surrogate), which no "
            "file can hold; correct the text."
        ) from None


def _lines(document: Document) -> Iterator[str]:
    names = _names(document)
    kept: tuple[Kept, ...] = tuple(document.relations.get(_NAME, ()))
    check_references([(document.place, line) for _, line in kept], set(names))
    entries = dict(zip(names, (one.identifiers for one in document.annotations), strict=True))
    said: set[tuple[str, str]] = set()
    behind: dict[str, list[str]] = {}
    for after, line in kept:
        about = normalisation(line)
        if about and about[1] not in entries.get(about[0], about[1:]):
            continue  # taken away since
        said.update([about] if about else [])
        behind.setdefault(after if after in entries else "", []).append(line)
    free = free_names("N", (line.partition("\t")[0] for _, line in kept))
    yield from behind.get("", [])
    for name, one in zip(names, document.annotations, strict=True):
        yield mention_line(name, document, one)
        yield from behind.get(name, [])
        for entry in one.identifiers:
            if (name, entry) not in said:
                yield normalisation_line(next(free), name, entry, document.mention(one.spans))


def _names(document: Document) -> list[str]:
    used = [one.id for one in document.annotations]
    free = free_names("T", used)
    names: dict[str, None] = {}
    for one in document.annotations:
        what = f"{document.place}: the {one.type} mention {shown(one.text)}"
        if not one.spans:
            raise InputError(f"{what} has no offsets, without which BRAT has none; leave it out.")
        if not one.type.strip():
            raise InputError(f"{what} has no type, without which BRAT has none; add it.")
        own = is_mention_name(one.id) and one.id not in names
        names[one.id if own else next(free)] = None
    return list(names)


FORMAT = Format(
    _NAME,
    "BRAT (pairs of a text, .txt, and its annotations, .ann)",
    suffixes=(_ANN,),
    recognises=_recognises,
    read=_read,
    write=_write,
    whole_folder=_is_folder,
    leader=_leader,
)
