"""Label Studio: exports of a labelling project as JSON or JSON-MIN.

    [{"id": 1, "data": {"text": "Aspirin helps.", "pmid": "7"}, "annotations": [{"result": [{"id":
      "a", "type": "labels", "value": {"start": 0, "end": 7, "text": "Aspirin", "labels":
      ["Chemical"]}}]}]}]
    [{"id": 1, "text": "Aspirin helps.", "label": [{"start": 0, "end": 7, "text": "Aspirin",
      "labels": ["Chemical"]}], "annotator": 1, "annotation_id": 1}]

Of the annotations of a task the first that was not cancelled is read; what several annotators say
is not mixed. The document's id is that of the task. A region with several labels is a mention of
each. Relations between regions are in `Document.relations["label_studio"]`; all annotations and
predictions as they are, and what else the task says, in `Document.extra["label_studio"]`; the other
fields of "data" in `Document.extra["fields"]`. --text_column and --id_column name fields of "data".

Label Studio counts as browsers do, a character above U+FFFF as two. Where the mentions of a
document with such characters fit so and not otherwise, their offsets are converted.
"""

import itertools
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from bioner_kd.errors import InputError, shown
from bioner_kd.text.document import Annotation, Document
from bioner_kd.text.format import Faults, Format, ReadOptions
from bioner_kd.text.notation.json_documents import (
    Object,
    document_of_object,
    offsets,
    read_objects,
    take_field,
    with_fields,
)
from bioner_kd.text.notation.json_start import first_objects
from bioner_kd.text.source import Source

_NAME = "label_studio"
_RESULTS = ("annotations", "completions")
_LABELS = ("labels", "hypertextlabels")
# What a task of JSON-MIN says besides its data.
_OF_TASK = frozenset({"annotator", "annotation_id", "created_at", "updated_at", "lead_time"})
_LAST_OF_ONE_UNIT = "\uffff"


def _recognises(start: str) -> bool:
    found = first_objects(start)
    return bool(found) and (_is_task(found[0]) or _is_small(found[0]))


def _is_task(value: Object) -> bool:
    data, known = value.get("data"), ("predictions", "file_upload", *_RESULTS)
    return isinstance(data, dict) and any(name in value for name in known)


def _is_small(value: Object) -> bool:
    regions = [field for field in value.values() if _is_regions(field)]
    return bool(regions) or {"annotation_id", "annotator"} <= value.keys()


def _is_regions(field: object) -> bool:
    return (
        isinstance(field, list)
        and bool(field)
        and all(isinstance(one, dict) and {"start", "end", "labels"} <= one.keys() for one in field)
    )


def _read(source: Source, options: ReadOptions, faults: Faults) -> Iterator[Document]:
    def document_of(value: Object, path: str, line: int) -> Document:
        if isinstance(value.get("data"), dict):
            return _of_task(value, options, path, line)
        return _of_small(value, options, path, line)

    return read_objects(source, faults, document_of)


def _of_task(value: Object, options: ReadOptions, path: str, line: int) -> Document:
    rest = {name: field for name, field in value.items() if name not in ("data", "id")}
    data = value["data"]
    if not options.id_column and value.get("id") is not None:
        # The task's own name comes first: a field of that name is kept beside it.
        document = document_of_object(_without_id(data), options, path, line)
        fields = {**{n: v for n, v in data.items() if n == "id"}, **_fields(document)}
        if type(value["id"]) not in (int, str):
            raise InputError(f"{document.place}: {shown(value['id'])} is no id of a task.")
        extra = {**with_fields(fields), "jsonl": {"id": value["id"]}}
        document = replace(document, id=str(value["id"]), extra=extra)
    else:
        document = document_of_object(data, options, path, line)
    document = replace(document, extra={**document.extra, _NAME: rest})
    regions, relations = [], []
    for result in _chosen(value, document):
        if not isinstance(result, dict):
            raise _no_region(document, result)
        if result.get("type") == "relation":
            relations.append(result)
        elif isinstance(result.get("value"), dict) and _labels(result["value"]):
            regions.append((result["value"], result))
    return _with_regions(document, regions, relations)


def _without_id(data: Object) -> Object:
    # Other usual names of documents, such as "pmid", stay among the fields as well.
    return {"id": "task", **{name: value for name, value in data.items() if name != "id"}}


def _fields(document: Document) -> Object:
    return dict(document.extra.get("fields", {}))


def _chosen(value: Object, document: Document) -> list[Any]:
    for name in _RESULTS:
        for one in value.get(name) or ():
            if not isinstance(one, dict):
                raise InputError(
                    f"{document.place}: {shown(one)} among the {name} of this task is no "
                    "annotation; export the project as JSON again."
                )
            if not one.get("was_cancelled"):
                found: Any = one.get("result") or []
                return found if isinstance(found, list) else [found]
    return []


def _of_small(value: Object, options: ReadOptions, path: str, line: int) -> Document:
    document, regions = document_of_object(value, options, path, line), []
    for name, field in _fields(document).items():
        if _is_regions(field):
            document, found = take_field(document, name)
            regions += [(item, item) for item in found]
    task: Object = {}
    for name in _OF_TASK.intersection(_fields(document)):
        document, task[name] = take_field(document, name)
    extra = {**document.extra, **({_NAME: task} if task else {})}
    return _with_regions(replace(document, extra=extra), regions, [])


def _labels(value: Object) -> list[str]:
    found: list[Any]
    found = next((value[name] for name in _LABELS if isinstance(value.get(name), list)), [])
    return [label for label in found if isinstance(label, str)]


def _with_regions(
    document: Document, regions: list[tuple[Object, Object]], relations: list[Object]
) -> Document:
    spans = [offsets(document, value.get("globalOffsets") or value) for value, _ in regions]
    texts = [_text_of(value) for value, _ in regions]
    convert = _conversion(document, spans, texts)
    annotations = []
    for (value, result), span, text in zip(regions, spans, texts, strict=True):
        span = convert(span)
        found, score, name = document.mention([span]), result.get("score"), result.get("id")
        annotations += [
            Annotation(
                label,
                (span,),
                found if text is None or _is_same(found, text) else text,
                id=name if isinstance(name, str) else "",
                score=score if type(score) in (int, float) else None,
            )
            for label in _labels(value)
        ]
    kept = {_NAME: relations} if relations else {}
    return replace(document, annotations=tuple(annotations), relations=kept)


def _text_of(value: Object) -> str | None:
    text = value.get("text")
    return text if isinstance(text, str) else None


def _is_same(found: str, text: str) -> bool:
    # Some versions write a line break in a mention as a backslash and an n.
    return found in (text, text.replace("\\n", "\n"))


def _conversion(
    document: Document, spans: list[tuple[int, int]], texts: list[str | None]
) -> Callable[[tuple[int, int]], tuple[int, int]]:
    def fits(some: list[tuple[int, int]]) -> bool:
        pairs = zip(some, texts, strict=True)
        return all(text is None or _is_same(document.mention([span]), text) for span, text in pairs)

    if max(document.text, default="") <= _LAST_OF_ONE_UNIT or fits(spans):
        return lambda span: span
    # Number of units before each character.
    units = [0, *itertools.accumulate(1 + (c > _LAST_OF_ONE_UNIT) for c in document.text)]
    characters = {number: place for place, number in enumerate(units)}

    def convert(span: tuple[int, int]) -> tuple[int, int]:
        return characters.get(span[0], -1), characters.get(span[1], -1)

    return convert if fits([convert(span) for span in spans]) else lambda span: span


def _no_region(document: Document, result: object) -> InputError:
    return InputError(
        f"{document.place}: {shown(result)} is no region of Label Studio, which is an object with "
        'a "value"; export the project as JSON again.'
    )


FORMAT = Format(
    _NAME,
    "an export of Label Studio (JSON or JSON-MIN)",
    recognises=_recognises,
    read=_read,
)
