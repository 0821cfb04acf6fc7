from dataclasses import replace

import hypothesis
import pytest

from bioner_kd.text.document import Annotation, Document
from bioner_kd.text.notation.bioc_reading import BioCReader
from bioner_kd.text.notation.bioc_writing import collection_of, said_of

from ..formats.bioc_cases import RICH, SYNDROME, core, counted_in, documents


def read(said):
    return BioCReader("a.xml").document(said, {}, 7)


def test_what_was_read_is_written_again():
    said = said_of(read(RICH))
    # An element that may have a text has an empty one.
    assert said == RICH


@pytest.mark.parametrize("unit", SYNDROME)
def test_offsets_are_written_in_the_unit_of_the_file(unit):
    said = said_of(read(counted_in(unit)))
    places = [
        (one["offset"], one["length"])
        for passage in said["passages"]
        for annotation in passage["annotations"]
        for one in annotation["locations"]
    ]
    offset, length = SYNDROME[unit]
    assert places == [(offset, length), (offset + length + 1, 3)]


@hypothesis.given(documents())
def test_documents_of_other_formats_keep_passages_and_mentions(document):
    again = read(said_of(document))
    assert core(again) == core(document)
    third = read(said_of(again))
    assert third == again


def test_mentions_without_an_id_get_numbers_that_are_free():
    mentions = [Annotation("A", ((0, 1),), "x", id) for id in ("", "1", "")]
    document = replace(Document.from_text("x"), annotations=tuple(mentions))
    said = said_of(document)
    assert [a["id"] for a in said["passages"][0]["annotations"]] == ["2", "1", "3"]


def test_another_type_identifier_or_score_replaces_that_of_the_file():
    document = read(RICH)
    first = replace(document.annotations[0], type="Cancer", identifiers=("OMIM:1",), score=0.25)
    said = said_of(replace(document, annotations=(first,)))
    assert said["passages"][0]["annotations"][0]["infons"] == {
        "type": "Cancer", "score": "0.25", "identifier": "OMIM:1",
    }  # fmt: skip


def test_a_collection_has_all_its_fields():
    assert collection_of(None) == {"source": "", "date": "", "key": "", "infons": {}}
    document = Document("1", extra={"bioc": {"collection": {"source": "PMC"}}})
    assert collection_of(document)["source"] == "PMC"
