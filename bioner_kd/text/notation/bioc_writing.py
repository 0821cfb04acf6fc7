"""What BioC says of a document: the objects of its JSON, out of which its XML is made too."""

import itertools
from collections.abc import Iterator, Mapping
from typing import Any

from bioner_kd.text.document import Annotation, Document, Passage
from bioner_kd.text.notation.bioc_fields import Said, home_of, score_of, with_identifiers
from bioner_kd.text.notation.offset_unit import CHARACTERS, Ruler


def collection_of(document: Document | None) -> Said:
    """What the file of a document says of all its documents: source, date, key and infons.

    Args:
        document: any, such as the first that is written; None where there is none.
    """
    kept = _kept(document).get("collection", {}) if document is not None else {}
    return {"source": "", "date": "", "key": "", "infons": {}} | kept


def said_of(document: Document) -> Said:
    """A document as BioC says it.

    Offsets count what the file that the document was read from counted; otherwise characters. An
    annotation stands in the passage and the sentence where it begins, or where it stood. An
    annotation of another format without an id gets a number.
    """
    ruler = Ruler(document.text, _kept(document).get("unit", CHARACTERS))
    passages = [_passage(passage, document.text, ruler) for passage in document.passages]
    said = {
        "id": document.id,
        "infons": _kept(document).get("infons", {}),
        "passages": passages,
        "annotations": [],
        "relations": [],
    }
    numbers = _free_numbers(document)
    for annotation in document.annotations:
        place = _place(annotation, document)
        _holder(said, place)["annotations"].append(_annotation(annotation, ruler, numbers))
    for relation in document.relations.get("bioc", ()):
        _holder(said, relation.get("place", []))["relations"].append(_relation(relation))
    return said | _kept(document).get("other", {})


def _kept(what: Document | Passage | Annotation) -> Mapping[str, Any]:
    kept = what.extra.get("bioc", {})
    return kept if isinstance(kept, Mapping) else {}


def _passage(passage: Passage, text: str, ruler: Ruler) -> Said:
    kept = _kept(passage)
    infons = dict(kept.get("infons", {}))
    if passage.kind and infons.get("type") != passage.kind:
        infons["type"] = passage.kind
    own_text = kept.get("own_text", True)
    return {
        "offset": ruler.units(passage.offset),
        "infons": infons,
        **({"text": passage.text} if own_text else {}),
        "sentences": [_sentence(one, text, ruler) for one in kept.get("sentences", ())],
        "annotations": [],
        "relations": [],
        **kept.get("other", {}),
    }


def _sentence(kept: Said, text: str, ruler: Ruler) -> Said:
    own = kept.get("text", text[kept["offset"] : kept.get("end", kept["offset"])])
    return {
        "offset": ruler.units(kept["offset"]),
        "infons": dict(kept.get("infons", {})),
        "text": own,
        "annotations": [],
        "relations": [],
        **kept.get("other", {}),
    }


def _annotation(annotation: Annotation, ruler: Ruler, numbers: Iterator[str]) -> Said:
    kept = _kept(annotation)
    infons = with_identifiers(kept.get("infons", {}), annotation.identifiers)
    if annotation.type and infons.get("type") != annotation.type:
        infons = {"type": annotation.type} | infons | {"type": annotation.type}
    if annotation.score is not None and score_of(infons) != annotation.score:
        infons["score"] = str(float(annotation.score))
    ends = [(ruler.units(start), ruler.units(end)) for start, end in annotation.spans]
    locations = [{"offset": start, "length": end - start} for start, end in ends]
    if not annotation.spans:
        locations = [
            {"offset": offset, "length": size} for offset, size in kept.get("locations", ())
        ]
    return {
        "id": annotation.id or ("" if kept else next(numbers)),
        "infons": infons,
        "text": kept.get("text", annotation.text),
        "locations": locations,
        **kept.get("other", {}),
    }


def _relation(relation: Said) -> Said:
    said = {name: relation.get(name) for name in ("id", "infons", "nodes")}
    return said | relation.get("other", {})


def _place(annotation: Annotation, document: Document) -> list[int]:
    place = _kept(annotation).get("place")
    if place is None:
        return home_of(document.passages, annotation.start if annotation.spans else 0)
    return list(place)


def _holder(said: Said, place: list[int]) -> Said:
    # Passages may have become fewer since the annotation was read.
    if not place or place[0] >= len(said["passages"]):
        return said
    passage: Said = said["passages"][place[0]]
    inside = place[1] if len(place) > 1 else len(passage["sentences"])
    return passage["sentences"][inside] if inside < len(passage["sentences"]) else passage


def _free_numbers(document: Document) -> Iterator[str]:
    taken = {annotation.id for annotation in document.annotations}
    return (number for number in map(str, itertools.count(1)) if number not in taken)
