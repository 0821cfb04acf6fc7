"""doccano: exports of sequence labelling as JSON lines.

    {"id": 1, "text": "Aspirin helps.", "label": [[0, 7, "Chemical"]]}
    {"id": 1, "text": "Aspirin helps.", "entities": [{"id": 5, "label": "Chemical",
     "start_offset": 0, "end_offset": 7}], "relations": [{"id": 1, "from_id": 5, "to_id": 6,
     "type": "treats"}]}

Mentions are under "label", "labels" or "entities"; their ids are kept, and relations are in
`Document.relations["doccano"]`. Older exports call the text "data". All other fields, such as
"Comments", stay in `Document.extra["fields"]`. Offsets count characters.
"""

from collections.abc import Iterator
from dataclasses import replace

from bioner_kd.errors import InputError, shown
from bioner_kd.text.document import Document
from bioner_kd.text.format import Faults, Format, ReadOptions
from bioner_kd.text.notation.columns import text_columns
from bioner_kd.text.notation.json_documents import (
    Object,
    doccano_annotation,
    document_of_object,
    is_triple,
    read_objects,
    take_field,
)
from bioner_kd.text.notation.json_start import first_objects
from bioner_kd.text.source import Source

_NAME = "doccano"
_LABELS, _ENTITIES = ("label", "labels"), "entities"
_OLD_TEXT = "data"


def _recognises(start: str) -> bool:
    found = [one for one in first_objects(start) if _has_text(one)]
    lists = [one[name] for one in found for name in _LABELS if isinstance(one.get(name), list)]
    if lists and all(is_triple(item) for items in lists for item in items):
        return True
    entities = [one[_ENTITIES] for one in found if isinstance(one.get(_ENTITIES), list)]
    items = [item for some in entities for item in some]
    return bool(items) and all(_is_mention(item) for item in items)


def _has_text(value: Object) -> bool:
    texts = [name for name, field in value.items() if isinstance(field, str)]
    return bool(text_columns(texts, "")) or _OLD_TEXT in texts


def _is_mention(item: object) -> bool:
    return is_triple(item) or (
        isinstance(item, dict) and "label" in item and "start_offset" in item
    )


def _read(source: Source, options: ReadOptions, faults: Faults) -> Iterator[Document]:
    def document_of(value: Object, path: str, line: int) -> Document:
        chosen = options
        if not options.text_column and "text" not in value and _OLD_TEXT in value:
            chosen = replace(options, text_column=_OLD_TEXT)
        return _with_mentions(document_of_object(value, chosen, path, line))

    return read_objects(source, faults, document_of)


def _with_mentions(document: Document) -> Document:
    annotations, read = [], document
    for name in (*_LABELS, _ENTITIES):
        read, items = take_field(read, name)
        if items is None:
            continue
        if not isinstance(items, list):
            raise InputError(
                f"{document.place}: {name!r} is {shown(items)}, no list of mentions; export the "
                "project as JSONL of sequence labelling."
            )
        annotations += [doccano_annotation(document, item) for item in items]
    read, relations = take_field(read, "relations")
    return replace(
        read,
        annotations=tuple(annotations),
        relations={_NAME: relations} if relations else {},
    )


FORMAT = Format(
    _NAME,
    "an export of doccano (JSON lines with offsets and labels)",
    recognises=_recognises,
    read=_read,
)
