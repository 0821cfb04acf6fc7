import json
import zipfile

import pytest

from bioner_kd.errors import InputError
from bioner_kd.text.archive import Archive
from bioner_kd.text.documents import read_documents, recognise
from bioner_kd.text.format import Faults, ReadOptions
from bioner_kd.text.formats.hf_tokens import FORMAT
from bioner_kd.text.source import Source

NAMES = ["O", "B-Disease", "I-Disease"]
FEATURES = {
    "id": {"dtype": "string", "_type": "Value"},
    "tokens": {"feature": {"dtype": "string", "_type": "Value"}, "_type": "Sequence"},
    "ner_tags": {"feature": {"names": NAMES, "_type": "ClassLabel"}, "_type": "Sequence"},
}
ROW = {"id": "0", "tokens": ["lung", "cancer", "."], "ner_tags": [1, 2, 0], "doc": "x"}
NAMED = {**ROW, "ner_tags": ["B-Disease", "I-Disease", "O"]}


@pytest.fixture
def file_of(tmp_path):
    def file_of(*values):
        (tmp_path / "a.jsonl").write_text("\n".join(map(json.dumps, values)))
        return tmp_path / "a.jsonl"

    return file_of


def check(path):
    assert recognise(Source(path)).name == "hf_tokens"
    document = list(read_documents(path))[-1]
    (sentence,) = document.sentences
    assert (document.id, document.text) == ("0", "lung cancer .")
    assert sentence.words == ("lung", "cancer", ".")
    assert sentence.tags == ("B-Disease", "I-Disease", "O")
    assert [(one.type, one.spans) for one in document.annotations] == [("Disease", ((0, 11),))]
    assert document.extra["fields"]["doc"] == "x"


def test_names_of_tags_are_read(file_of):
    check(file_of(NAMED))


@pytest.mark.parametrize(
    "values",
    [
        [{"features": FEATURES}, ROW],
        [{**ROW, "features": FEATURES}],
        [{**ROW, "label_list": NAMES}],
        [{"label_names": NAMES}, ROW],
        [{"tokens": ["a"], "ner_tags": [0], "features": {"ner_tags": NAMES}}, ROW],
    ],
)
def test_numbers_of_tags_are_named_by_a_field(file_of, values):
    check(file_of(*values))


def test_numbers_of_tags_are_named_by_the_file_beside(file_of, tmp_path):
    (tmp_path / "dataset_info.json").write_text(json.dumps({"features": FEATURES, "size": 3}))
    check(file_of(ROW))


def test_tags_without_a_type_take_the_one_that_is_named(file_of):
    path = file_of({**ROW, "ner_tags": ["B", "I", "O"]})
    with pytest.raises(InputError, match=r"a\.jsonl:1, word 1.*--entity_type"):
        list(read_documents(path))
    (document,) = read_documents(path, options=ReadOptions(entity_type="Disease"))
    assert [one.type for one in document.annotations] == ["Disease"]


@pytest.mark.parametrize(
    ("change", "what"),
    [
        ({}, "the tags are numbers, such as 1.*dataset_info.json"),
        ({"label_list": ["O"]}, "the tag 1 is none of the 1"),
        ({"ner_tags": [0]}, r"\[0\] are not one for each of the 3 words"),
        ({"ner_tags": ["O", "O", None]}, "None is no tag"),
        ({"ner_tags": ["O", "O", "E-Disease"]}, "word 3.*E-Disease.*--repair_tags"),
        ({"tokens": ["a b", "c", "d"]}, "word 1: white space"),
        ({"tokens": ["", "c", "d"]}, "word 1: an empty word"),
        ({"tokens": 3}, "3 is no list of words"),
        ({"id": [3], "ner_tags": ["O"] * 3}, r"\[3\] is no id"),
    ],
)
def test_faults_are_told(file_of, change, what):
    with pytest.raises(InputError, match=rf"a\.jsonl:1.*{what}"):
        list(read_documents(file_of({**ROW, **change}), format="hf_tokens"))


def test_a_damaged_file_of_names_is_told(file_of, tmp_path):
    (tmp_path / "dataset_info.json").write_text("{")
    with pytest.raises(InputError, match=r"dataset_info\.json.*cannot be read"):
        list(read_documents(file_of(ROW)))


@pytest.mark.parametrize(
    "start",
    ["Aspirin helps.\n", '{"text": "a", "tokens": [{"text": "a"}], "tags": []}', '{"tokens": 3}'],
)
def test_other_text_is_not_taken_for_it(start):
    assert not FORMAT.recognises(start)


def test_the_file_with_names_may_be_in_an_archive(tmp_path):
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("a.jsonl", json.dumps(ROW))
        archive.writestr("dataset_info.json", json.dumps({"features": FEATURES}))
    source = next(one for one in Archive(tmp_path / "a.zip").files() if one.member == "a.jsonl")
    (document,) = FORMAT.read(source, ReadOptions(), Faults())
    assert [one.type for one in document.annotations] == ["Disease"]
