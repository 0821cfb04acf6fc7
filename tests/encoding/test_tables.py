import json
from pathlib import Path

import pytest

from bioner_kd.corpus.sentence import Sentence
from bioner_kd.corpus.tag_set import TagSet
from bioner_kd.encoding.tables import Tables, read_tables
from bioner_kd.encoding.word_features import FeatureConfig, WordFeatures
from bioner_kd.errors import InputError

SENTENCE = Sentence.from_words(["β-thalassaemia", "\u2028", '"', "é"])
TABLES = Tables(
    TagSet(("O", "B-Disease", "I-Disease")),
    WordFeatures.from_sentences([SENTENCE], FeatureConfig(prefix_length=2, max_chars=5)),
)


def test_tables_are_read_back_as_they_were(tmp_path: Path) -> None:
    TABLES.write(tmp_path / "tables.json")
    assert read_tables(tmp_path / "tables.json") == TABLES


TRANSITIONS = ((0.1, -2.5, 0.0), (1 / 3, 1e-30, 7.0), (0.0, -1.0, 0.5))
OF_A_CRF = Tables(TABLES.tag_set, TABLES.features, TRANSITIONS)


def test_transitions_are_read_back_as_they_were(tmp_path: Path) -> None:
    OF_A_CRF.write(tmp_path / "tables.json")
    found = read_tables(tmp_path / "tables.json")
    assert found == OF_A_CRF != TABLES
    assert found.transitions == found.decoder.transitions == TRANSITIONS


def test_tables_without_transitions_are_those_of_a_softmax_student(tmp_path: Path) -> None:
    assert "transitions" not in TABLES.to_json()
    record = OF_A_CRF.to_json()
    del record["transitions"]
    path = tmp_path / "tables.json"
    path.write_text(json.dumps(record), encoding="utf-8")
    assert read_tables(path) == TABLES
    assert read_tables(path).decoder.transitions is None


@pytest.mark.parametrize(
    "damage",
    [
        [],
        3,
        "none",
        [[0.0] * 3] * 2,
        [[0.0] * 4] * 3,
        [[0.0, 0.0]] * 3,
        [[None] * 3] * 3,
        [[float("nan")] * 3] * 3,
    ],
)
def test_damaged_transitions_are_found(tmp_path: Path, damage: object) -> None:
    path = tmp_path / "tables.json"
    path.write_text(json.dumps(OF_A_CRF.to_json() | {"transitions": damage}), encoding="utf-8")
    with pytest.raises(InputError, match=r"tables.json: not the tables of a student.*again\.$"):
        read_tables(path)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="tables.json: there is no such file"):
        read_tables(tmp_path / "tables.json")


@pytest.mark.parametrize("part", ["tags", "features"])
def test_a_missing_part_is_found(tmp_path: Path, part: str) -> None:
    record = TABLES.to_json()
    del record[part]
    path = tmp_path / "tables.json"
    path.write_text(json.dumps(record), encoding="utf-8")
    with pytest.raises(InputError, match="not the tables of a student, or damaged ones"):
        read_tables(path)


@pytest.mark.parametrize(
    "content", [b"", b"{", b"null", b"\xff", b'{"tags": ["O"], "features": {}}']
)
def test_damage_is_one_line(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "tables.json").write_bytes(content)
    with pytest.raises(InputError) as raised:
        read_tables(tmp_path / "tables.json")
    assert "\n" not in str(raised.value)


def test_a_setting_out_of_bounds_is_damage_too(tmp_path: Path) -> None:
    record = TABLES.to_json()
    record["features"]["config"]["max_chars"] = 0
    path = tmp_path / "tables.json"
    path.write_text(json.dumps(record), encoding="utf-8")
    with pytest.raises(InputError, match="max_chars"):
        read_tables(path)
