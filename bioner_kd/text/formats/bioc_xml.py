"""BioC as XML: collections, documents, passages, sentences, annotations and relations.

What is read and written is the same as for BioC JSON:

- A passage of BioC is a passage; its kind is the infon "type". Where a passage has sentences
  instead of a text, the text is that of its sentences at their offsets.
- The type of an annotation is its infon "type". Its identifiers are the infon "identifier" and
  those that name a vocabulary: MESH with the value D003924 is "MESH:D003924" (also OMIM, NCBI Gene,
  CHEBI and others). Its score is the infon "score". Several locations are a discontinuous mention.
- All infons, relations with their nodes, sentences, and what the file says of the collection are
  kept under "bioc" and written again.
- Offsets may count characters, bytes of UTF-8 or UTF-16 code units. The unit is the one in which
  the mentions stand where they are said to be; it is found out and written again.

A written file follows the order of BioC's DTD, `BioC.dtd`, with a document in each line. Not read,
and therefore not written: what the DTD does not know, such as attributes of its own, and white
space between elements. The locations of an annotation are written in order.
"""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any
from xml.etree.ElementTree import Element

from bioner_kd.errors import InputError, shown
from bioner_kd.text.document import Document
from bioner_kd.text.format import Faults, Format, ReadOptions, RecordWriter
from bioner_kd.text.notation.bioc_fields import Said
from bioner_kd.text.notation.bioc_reading import BioCReader
from bioner_kd.text.notation.bioc_writing import collection_of, said_of
from bioner_kd.text.notation.unique_names import UniqueNames
from bioner_kd.text.notation.xml_stream import iterate_elements, root_of
from bioner_kd.text.source import Source

_ABOUT = ("source", "date", "key")
_COLLECTION = re.compile(
    r"<collection\b[^>]*>\s*(?:<!--.*?-->\s*)*<(?:source|date|key|infon|document)\b", re.DOTALL
)
_HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE collection SYSTEM "BioC.dtd">\n'
# What XML 1.0 has no way to write.
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def _recognises(start: str) -> bool:
    name, rest = root_of(start)
    return name == "collection" and _COLLECTION.match(rest) is not None


def _read(source: Source, options: ReadOptions, faults: Faults) -> Iterator[Document]:
    reader, ids = BioCReader(source.name), UniqueNames()
    collection: Said = {}
    tags = ("document", "infon", *_ABOUT)
    for element, line in iterate_elements(
        source, tags, faults, roots=("collection",), records=("document",)
    ):
        if element.tag in _ABOUT:
            collection = collection | ({element.tag: element.text} if element.text else {})
        elif element.tag == "infon":
            infons = dict(collection.get("infons", {}))
            _add_infon(infons, element)
            collection = collection | {"infons": infons}
        else:
            try:
                document = ids.add(reader.document(_document(element), collection, line))
            except InputError as error:
                faults.report(error)
            else:
                yield document


def _document(element: Element) -> Said:
    passages = [
        {**_part(one), "sentences": [_part(sentence) for sentence in one.iterfind("sentence")]}
        for one in element.iterfind("passage")
    ]
    return {
        "id": element.findtext("id", "").strip(),
        "infons": _infons(element),
        "passages": passages,
        **_marks(element),
    }


def _part(element: Element) -> Said:
    return {
        "offset": element.findtext("offset", "").strip(),
        "infons": _infons(element),
        "text": element.findtext("text"),
        **_marks(element),
    }


def _marks(element: Element) -> Said:
    return {
        "annotations": [
            {
                "id": one.get("id", ""),
                "infons": _infons(one),
                "text": one.findtext("text"),
                "locations": [dict(location.items()) for location in one.iterfind("location")],
            }
            for one in element.iterfind("annotation")
        ],
        "relations": [
            {
                "id": one.get("id", ""),
                "infons": _infons(one),
                "nodes": [dict(node.items()) for node in one.iterfind("node")],
            }
            for one in element.iterfind("relation")
        ],
    }


def _infons(element: Element) -> Said:
    infons: Said = {}
    for infon in element.iterfind("infon"):
        _add_infon(infons, infon)
    return infons


def _add_infon(infons: Said, element: Element) -> None:
    # A key that stands twice has a list of values.
    key, value = element.get("key", ""), element.text or ""
    if key not in infons:
        infons[key] = value
    elif isinstance(infons[key], list):
        infons[key].append(value)
    else:
        infons[key] = [infons[key], value]


class _Writer(RecordWriter):
    separator = "\n"

    def start(self, first: Document | None) -> str:
        collection = collection_of(first)
        about = "".join(_element(name, collection[name] or "") for name in _ABOUT)
        text = f"{_HEAD}<collection>{about}{_infons_xml(collection['infons'])}\n"
        return _checked(text, first) if first else text

    def record(self, document: Document) -> str:
        said = said_of(document)
        passages = "".join(map(_passage_xml, said["passages"]))
        return _checked(
            f"<document>{_element('id', said['id'])}{_infons_xml(said['infons'])}{passages}"
            f"{_marks_xml(said)}</document>",
            document,
        )

    def end(self) -> str:
        return "\n</collection>\n"


def _passage_xml(said: Mapping[str, Any]) -> str:
    sentences = "".join(
        f"<sentence>{_part_xml(one)}{_marks_xml(one)}</sentence>" for one in said["sentences"]
    )
    return f"<passage>{_part_xml(said)}{sentences}{_marks_xml(said)}</passage>"


def _part_xml(said: Mapping[str, Any]) -> str:
    text = _element("text", said["text"]) if said.get("text") else ""
    return f"{_infons_xml(said['infons'])}{_element('offset', said['offset'])}{text}"


def _marks_xml(said: Mapping[str, Any]) -> str:
    annotations = [
        f"<annotation{_id_xml(one)}>{_infons_xml(one['infons'])}"
        + "".join(
            f'<location offset="{location["offset"]}" length="{location["length"]}"/>'
            for location in one["locations"]
        )
        + f"{_element('text', one['text'])}</annotation>"
        for one in said["annotations"]
    ]
    relations = [
        f"<relation{_id_xml(one)}>{_infons_xml(one['infons'])}"
        + "".join(
            f'<node refid="{_in_quotes(node["refid"])}" role="{_in_quotes(node["role"])}"/>'
            for node in one["nodes"]
        )
        + "</relation>"
        for one in said["relations"]
    ]
    return "".join(annotations + relations)


def _id_xml(said: Mapping[str, Any]) -> str:
    return f' id="{_in_quotes(said["id"])}"' if said["id"] else ""


def _infons_xml(infons: Mapping[str, Any]) -> str:
    return "".join(
        f'<infon key="{_in_quotes(key)}">{_escaped(_plain(value))}</infon>'
        for key, values in infons.items()
        for value in (values if isinstance(values, list) else [values])
    )


def _plain(value: object) -> str:
    # JSON knows more than text: numbers, null, lists.
    if isinstance(value, str):
        return value
    return "" if value is None else json.dumps(value, ensure_ascii=False)


def _element(name: str, text: object) -> str:
    return f"<{name}>{_escaped(str(text))}</{name}>"


def _escaped(text: str) -> str:
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return text.replace("\r", "&#13;")


def _in_quotes(text: str) -> str:
    return _escaped(text).replace('"', "&quot;").replace("\n", "&#10;").replace("\t", "&#9;")


def _checked(xml: str, document: Document) -> str:
    if found := _NOT_XML.search(xml):
        raise InputError(
            f"{document.place}: XML cannot hold the character {shown(found.group())}; remove it, "
            "or write bioc_json."
        )
    return xml


FORMAT = Format(
    "bioc_xml",
    "BioC XML (passages, annotations and relations)",
    suffixes=(".bioc.xml", ".biocxml"),
    recognises=_recognises,
    read=_read,
    record_writer=_Writer,
)
