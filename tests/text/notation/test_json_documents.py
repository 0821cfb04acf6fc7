import pytest

from bioner_kd.errors import InputError
from bioner_kd.text.document import Annotation, Document
from bioner_kd.text.format import SKIP, Faults, ReadOptions
from bioner_kd.text.notation.json_documents import (
    doccano_annotation,
    document_of_object,
    is_triple,
    own_annotation,
    read_objects,
    take_field,
)
from bioner_kd.text.source import Source

DOCUMENT = Document.from_text("Aspirin helps.", id="7")


def test_a_field_is_taken_and_the_rest_stays():
    document = document_of_object(
        {"id": "1", "text": "a", "x": 1, "y": None}, ReadOptions(), "a", 3, more={"own": 2}
    )
    assert document.extra == {"fields": {"x": 1, "y": None}, "own": 2}
    rest, value = take_field(document, "x")
    assert (rest.extra, value) == ({"fields": {"y": None}, "own": 2}, 1)
    assert take_field(rest, "x") == (rest, None)
    assert take_field(rest, "y")[0].extra == {"own": 2}


def test_objects_that_are_left_out_are_no_faults(tmp_path):
    (tmp_path / "a").write_text('{"id": "1"}\n{"id": "2"}\n3\n{"id": "2"}\n')
    faults = Faults(SKIP)

    def document_of(value, path, line):
        return None if value["id"] == "1" else Document(value["id"], line=line)

    found = read_objects(Source(tmp_path / "a"), faults, document_of)
    assert [(document.id, document.line) for document in found] == [("2", 2)]
    assert faults.number == 2


def test_mentions_of_each_form():
    own = {"type": "X", "start": 0, "end": 7, "text": None, "more": [1]}
    assert own_annotation(DOCUMENT, own) == Annotation(
        "X", ((0, 7),), "Aspirin", extra={"fields": {"more": [1]}}
    )
    assert doccano_annotation(DOCUMENT, [0, 7, "X"]) == Annotation("X", ((0, 7),), "Aspirin")
    given = {"id": 3, "label": "X", "start_offset": 0, "end_offset": 7}
    assert doccano_annotation(DOCUMENT, given) == Annotation("X", ((0, 7),), "Aspirin", "3")


@pytest.mark.parametrize("item", [[0, 7], [0, 7, 1], [0, True, "X"], (0, 7, "X"), "abc", None])
def test_other_lists_are_no_mentions(item):
    assert not is_triple(item)
    with pytest.raises(InputError, match="document '7'.*no mention of doccano"):
        doccano_annotation(DOCUMENT, item)
