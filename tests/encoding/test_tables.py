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
