"""BioC as JSON: a collection, a list of documents, or documents one after another.

PubTator's interface gives a document in each line, or a list that is called "PubTator3"; both are
read. A file of any size is read in the memory of its largest document.

What passages, annotations, identifiers and offsets become is told at BioC XML, which says the same
and is converted to and from this format without loss. Fields that BioC does not know, such as
PubTator's "pmid" or "authors" of a document, are kept and written again; fields of a collection
are kept where they stand before its documents.

What is written is one collection with a document in each line, whatever the shape of the file that
was read.
"""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from bioner_kd.errors import InputError
from bioner_kd.text.document import Document
from bioner_kd.text.format import Faults, Format, ReadOptions, RecordWriter
from bioner_kd.text.notation.bioc_fields import Said
from bioner_kd.text.notation.bioc_reading import BioCReader
from bioner_kd.text.notation.bioc_writing import collection_of, said_of
from bioner_kd.text.notation.json_stream import iterate_objects
from bioner_kd.text.notation.unique_names import UniqueNames
from bioner_kd.text.source import Source

_LISTS = ("documents", "PubTator3")
_OF_COLLECTION = ("bioctype", "version", "source", "date", "key", "infons", *_LISTS)
# Quotation marks inside of a string of JSON have a backslash before them. The fields excluded are
# those with which a passage of the format `jsonl` begins.
_PASSAGES = re.compile(r'(?<!\\)"passages"\s*:\s*\[\s*(?:\]|\{(?!\s*"(?:kind|start|end)"\s*:))')


def _recognises(start: str) -> bool:
    return start.lstrip().startswith(("{", "[")) and _PASSAGES.search(start) is not None


def _read(source: Source, options: ReadOptions, faults: Faults) -> Iterator[Document]:
    reader, ids = BioCReader(source.name), UniqueNames()
    for said, head, line in iterate_objects(source, _LISTS, faults):
        try:
            if not isinstance(said, dict) or "passages" not in said:
                raise InputError(
                    f"{source.name}:{line}: a document of BioC has passages, and this has none."
                )
            document = ids.add(reader.document(said, _collection(head), line))
        except InputError as error:
            faults.report(error)
        else:
            yield document


def _collection(head: Mapping[str, Any]) -> Said:
    found: Said = {
        name: str(head[name])
        for name in ("source", "date", "key")
        if isinstance(head.get(name), str | int | float) and head[name] != ""
    }
    if isinstance(head.get("infons"), dict) and head["infons"]:
        found["infons"] = head["infons"]
    if others := {name: head[name] for name in head if name not in _OF_COLLECTION}:
        found["other"] = others
    return found


class _Writer(RecordWriter):
    separator = ",\n"

    def start(self, first: Document | None) -> str:
        collection = collection_of(first)
        other = collection.pop("other", {})
        head = {"bioctype": "BioCCollection", "version": "1.0", **collection, **other}
        text = json.dumps(head, ensure_ascii=False).removesuffix("}") + ', "documents": [\n'
        return _checked(text, first) if first else text

    def record(self, document: Document) -> str:
        said = {"bioctype": "BioCDocument", **said_of(document)}
        return _checked(json.dumps(said, ensure_ascii=False), document)

    def end(self) -> str:
        return "\n]}\n"


def _checked(text: str, document: Document) -> str:
    try:
        text.encode()
    except UnicodeEncodeError:
        raise InputError(
            f"{document.place}: half of a character (a lone surrogate) cannot be written; remove "
            "it."
        ) from None
    return text


FORMAT = Format(
    "bioc_json",
    "BioC JSON (passages, annotations and relations)",
    suffixes=(".bioc.json", ".biocjson"),
    recognises=_recognises,
    read=_read,
    record_writer=_Writer,
)
