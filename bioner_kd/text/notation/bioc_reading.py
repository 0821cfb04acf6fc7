"""Documents of BioC, whose XML and JSON say the same in two ways.

Both come here as objects of JSON: a document is {"id", "infons", "passages", "relations"} and so
on. What `Document` has no place for is kept under "bioc":

- of a document: infons, unit (where offsets do not count characters), collection (source, date,
  key and infons of the file) and other (fields that BioC does not know);
- of a passage: infons, other, and sentences, each with infons, other, its characters of the
  document (offset, end), and its text where the passage does not have it there; `own_text` is False
  where the text of the passage stands in its sentences alone;
- of an annotation: infons, other, text (where that of the source differs in white space),
  locations (where they have no length) and place, [passage, sentence], where its offset does not
  say it; [] is the document.

Relations are in `Document.relations["bioc"]`, each with id, infons, nodes and place.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from bioner_kd.errors import InputError, shown
from bioner_kd.text.document import MOST_FILLER, Annotation, Document, Passage, Span
from bioner_kd.text.notation.bioc_fields import Fields, Said, home_of, identifiers_of, score_of
from bioner_kd.text.notation.offset_unit import CHARACTERS, UNITS, Ruler, length

_OF_DOCUMENT = {"bioctype", "id", "infons", "passages", "annotations", "relations"}
_OF_PASSAGE = {"bioctype", "offset", "infons", "text", "sentences", "annotations", "relations"}
_OF_ANNOTATION = {"bioctype", "id", "infons", "text", "locations"}
_OF_RELATION = {"bioctype", "id", "infons", "nodes"}
# Characters of all mentions of a document; mentions of a few bytes could each take in a whole text.
_MOST_MARKED = 50_000_000
_BETWEEN_PARTS = re.compile(r"[\s.…]+")


class BioCReader:
    """Makes documents of what BioC files say.

    A file does not say whether it counts characters, bytes (as the first description of BioC asks
    for) or UTF-16 code units (as programs in Java do). A document is taken in the unit of the one
    before it, if its mentions and passages stand there, and otherwise in the first unit in which
    they do.
    """

    def __init__(self, path: str) -> None:
        """Takes the name of the file, for messages."""
        self._path = path
        self._unit = CHARACTERS

    def document(self, said: object, collection: Mapping[str, Any], line: int) -> Document:
        """Makes a document.

        Args:
            said: what the file says of it.
            collection: what the file says of all documents.
            line: where the document begins.

        Raises:
            InputError: it is no document of BioC, or a mention is not where it is said to be.
        """
        where = f"{self._path}:{line}"
        if not isinstance(said, dict):
            raise InputError(f"{where}: a document is an object with passages, not {shown(said)}.")
        one = _OneDocument(said, self._path, line)
        first: InputError | None = None
        for unit in sorted(UNITS, key=lambda unit: unit != self._unit):
            try:
                document = one.read(unit, collection)
            except InputError as error:
                # Who counts characters is told about characters.
                first = error if first is None or unit == CHARACTERS else first
                if one.is_ascii:
                    break
            else:
                if not one.is_ascii:
                    self._unit = unit
                return document
        assert first is not None
        raise first


def _filled(**said: Any) -> Said:
    return {name: value for name, value in said.items() if value not in ({}, [], None, "")}


class _OneDocument:
    """What a file says of one document, read in one unit or another."""

    def __init__(self, said: Said, path: str, line: int) -> None:
        self._said, self._path, self._line = said, path, line
        self._fields = Fields(f"{path}:{line}")
        self.id = self._fields.name(said.get("id"))
        if self.id:
            self._fields = Fields(f"{path}:{line}, document {shown(self.id)}")
        self._passages = self._fields.objects(said, "passages")
        self.is_ascii = all(
            self._fields.text(part).isascii()
            for passage in self._passages
            for part in (passage, *self._fields.objects(passage, "sentences"))
        )

    def read(self, unit: str, collection: Mapping[str, Any]) -> Document:
        """The document, if its offsets count `unit`s.

        Raises:
            InputError: they do not, or it is no document of BioC.
        """
        self._filled = self._marked = 0
        passages = self._placed(unit)
        text = Document(self.id, tuple(passages), path=self._path, line=self._line).text
        ruler = Ruler(text, unit)
        passages = [self._with_sentences(*pair, text, ruler) for pair in zip(
            passages, self._passages, strict=True
        )]  # fmt: skip
        annotations = [
            self._annotation(one, place, passages, text, ruler)
            for place, holder in self._holders()
            for one in self._fields.objects(holder, "annotations")
        ]
        relations = [
            self._relation(one, place)
            for place, holder in self._holders()
            for one in self._fields.objects(holder, "relations")
        ]
        extra = _filled(
            infons=self._fields.infons(self._said),
            unit="" if unit == CHARACTERS or self.is_ascii else unit,
            collection=collection,
            other=_others(self._said, _OF_DOCUMENT),
        )
        return Document(
            self.id,
            tuple(passages),
            tuple(annotations),
            extra={"bioc": extra} if extra else {},
            relations={"bioc": relations} if relations else {},
            path=self._path,
            line=self._line,
        ).check()

    def _holders(self) -> Iterator[tuple[list[int], Said]]:
        for at, passage in enumerate(self._passages):
            for inside, sentence in enumerate(self._fields.objects(passage, "sentences")):
                yield [at, inside], sentence
            yield [at], passage
        yield [], self._said

    def _placed(self, unit: str) -> list[Passage]:
        placed: list[Passage] = []
        end = end_in_units = 0
        for said in self._passages:
            offset = self._fields.number(said, "offset")
            self._fill(offset - end_in_units)
            text, own = self._fields.text(said), True
            if not text and said.get("sentences"):
                text, own = self._of_sentences(said, offset, unit), False
            infons = self._fields.infons(said)
            kind = infons.get("type")
            extra = _filled(infons=infons, other=_others(said, _OF_PASSAGE))
            if not own:
                extra["own_text"] = False
            placed.append(
                Passage(
                    text,
                    end + offset - end_in_units,
                    kind if isinstance(kind, str) else "",
                    {"bioc": extra} if extra else {},
                )
            )
            end, end_in_units = placed[-1].end, offset + length(text, unit)
        return placed

    def _of_sentences(self, said: Said, offset: int, unit: str) -> str:
        pieces = []
        for sentence in self._fields.objects(said, "sentences"):
            start = self._fields.number(sentence, "offset")
            self._fill(start - offset)
            if start < offset:
                raise self._fields.error(
                    f"a sentence begins at {start}, where what is before it ends at {offset}; "
                    "sentences are in order, and their offsets are counted from the start of the "
                    "document."
                )
            pieces += [" " * (start - offset), self._fields.text(sentence)]
            offset = start + length(pieces[-1], unit)
        return "".join(pieces)

    def _fill(self, gap: int) -> None:
        # Many gaps that are not too long each could still take all memory.
        self._filled += max(gap, 0)
        if self._filled > MOST_FILLER:
            raise self._fields.error(
                f"its passages and sentences leave more than {MOST_FILLER:,} characters between "
                "them; correct their offsets."
            )

    def _with_sentences(self, passage: Passage, said: Said, text: str, ruler: Ruler) -> Passage:
        sentences = [
            self._sentence(one, text, ruler) for one in self._fields.objects(said, "sentences")
        ]
        if not sentences:
            return passage
        extra = {**passage.extra.get("bioc", {}), "sentences": sentences}
        return Passage(passage.text, passage.offset, passage.kind, {"bioc": extra})

    def _sentence(self, said: Said, text: str, ruler: Ruler) -> Said:
        offset = self._place(self._fields.number(said, "offset"), ruler)
        if not 0 <= offset <= len(text):
            raise self._fields.error(
                f"a sentence begins at {offset} of a text of {len(text)} characters."
            )
        own = self._fields.text(said)
        kept: Said = {"offset": offset}
        if own and text.startswith(own, offset):
            kept["end"] = offset + len(own)
        extra = _filled(infons=self._fields.infons(said), other=_others(said, _OF_PASSAGE))
        if own and "end" not in kept:
            extra["text"] = own
        return kept | extra

    def _annotation(
        self, said: Said, place: list[int], passages: list[Passage], text: str, ruler: Ruler
    ) -> Annotation:
        infons = self._fields.infons(said)
        spans, locations = self._spans(said, ruler)
        found, own = _mention(text, spans), self._fields.text(said)
        kept = _filled(infons=infons, other=_others(said, _OF_ANNOTATION))
        if own and own != found and _is_same(own, found, spans, text):
            kept["text"], own = own, found
        if not spans and locations:
            kept["locations"] = locations
        if place != home_of(passages, spans[0][0] if spans else 0):
            kept["place"] = place
        kind = infons.get("type")
        return Annotation(
            kind if isinstance(kind, str) else "",
            spans,
            own or found,
            self._fields.name(said.get("id")),
            identifiers_of(infons),
            score_of(infons),
            {"bioc": kept} if kept else {},
        )

    def _spans(self, said: Said, ruler: Ruler) -> tuple[tuple[Span, ...], list[list[int]]]:
        locations = [
            [self._fields.number(one, "offset"), self._fields.number(one, "length")]
            for one in self._fields.objects(said, "locations")
        ]
        spans = [
            (self._place(offset, ruler), self._place(offset + size, ruler))
            for offset, size in locations
            if size > 0 and offset >= 0
        ]
        self._marked += sum(end - start for start, end in spans)
        if self._marked > _MOST_MARKED:
            raise self._fields.error(f"its mentions have more than {_MOST_MARKED:,} characters.")
        return tuple(sorted(spans)), locations

    def _relation(self, said: Said, place: list[int]) -> Said:
        name = self._fields.name
        nodes = [
            {"refid": name(one.get("refid")), "role": name(one.get("role"))}
            for one in self._fields.objects(said, "nodes")
        ]
        kept = _filled(place=place, other=_others(said, _OF_RELATION))
        infons = self._fields.infons(said)
        return {"id": name(said.get("id")), "infons": infons, "nodes": nodes} | kept

    def _place(self, units: int, ruler: Ruler) -> int:
        if (found := ruler.character(units)) is None:
            raise self._fields.error(
                f"the offset {units} is inside of a character or behind the text."
            )
        return found


def _others(said: Said, known: set[str]) -> Said:
    return {name: value for name, value in said.items() if name not in known}


def _mention(text: str, spans: Sequence[Span]) -> str:
    return " ".join(text[start:end] for start, end in spans)


def _is_same(own: str, found: str, spans: Sequence[Span], text: str) -> bool:
    # Line ends in a mention are often spaces in its text, and parts are joined in several ways.
    if len(spans) < 2:
        return own.split() == found.split()
    hull = text[spans[0][0] : spans[-1][1]]
    return _squeezed(own) in (_squeezed(found), _squeezed(hull))


def _squeezed(text: str) -> str:
    return _BETWEEN_PARTS.sub("", text)
