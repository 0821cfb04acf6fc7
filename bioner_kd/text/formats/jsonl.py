r"""JSON lines: an object in each line, with a text and anything else.

    {"id": "227508", "year": 1978, "text": "Naloxone reverses …", "passages": [{"kind": "title",
     "start": 0, "end": 60}, …], "entities": [{"type": "Chemical", "text": "Naloxone", "start": 0,
     "end": 8, "score": 0.998, "identifiers": ["MESH:D009270"]}]}

Reading: also one array of such objects, and objects of several lines. The text is the field that
--text_column names, "text", "title" and "abstract" together, "sentence", "content" or "body". Of
several fields each is a passage, with a space between two. The id is the field that --id_column
names, "id", "pmid", "doc_id" or another usual name. "passages" and "entities" are read where they
have the form above, "entities" also as [[start, end, type], …]. All other fields are kept and
written again, in order.

Writing: "id", the other fields, "text", "passages", "entities"; what a document does not have is
left out, but for "text" and "entities". "passages" stands there where the document has several, or
its source gives the only one a name. Offsets count characters of "text". Scores have six digits.
"spans" of a mention is a list of [start, end] where it is discontinuous, and empty where it has no
place in the text. Other fields of a mention that were read are written too. A field of the source
that is called as one of ours ("text" beside --text_column=body) gets an underscore at its end.
Relations, and what other formats say besides, are not written. Characters that some programs take
for the end of a line (U+0085, U+2028, U+2029) are escaped.
"""

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from bioner_kd.errors import InputError, shown
from bioner_kd.text.document import FILLER, Annotation, Document, Passage
from bioner_kd.text.format import Faults, Format, ReadOptions, RecordWriter
from bioner_kd.text.notation.columns import text_columns
from bioner_kd.text.notation.json_documents import (
    Object,
    doccano_annotation,
    document_of_object,
    is_triple,
    own_annotation,
    read_objects,
    take_field,
)
from bioner_kd.text.notation.json_start import first_objects
from bioner_kd.text.source import Source

_SCORE_DIGITS = 6
_ENTITIES, _PASSAGES = "entities", "passages"
_OURS = ("id", "text", _PASSAGES, _ENTITIES)
_LINE_ENDS = "\x85\u2028\u2029"


def _recognises(start: str) -> bool:
    found = first_objects(start)
    names = [name for name, value in found[0].items() if isinstance(value, str)] if found else []
    return bool(text_columns(names, ""))


def _read(source: Source, options: ReadOptions, faults: Faults) -> Iterator[Document]:
    def document_of(value: Object, path: str, line: int) -> Document:
        document = document_of_object(value, options, path, line)
        return _with_entities(_with_passages(document))

    return read_objects(source, faults, document_of)


def _with_passages(document: Document) -> Document:
    rest, items = take_field(document, _PASSAGES)
    if not isinstance(items, list) or not all(map(_is_passage, items)):
        return document
    passages, end = [], 0
    for item in items:
        start, gap = item["start"], document.text[end : item["start"]]
        if gap.strip(FILLER) or not end <= start <= item["end"] <= len(document.text):
            raise InputError(
                f"{document.place}: the passage {shown(item)} does not fit its text of "
                f"{len(document.text)} characters: passages are in order, with nothing but spaces "
                'between them; correct its "start" and "end".'
            )
        passages.append(Passage(document.text[start : item["end"]], start, item["kind"]))
        end = item["end"]
    if items and end != len(document.text):
        raise InputError(
            f"{document.place}: its passages end at {end}, its text at {len(document.text)}; "
            'correct "passages".'
        )
    return replace(rest, passages=tuple(passages) or document.passages)


def _is_passage(item: object) -> bool:
    return (
        isinstance(item, dict)
        and item.keys() == {"kind", "start", "end"}
        and isinstance(item["kind"], str)
        and type(item["start"]) is int
        and type(item["end"]) is int
    )


def _with_entities(document: Document) -> Document:
    rest, items = take_field(document, _ENTITIES)
    if not isinstance(items, list):
        return document
    if any(map(_is_own, items)):
        return replace(rest, annotations=tuple(_own(document, item) for item in items))
    if all(is_triple(item) or _is_doccano(item) for item in items):
        found = [doccano_annotation(document, item) for item in items]
        return replace(rest, annotations=tuple(found))
    return document


def _is_own(item: object) -> bool:
    return isinstance(item, dict) and "type" in item and ("start" in item or "spans" in item)


def _is_doccano(item: object) -> bool:
    return isinstance(item, dict) and "start_offset" in item and "label" in item


def _own(document: Document, item: object) -> Annotation:
    if not isinstance(item, dict):
        raise InputError(
            f"{document.place}: {shown(item)} stands among the mentions, which are JSON objects "
            'with "type", "start" and "end".'
        )
    return own_annotation(document, item)


class _Writer(RecordWriter):
    def record(self, document: Document) -> str:
        """A line of JSON, whose fields `json_line` of the tagger has too."""
        record: Object = {}
        if document.id:
            raw = document.extra.get("jsonl", {}).get("id")
            record["id"] = raw if type(raw) is int and str(raw) == document.id else document.id
        for name, value in document.extra.get("fields", {}).items():
            record[_free(name, record)] = value
        record["text"] = document.text
        passages = document.passages
        if len(passages) > 1 or any(one.kind or one.offset for one in passages):
            record[_PASSAGES] = [
                {"kind": one.kind, "start": one.offset, "end": one.end} for one in passages
            ]
        record[_ENTITIES] = [_entity(annotation) for annotation in document.annotations]
        return _line(record, document)


def _free(name: str, record: Object) -> str:
    while name in _OURS or name in record:
        name += "_"
    return name


def _entity(annotation: Annotation) -> Object:
    entity: Object = {"type": annotation.type, "text": annotation.text}
    if annotation.spans:
        entity |= {"start": annotation.start, "end": annotation.end}
    if annotation.score is not None:
        entity["score"] = round(annotation.score, _SCORE_DIGITS)
    if annotation.id:
        entity["id"] = annotation.id
    if annotation.identifiers:
        entity["identifiers"] = list(annotation.identifiers)
    if len(annotation.spans) != 1:
        entity["spans"] = [list(span) for span in annotation.spans]
    fields: dict[str, Any] = annotation.extra.get("fields", {})
    return entity | {name: value for name, value in fields.items() if name not in entity}


def _line(record: Object, document: Document) -> str:
    try:
        line = json.dumps(record, ensure_ascii=False, allow_nan=False)
        line.encode()
    except (TypeError, ValueError, RecursionError) as error:
        raise InputError(
            f"{document.place}: JSON cannot hold what this document says besides its text "
            f"({shown(str(error))}); leave that field out."
        ) from error
    for end in _LINE_ENDS:
        line = line.replace(end, f"\\u{ord(end):04x}")
    return line + "\n"


FORMAT = Format(
    "jsonl",
    "JSON lines (objects with a text, an id, mentions and any other fields)",
    suffixes=(".jsonl", ".ndjson"),
    recognises=_recognises,
    general=True,
    read=_read,
    record_writer=_Writer,
)
