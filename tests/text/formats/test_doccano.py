import json

import pytest

from bioner_kd.errors import InputError
from bioner_kd.text.document import Annotation
from bioner_kd.text.documents import read_documents, recognise
from bioner_kd.text.formats.doccano import FORMAT
from bioner_kd.text.source import Source
from bioner_kd.text.writing import write_documents

TEXT = "Aspirin treats pain."
LABELS = {"id": 1, "text": TEXT, "label": [[0, 7, "Chemical"], [15, 19, "Disease"]], "Comments": []}
RELATION = {"id": 9, "from_id": 5, "to_id": 6, "type": "treats"}
ENTITIES = {
    "id": 1,
    "text": TEXT,
    "entities": [
        {"id": 5, "label": "Chemical", "start_offset": 0, "end_offset": 7},
        {"id": 6, "label": "Disease", "start_offset": 15, "end_offset": 19, "sure": True},
    ],
    "relations": [RELATION],
    "Comments": [],
}


@pytest.fixture
def file_of(tmp_path):
    def file_of(*values):
        (tmp_path / "a.jsonl").write_text("\n".join(map(json.dumps, values)))
        return tmp_path / "a.jsonl"

    return file_of


@pytest.mark.parametrize(
    "value", [LABELS, {**LABELS, "label": None, "labels": LABELS["label"]},
              {"id": 1, "data": TEXT, "label": LABELS["label"], "Comments": []}]
)  # fmt: skip
def test_labels_are_mentions(file_of, value):
    value = {name: field for name, field in value.items() if field is not None}
    path = file_of(value)
    assert recognise(Source(path)).name == "doccano"
    (document,) = read_documents(path)
    assert (document.id, document.text) == ("1", TEXT)
    assert document.annotations == (
        Annotation("Chemical", ((0, 7),), "Aspirin"), Annotation("Disease", ((15, 19),), "pain"),
    )  # fmt: skip
    assert document.extra["fields"] == {"Comments": []}


def test_ids_and_relations_of_mentions_are_kept(file_of):
    path = file_of(ENTITIES)
    assert recognise(Source(path)).name == "doccano"
    (document,) = read_documents(path)
    assert [(one.id, one.type, one.text) for one in document.annotations] == [
        ("5", "Chemical", "Aspirin"), ("6", "Disease", "pain"),
    ]  # fmt: skip
    assert document.annotations[1].extra == {"doccano": {"sure": True}}
    assert document.relations == {"doccano": [RELATION]}


def test_it_becomes_json_lines_of_our_own(file_of, tmp_path):
    write_documents(read_documents(file_of(LABELS)), tmp_path / "b.jsonl")
    (before,), (after,) = read_documents(file_of(LABELS)), read_documents(tmp_path / "b.jsonl")
    assert (after.text, after.annotations, after.extra) == (
        before.text, before.annotations, before.extra,
    )  # fmt: skip
    assert '"id": 1, "Comments": []' in (tmp_path / "b.jsonl").read_text()


@pytest.mark.parametrize(
    ("value", "what"),
    [
        ({"text": "a", "label": "positive"}, "'positive', no list"),
        ({"text": "a", "label": ["positive"]}, "'positive' is no mention"),
        ({"text": "a", "label": [[0, 2, "X"]]}, "0:2 of a text of 1"),
        ({"text": "a", "entities": [{"label": "X", "start_offset": 0}]}, "'end_offset'"),
    ],
)
def test_faults_are_told(file_of, value, what):
    with pytest.raises(InputError, match=rf"a\.jsonl:2.*{what}"):
        list(read_documents(file_of(LABELS, value), format="doccano"))


@pytest.mark.parametrize(
    "start",
    [
        "Aspirin helps.\n",
        '{"text": "a", "label": ["positive"]}',
        '{"text": "a", "entities": [{"type": "X", "start": 0, "end": 1}]}',
        '{"text": "a", "entities": []}',
        '{"tokens": ["a"], "labels": [0]}',
    ],
)
def test_other_text_is_not_taken_for_it(start):
    assert not FORMAT.recognises(start)
