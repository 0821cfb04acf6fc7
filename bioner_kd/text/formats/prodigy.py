"""Prodigy: examples as JSON lines, as `prodigy db-out` writes them.

    {"text": "Aspirin helps.", "spans": [{"start": 0, "end": 7, "label": "Chemical"}],
     "tokens": [{"text": "Aspirin", "start": 0, "end": 7, "id": 0}, …], "answer": "accept"}

An example whose answer is "reject" or "ignore" is no document that a reader should learn from: it
counts as a faulty document, which --on_error=skip leaves out. Other fields, such as "tokens",
"meta" and "_task_hash", stay in `Document.extra["fields"]`, and those of a span, such as
"token_start", in `Annotation.extra["prodigy"]`. A score of a span is its score; "relations" are in
`Document.relations["prodigy"]`.
"""

from collections.abc import Iterator
from dataclasses import replace

from bioner_kd.errors import InputError, shown
from bioner_kd.text.document import Annotation, Document
from bioner_kd.text.format import Faults, Format, ReadOptions
from bioner_kd.text.notation.json_documents import (
    Object,
    document_of_object,
    offsets,
    read_objects,
    take_field,
)
from bioner_kd.text.notation.json_start import first_objects
from bioner_kd.text.source import Source

_NAME = "prodigy"
_ACCEPT = "accept"
_ANSWERS = (_ACCEPT, "reject", "ignore")
_HASHES = ("_task_hash", "_input_hash")
_OWN = ("start", "end", "label", "score", "text")


def _recognises(start: str) -> bool:
    found = [one for one in first_objects(start) if isinstance(one.get("text"), str)]
    if any(one.get("answer") in _ANSWERS or one.keys() & set(_HASHES) for one in found):
        return True
    spans = [one["spans"] for one in found if isinstance(one.get("spans"), list)]
    items = [item for some in spans for item in some]
    return bool(items) and all(
        isinstance(item, dict) and {"start", "end", "label"} <= item.keys() for item in items
    )


def _read(source: Source, options: ReadOptions, faults: Faults) -> Iterator[Document]:
    def document_of(value: Object, path: str, line: int) -> Document:
        answer = value.get("answer", _ACCEPT)
        if answer != _ACCEPT:
            raise InputError(
                f"{path}:{line}: the answer to this example is {shown(answer)}, not accept; leave "
                "it out of the file, or pass --on_error=skip."
            )
        return _with_spans(document_of_object(value, options, path, line))

    return read_objects(source, faults, document_of)


def _with_spans(document: Document) -> Document:
    read, spans = take_field(document, "spans")
    read, relations = take_field(read, "relations")
    if not isinstance(spans, list | None):
        raise InputError(
            f"{document.place}: 'spans' is {shown(spans)}, no list of mentions; export the data "
            "set by prodigy db-out."
        )
    return replace(
        read,
        annotations=tuple(_annotation(document, item) for item in spans or ()),
        relations={_NAME: relations} if relations else {},
    )


def _annotation(document: Document, item: object) -> Annotation:
    if not isinstance(item, dict) or not isinstance(item.get("label"), str):
        raise InputError(
            f'{document.place}: {shown(item)} is no span of Prodigy, which has a "start", an '
            '"end" and a "label"; correct it.'
        )
    span, score, text = offsets(document, item), item.get("score"), item.get("text")
    rest = {name: value for name, value in item.items() if name not in _OWN}
    return Annotation(
        item["label"],
        (span,),
        text if isinstance(text, str) else document.mention([span]),
        score=score if type(score) in (int, float) else None,
        extra={_NAME: rest} if rest else {},
    )


FORMAT = Format(
    _NAME,
    "an export of Prodigy (JSON lines with spans and answers)",
    recognises=_recognises,
    read=_read,
)
