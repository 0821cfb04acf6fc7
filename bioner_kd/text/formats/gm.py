"""BioCreative II GM: sentences in NAME.in, and their gene mentions in GENE.eval beside it.

    P00001606T0076 Comparison with alkaline phosphatases and 5-nucleotidase
    P00001606T0076|14 33|alkaline phosphatases

A sentence is a document, and the mentions have the type GENE, or that of --entity_type. The offsets
of GENE.eval leave white space out, and the last character counts; they become those of the text.
Without a GENE.eval beside it, NAME.in may have a NAME.eval. ALTGENE.eval, the boundaries that an
evaluation would accept as well, is not read. Sentences without a mention have no line in GENE.eval.
The mentions of a file are held in memory: 2 MB for the 20,000 sentences of the corpus.
"""

import re
from collections.abc import Iterator, Sequence
from pathlib import PurePath, PurePosixPath

from bioner_kd.errors import InputError, shown
from bioner_kd.text.document import Annotation, Document, Passage
from bioner_kd.text.format import Faults, Format, ReadOptions
from bioner_kd.text.notation.unique_names import UniqueNames
from bioner_kd.text.source import Source

_IN, _EVAL, _GENES = ".in", ".eval", "GENE.eval"
_TYPE = "GENE"
_USUAL = ("train.in", "test.in", "dev.in")
_MENTION = re.compile(r"([^|\s]+)\|([0-9]{1,15}) ([0-9]{1,15})\|(.*)")
_SPACE = re.compile(r"[ \t\f\v\r]+")
_CHARACTER = re.compile(r"[^ \t\f\v\r]")

# The number of the line in the .eval, the line, and what it says if it can be read.
Mention = tuple[int, str, "re.Match[str] | None"]


def _recognises(start: str) -> bool:
    # GENE.eval alone: it is told which file to name.
    line, end, _ = start.partition("\n")
    return bool(end and _MENTION.fullmatch(line.rstrip("\r")))


def _is_folder(names: Sequence[str]) -> bool:
    known = set(names)
    sentences = [PurePosixPath(name) for name in names if name.endswith(_IN)]
    return any(
        partner.as_posix() in known
        for path in sentences
        for partner in (path.with_name(_GENES), path.with_suffix(_EVAL))
    )


def _leader(source: Source) -> Source | None:
    path = PurePath(source.path)
    if path.suffix == _EVAL:
        found = (source.beside(name) for name in (*_USUAL, path.stem + _IN))
        return next(filter(None, found), None)
    return source if _partner(source) else None


def _partner(source: Source) -> Source | None:
    path = PurePath(source.path)
    if path.suffix != _IN:
        return None
    return source.beside(_GENES) or source.beside(path.stem + _EVAL)


def _read(source: Source, options: ReadOptions, faults: Faults) -> Iterator[Document]:
    files = [file for file in source.files() if PurePath(file.path).suffix == _IN]
    for file in files or [_leader(source) or source]:
        partner = _partner(file)
        if partner is None:
            raise InputError(
                f"{file.name}: sentences of BioCreative GM are in a file NAME{_IN} with a file "
                f"{_GENES} beside it; name such a file, and put its mentions there."
            )
        yield from _read_pair(file, partner, options.entity_type or _TYPE, faults)


def _read_pair(
    sentences: Source, genes: Source, type_: str, faults: Faults
) -> Iterator[Document]:  # fmt: skip
    mentions = _mentions(genes, faults)
    names = UniqueNames()
    for number, line in enumerate(sentences.lines(), 1):
        if not line.strip():
            continue
        name, _, text = line.partition(" ")
        document = Document(name, (Passage(text),), path=sentences.name, line=number)
        try:
            if not name:
                raise InputError(f"{document.place}: a sentence begins with its name; add it.")
            names.add(document)
            found = mentions.pop(name, [])
            annotations = _annotations(found, document, genes.name, type_)
        except InputError as error:
            faults.report(error)
            continue
        yield document.with_annotations(annotations).check()
    if mentions:
        lost = next(iter(mentions))
        unknown = InputError(
            f"{genes.name}:{mentions[lost][0][0]}: number of sentences that have mentions here and "
            f"do not stand in {sentences.name}: {len(mentions)}, the first is {shown(lost)}; put "
            "the file of their sentences there."
        )
        faults.report(unknown)


def _mentions(genes: Source, faults: Faults) -> dict[str, list[Mention]]:
    mentions: dict[str, list[Mention]] = {}
    for number, line in enumerate(genes.lines(), 1):
        if line.strip():
            name = line.partition("|")[0]
            found = _MENTION.fullmatch(line)
            mentions.setdefault(name, []).append((number, line, found))
    return mentions


def _annotations(
    mentions: list[Mention], document: Document, path: str, type_: str
) -> list[Annotation]:
    places = [found.start() for found in _CHARACTER.finditer(document.text)]
    return [_annotation(one, places, document, path, type_) for one in mentions]


def _annotation(
    mention: Mention, places: list[int], document: Document, path: str, type_: str
) -> Annotation:
    number, line, found = mention
    where = f"{path}:{number}"
    if found is None:
        raise InputError(
            f"{where}: {shown(line)} is no mention; write the sentence's name, start and end with "
            "a space between, and the text, with | between the three."
        )
    first, last, text = int(found[2]), int(found[3]), found[4]
    what = f"{where}, document {shown(document.id)}: the mention {shown(text)}"
    if not first <= last < len(places):
        raise InputError(
            f"{what} is said to stand at {first} to {last} of a sentence of {len(places)} "
            "characters, white space left out; correct its offsets."
        )
    start, end = places[first], places[last] + 1
    own = document.text[start:end]
    if _SPACE.sub("", own) != _SPACE.sub("", text):
        raise InputError(
            f"{what} is said to stand at {first} to {last}, white space left out, where the "
            f"sentence has {shown(own)}; correct the offsets, or name the file of its sentences."
        )
    return Annotation(type_, ((start, end),), own)


FORMAT = Format(
    "gm",
    f"BioCreative GM (sentences, NAME{_IN}, with {_GENES} beside it; ALTGENE.eval is not read)",
    recognises=_recognises,
    read=_read,
    whole_folder=_is_folder,
    leader=_leader,
)
