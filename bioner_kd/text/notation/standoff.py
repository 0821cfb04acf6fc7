"""Lines of BRAT's standoff files (.ann): mentions, and what refers to them."""

import re
from collections.abc import Collection, Iterable, Iterator

from bioner_kd.errors import InputError, shown
from bioner_kd.text.document import Annotation, Document, Span

_LINE = re.compile(r"(?:[A-Z]\w*|#\w*|\*)(?=\t)")
_SPAN = "[0-9]{1,15} [0-9]{1,15}"
_MENTION = re.compile(rf"(T[0-9]{{1,15}})\t(\S+) ({_SPAN}(?:;{_SPAN})*)\t(.*)")
_NORMALISATION = re.compile(r"N\w+\t\S+ (\S+) (\S+)")
_ROLE = re.compile(r"[^\s:]+:(\S+)")
_NUMBERED = re.compile(r"([TN])([0-9]{1,15})")
# BRAT wants a vocabulary before each identifier; this one says that none is known.
_NO_VOCABULARY = "ID:"
_BREAKS = str.maketrans("\r\n", "  ")


def parse_mention(line: str, where: str) -> Annotation:
    """The mention of a T line.

    Args:
        line: without its line end.
        where: file and line, for messages.

    Raises:
        InputError: the line is not as BRAT writes it.
    """
    if not (found := _MENTION.fullmatch(line)):
        raise InputError(
            f"{where}: {shown(line)} is no mention; write T and a number, a tab, type, start and "
            "end with spaces between (parts of a mention with ; between), a tab and the text."
        )
    id_, type_, offsets, text = found.groups()
    spans = tuple(_span(part) for part in offsets.split(";"))
    return Annotation(type_, spans, text, id=id_)


def _span(part: str) -> Span:
    start, end = part.split(" ")
    return int(start), int(end)


def is_mention_name(name: str) -> bool:
    """Whether a name is one that BRAT gives mentions, such as "T1"."""
    found = _NUMBERED.fullmatch(name)
    return bool(found) and name.startswith("T")


def mention_line(id: str, document: Document, annotation: Annotation) -> str:
    """A T line; a type has no spaces there."""
    offsets = ";".join(f"{start} {end}" for start, end in annotation.spans)
    type_ = re.sub(r"\s+", "_", annotation.type)
    return f"{id}\t{type_} {offsets}\t{flat(document.mention(annotation.spans))}"


def flat(text: str) -> str:
    """The text of a mention as BRAT writes it in one line."""
    return text.translate(_BREAKS)


def name_of(line: str, where: str) -> str:
    """The first column of a line, such as "R1", or "*" where lines have no name of their own.

    Raises:
        InputError: it has none.
    """
    if not (found := _LINE.match(line)):
        raise InputError(
            f"{where}: {shown(line)} is no line of BRAT's .ann files, which begins with a letter "
            "and a number, such as T1, or with # or *, and a tab; correct it or leave it out."
        )
    return found[0]


def references(line: str) -> list[str]:
    """What a line refers to: names of mentions, events and relations."""
    columns = line.split("\t")
    words = columns[1].split()
    kind = line[:1]
    if kind == "*":
        return words[1:]
    if kind in "ER":
        return [found[1] for word in words if (found := _ROLE.fullmatch(word))]
    return words[1:2] if kind in "AMN#" else []


def check_references(lines: Iterable[tuple[str, str]], mentions: Collection[str]) -> None:
    """Checks that what lines refer to is there.

    Args:
        lines: place and line of all but mentions.
        mentions: names of the mentions.

    Raises:
        InputError: something is not.
    """
    lines = list(lines)
    known = {line.partition("\t")[0] for _, line in lines}
    for where, line in lines:
        for name in references(line):
            if name not in known and name not in mentions:
                raise InputError(
                    f"{where}: {shown(line)} refers to {shown(name)}, which is not there; add it, "
                    "or leave this line out."
                )


def normalisation(line: str) -> tuple[str, str] | None:
    """The mention that an N line is about, and the identifier of that mention."""
    found = _NORMALISATION.match(line)
    return (found[1], found[2].removeprefix(_NO_VOCABULARY)) if found else None


def normalisation_line(id: str, mention: str, identifier: str, text: str) -> str:
    """An N line, as BRAT reads it: vocabulary, colon and entry, without spaces."""
    entry = re.sub(r"\s+", "_", identifier)
    if not re.fullmatch(r"[^:]+:.+", entry):
        entry = _NO_VOCABULARY + entry
    return f"{id}\tReference {mention} {entry}\t{flat(text)}"


def free_names(letter: str, used: Iterable[str]) -> Iterator[str]:
    """Names that are not used yet: the letter and numbers above all others."""
    found = (_NUMBERED.fullmatch(name) for name in used)
    number = max((int(one[2]) for one in found if one and one[1] == letter), default=0)
    while True:
        number += 1
        yield f"{letter}{number}"
