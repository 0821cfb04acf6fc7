import json

import pytest

from bioner_kd.errors import InputError
from bioner_kd.text.documents import read_documents, recognise
from bioner_kd.text.format import ReadOptions
from bioner_kd.text.formats.label_studio import FORMAT
from bioner_kd.text.source import Source
from bioner_kd.text.writing import write_documents

TEXT = "Aspirin treats pain."


def region(start, end, text, label, **others):
    value = {"start": start, "end": end, "text": text, "labels": [label]}
    return {"id": f"r{start}", "type": "labels", "from_name": "label", "value": value, **others}


RELATION = {"type": "relation", "from_id": "r0", "to_id": "r15", "direction": "right"}
CHOICE = {"type": "choices", "value": {"choices": ["good"]}}
TASK = {
    "id": 12,
    "data": {"pmid": 7, "text": TEXT},
    "annotations": [
        {"was_cancelled": True, "result": [region(0, 3, "Asp", "Wrong")]},
        {
            "was_cancelled": False,
            "result": [
                region(0, 7, "Aspirin", "Chemical", score=0.5),
                region(15, 19, "pain", "Disease"), RELATION, CHOICE,
            ],
        },
        {"result": [region(8, 14, "treats", "Other")]},
    ],
    "predictions": [],
    "project": 3,
}  # fmt: skip
SMALL = {
    "id": 12,
    "text": TEXT,
    "pmid": 7,
    "label": [region(0, 7, "Aspirin", "Chemical")["value"]],
    "annotator": 1,
    "annotation_id": 5,
    "lead_time": 1.5,
}


@pytest.fixture
def file_of(tmp_path):
    def file_of(*values):
        (tmp_path / "a.json").write_text(json.dumps(values))
        return tmp_path / "a.json"

    return file_of


def test_the_first_annotation_that_was_not_cancelled_is_read(file_of):
    path = file_of(TASK)
    assert recognise(Source(path)).name == "label_studio"
    (document,) = read_documents(path)
    assert (document.id, document.text) == ("12", TEXT)
    assert [(one.id, one.type, one.text, one.score) for one in document.annotations] == [
        ("r0", "Chemical", "Aspirin", 0.5), ("r15", "Disease", "pain", None),
    ]  # fmt: skip
    assert document.relations == {"label_studio": [RELATION]}
    assert document.extra["fields"] == {"pmid": 7}
    assert document.extra["label_studio"]["annotations"] == TASK["annotations"]


def test_a_field_of_the_data_can_be_the_id(file_of):
    options = ReadOptions(id_column="pmid")
    (document,) = read_documents(file_of(TASK), options=options)
    assert document.id == "7"


def test_the_small_form_is_read(file_of):
    path = file_of(SMALL, {**SMALL, "id": 13, "label": []})
    assert recognise(Source(path)).name == "label_studio"
    first, second = read_documents(path)
    assert [(one.type, one.spans) for one in first.annotations] == [("Chemical", ((0, 7),))]
    assert first.extra["fields"] == {"pmid": 7}
    assert first.extra["label_studio"] == {"annotator": 1, "annotation_id": 5, "lead_time": 1.5}
    assert (second.id, second.annotations) == ("13", ())


@pytest.mark.parametrize("units", [1, 2])
def test_offsets_of_browsers_are_converted(file_of, units):
    text = "\U0001f600 Aspirin \U0001f600"
    task = {**TASK, "data": {"text": text}}
    task["annotations"] = [{"result": [region(units + 1, units + 8, "Aspirin", "Chemical")]}]
    (document,) = read_documents(file_of(task))
    assert document.annotations[0].spans == ((2, 9),)


def test_a_line_break_that_was_written_as_two_characters_is_one(file_of):
    task = {**TASK, "data": {"text": "lung\ncancer"}}
    task["annotations"] = [{"result": [region(0, 11, "lung\\ncancer", "Disease")]}]
    (document,) = read_documents(file_of(task))
    assert document.annotations[0].text == "lung\ncancer"


def test_it_becomes_json_lines_with_its_ids(file_of, tmp_path):
    write_documents(read_documents(file_of(TASK)), tmp_path / "b.jsonl")
    record = json.loads((tmp_path / "b.jsonl").read_text())
    assert list(record) == ["id", "pmid", "text", "entities"]
    assert (record["id"], len(record["entities"])) == (12, 2)


@pytest.mark.parametrize(
    ("change", "what"),
    [
        ({"data": {"title_of": 3}}, "--text_column"),
        ({"annotations": [3]}, "3 among the annotations"),
        ({"annotations": [{"result": [3]}]}, "3 is no region"),
        ({"annotations": [{"result": [region(0, 7, "other", "X")]}]}, "'other'.*'Aspirin'"),
        ({"annotations": [{"result": [region(0, 99, "other", "X")]}]}, "0:99"),
        ({"annotations": [{"result": [region(None, 9, "other", "X")]}]}, "'start' and 'end'"),
        ({"id": [1]}, r"\[1\] is no id"),
    ],
)
def test_faults_are_told(file_of, change, what):
    with pytest.raises(InputError, match=rf"a\.json:1.*{what}"):
        list(read_documents(file_of({**TASK, **change})))


@pytest.mark.parametrize(
    "start", ["Aspirin helps.\n", '{"text": "a", "data": {}}', '[{"text": "a", "label": []}]']
)
def test_other_text_is_not_taken_for_it(start):
    assert not FORMAT.recognises(start)
