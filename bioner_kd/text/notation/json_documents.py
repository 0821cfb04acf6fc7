"""Documents that are JSON objects with a text: what several formats of this kind share.

A field that is neither the id, the text nor the mentions stays, in order, in
`Document.extra["fields"]`.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from bioner_kd.errors import InputError, shown
from bioner_kd.text.document import Annotation, Document
from bioner_kd.text.format import Faults, ReadOptions
from bioner_kd.text.notation.columns import ID_NAMES, id_column, listed, passages_of, text_columns
from bioner_kd.text.notation.json_values import json_values
from bioner_kd.text.notation.unique_names import unique_documents
from bioner_kd.text.source import Source

Object = dict[str, Any]
# The fields of a mention in our own form.
_OWN = ("type", "text", "start", "end", "score", "id", "identifiers", "spans")
_KINDS: dict[str, Any] = {
    "type": str, "text": str, "id": str, "identifiers": list, "score": (int, float),
}  # fmt: skip


def read_objects(
    source: Source, faults: Faults, document_of: Callable[[Object, str, int], Document | None]
) -> Iterator[Document]:
    """Yields the documents of a file of JSON objects.

    Args:
        source: JSON lines, or an array.
        faults: told of objects that are no documents.
        document_of: makes a document of an object, which stands in a file at a line. None is left
            out.
    """

    def document_at(found: tuple[int, Any]) -> Document | None:
        line, value = found
        if not isinstance(value, dict):
            raise InputError(
                f"{source.name}:{line}: {shown(value)} is no JSON object; each document is an "
                "object with a field that holds its text."
            )
        return document_of(value, source.name, line)

    return unique_documents(json_values(source, faults), document_at, faults)


def document_of_object(
    value: Object, options: ReadOptions, path: str, line: int, *, more: Mapping[str, Any] = {}
) -> Document:
    """A document of an object's id and text; all its other fields are in its `extra["fields"]`.

    Args:
        value: the object.
        options: names of the fields; those that are usual where they say nothing.
        path: file that it was read from.
        line: where it begins there.
        more: what `Document.extra` holds besides.

    Raises:
        InputError: it has no such field, or the field holds something else.
    """
    place = f"{path}:{line}"
    fields = dict(value)
    name, extra = _pop_id(fields, options, place)
    columns = text_columns(_text_fields(fields, options, place), options.text_column)
    if not columns:
        asked = f"is called {options.text_column}" if options.text_column else "holds the text"
        raise InputError(
            f"{place}: no field of this JSON object {asked}; it has the fields {listed(fields)}. "
            "Name one, or several with commas between them, by --text_column."
        )
    passages = passages_of([(column, fields.pop(column)) for column in columns])
    return Document(
        name, passages, extra={**with_fields(fields), **extra, **more}, path=path, line=line
    )


def with_fields(fields: Object) -> Object:
    """`Document.extra` of an object's other fields."""
    return {"fields": fields} if fields else {}


def take_field(document: Document, name: str) -> tuple[Document, Any]:
    """A document without one of its other fields, and the value of that; None where it has none."""
    fields = dict(document.extra.get("fields", {}))
    if name not in fields:
        return document, None
    value = fields.pop(name)
    extra = {key: held for key, held in document.extra.items() if key != "fields"}
    return replace(document, extra={**with_fields(fields), **extra}), value


def _text_fields(fields: Object, options: ReadOptions, place: str) -> Iterable[str]:
    if options.text_column:
        for column in text_columns(fields, options.text_column):
            if not isinstance(fields[column], str | None):
                raise InputError(
                    f"{place}: the field {shown(column)} holds {shown(fields[column])}, no text; "
                    "name another one by --text_column."
                )
    return [name for name, value in fields.items() if isinstance(value, str)]


def _pop_id(fields: Object, options: ReadOptions, place: str) -> tuple[str, Object]:
    if options.id_column:
        column = id_column(fields, options.id_column)
        if not column:
            raise InputError(
                f"{place}: there is no field {shown(options.id_column)} in this JSON object, which "
                f"has {listed(fields)}; name another one by --id_column."
            )
        if not _names(fields[column]):
            raise InputError(
                f"{place}: the field {shown(column)} holds {shown(fields[column])}, which is no "
                "name of a document; name another one by --id_column."
            )
    else:
        usable = [name for name, value in fields.items() if _names(value)]
        column = id_column(usable, "")
        if not column:
            # A name that says nothing: it is not one of the other fields.
            for name in ID_NAMES[:1]:
                if fields.get(name, 0) in (None, ""):
                    del fields[name]
            return "", {}
    value = fields.pop(column)
    return str(value), {} if isinstance(value, str) else {"jsonl": {"id": value}}


def _names(value: object) -> bool:
    return (isinstance(value, str) and value != "") or type(value) is int


def offsets(document: Document, item: Object, start: str = "start", end: str = "end") -> Any:
    """Start and end of a mention.

    Raises:
        InputError: one of them is missing or no number.
    """
    found = item.get(start), item.get(end)
    if not all(type(number) is int for number in found):
        raise InputError(
            f"{document.place}: the mention {shown(item)} needs whole numbers as {start!r} and "
            f"{end!r}, which count characters of the text."
        )
    return found


def own_annotation(document: Document, item: Object) -> Annotation:
    """A mention in our own form.

    Args:
        document: whose mention it is.
        item: has "type", "start" and "end", or "spans" where it is discontinuous.

    Raises:
        InputError: a field is missing or holds something else.
    """
    if "spans" in item:
        spans = _spans(document, item)
    else:
        spans = (offsets(document, item),)
    kinds: dict[str, Any] = {
        "type": str,
        "text": str,
        "id": str,
        "identifiers": list,
        "score": (int, float),
    }
    for name, kind in kinds.items():
        value = item.get(name)
        if value is not None and (not isinstance(value, kind) or isinstance(value, bool)):
            raise _bad_field(document, item, name)
    if not item.get("type"):
        raise _bad_field(document, item, "type")
    identifiers = item.get("identifiers") or []
    if not all(isinstance(one, str) for one in identifiers):
        raise _bad_field(document, item, "identifiers")
    text = item.get("text")
    return Annotation(
        item["type"],
        spans,
        document.mention(spans) if text is None else text,
        id=item.get("id") or "",
        identifiers=tuple(identifiers),
        score=item.get("score"),
        extra=with_fields({name: value for name, value in item.items() if name not in _OWN}),
    )


def _bad_field(document: Document, item: Object, name: str) -> InputError:
    return InputError(
        f"{document.place}: {name!r} of the mention {shown(item)} is {shown(item.get(name))}; a "
        'mention has a "type", "start" and "end", and may have "text" and "id" (strings), "score" '
        '(a number) and "identifiers" (a list of strings).'
    )


def _spans(document: Document, item: Object) -> tuple[tuple[int, int], ...]:
    spans = item["spans"]
    pairs = isinstance(spans, list) and all(
        isinstance(span, list) and len(span) == 2 and all(type(one) is int for one in span)
        for span in spans
    )
    if not pairs:
        raise InputError(
            f"{document.place}: 'spans' of the mention {shown(item)} must be a list of [start, "
            "end] of each part, in characters of the text."
        )
    return tuple((start, end) for start, end in spans)


def is_triple(item: object) -> bool:
    """Whether it is a mention as doccano's older exports have it: [start, end, type]."""
    return (
        isinstance(item, list)
        and len(item) == 3
        and type(item[0]) is int
        and type(item[1]) is int
        and isinstance(item[2], str)
    )


def doccano_annotation(document: Document, item: Any) -> Annotation:
    """A mention of doccano: [start, end, type], or an object with "start_offset" and "label".

    Raises:
        InputError: it is neither.
    """
    if is_triple(item):
        span = (item[0], item[1])
        return Annotation(item[2], (span,), document.mention([span]))
    if not isinstance(item, dict) or not isinstance(item.get("label"), str):
        raise InputError(
            f"{document.place}: {shown(item)} is no mention of doccano, which is [start, end, "
            'type] or an object with "start_offset", "end_offset" and "label"; export the project '
            "as JSONL of sequence labelling."
        )
    span = offsets(document, item, "start_offset", "end_offset")
    rest = {
        name: value
        for name, value in item.items()
        if name not in ("label", "start_offset", "end_offset", "id")
    }
    number = item.get("id")
    return Annotation(
        item["label"],
        (span,),
        document.mention([span]),
        id="" if number is None else str(number),
        extra={"doccano": rest} if rest else {},
    )
