import copy
import dataclasses
import gzip
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bioner_kd.errors import InputError, NewerFormatError
from bioner_kd.tagging.calibration import Calibration, Curve, Knot
from bioner_kd.tagging.postprocessing import Postprocessing
from bioner_kd.tagging.tables import FORMAT, Tables, read_tables
from bioner_kd.tagging.tag_set import TagSet
from bioner_kd.tagging.word_features import FeatureConfig, WordFeatures
from bioner_kd.text.rules import FIRST_RULES, TextRules
from bioner_kd.text.sentence import Sentence
from bioner_kd.text.tokenizer import SEPARATOR, SINGLE, TOKENIZER, WORD

TESTS = Path(__file__).resolve().parents[1]
SAVED_MODELS = TESTS.parent / "saved_models"
OTHER_RULES = json.loads((TESTS / "text" / "other_rules.json").read_text(encoding="utf-8"))["rules"]
OTHER_RULES = {name: OTHER_RULES[name] for name in ("tokenizer", "sentences")}
SENTENCE = Sentence.from_words(["β-thalassaemia", "\u2028", '"', "é"])
TABLES = Tables(
    TagSet(("O", "B-Disease", "I-Disease")),
    WordFeatures.from_sentences([SENTENCE], FeatureConfig(prefix_length=2, max_chars=5)),
)


def test_tables_are_read_back_as_they_were(tmp_path: Path) -> None:
    TABLES.write(tmp_path / "tables.json")
    assert read_tables(tmp_path / "tables.json") == TABLES


def test_compressed_tables_are_read_back_and_the_same_each_time(tmp_path: Path) -> None:
    path = tmp_path / "tables.json.gz"
    TABLES.write(path)
    content = path.read_bytes()
    assert read_tables(path) == TABLES and len(content) < len(json.dumps(TABLES.to_json()))
    TABLES.write(path)
    assert path.read_bytes() == content
    for damaged in (content[:-9], content[:30] + b"x" * 9 + content[39:]):
        path.write_bytes(damaged)
        with pytest.raises(InputError, match=r"tables\.json.gz: .*damaged.* again"):
            read_tables(path)


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
        [[1e308] * 3] * 3,
        [["0.5"] * 3] * 3,
    ],
)
def test_damaged_transitions_are_found(tmp_path: Path, damage: object) -> None:
    path = tmp_path / "tables.json"
    path.write_text(json.dumps(OF_A_CRF.to_json() | {"transitions": damage}), encoding="utf-8")
    with pytest.raises(InputError, match=r"tables\.json: .*damaged.* again\.$"):
        read_tables(path)


def test_tables_larger_than_any_that_are_read_are_not_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    size = len(json.dumps(TABLES.to_json(), ensure_ascii=False).encode())
    monkeypatch.setattr("bioner_kd.tagging.tables.LARGEST", size - 1)
    with pytest.raises(InputError, match=f"{size} bytes.*--vocabulary_size"):
        TABLES.write(tmp_path / "tables.json")
    assert not list(tmp_path.iterdir())


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"tables\.json: .*no such file"):
        read_tables(tmp_path / "tables.json")


@pytest.mark.parametrize("part", ["tags", "features"])
def test_a_missing_part_is_found(tmp_path: Path, part: str) -> None:
    record = TABLES.to_json()
    del record[part]
    path = tmp_path / "tables.json"
    path.write_text(json.dumps(record), encoding="utf-8")
    with pytest.raises(InputError, match=r"tables\.json: .*damaged.* again"):
        read_tables(path)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"null",
        b"\xff",
        b'{"tags": ["O"], "features": {}}',
        b"[" * 500_000,
        b'{"tags":' * 200_000,
        gzip.compress(b" " * (1 << 28) + b"{}", 1),
        gzip.compress(b"{}")[:-4],
    ],
    ids=range(9),
)
def test_damage_is_one_line(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "tables.json").write_bytes(content)
    with pytest.raises(InputError) as raised:
        read_tables(tmp_path / "tables.json")
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize("value", [0, 10**9, 2.5, "16", None, True, [16]])
def test_a_setting_out_of_bounds_is_damage_too(tmp_path: Path, value: object) -> None:
    record = TABLES.to_json()
    record["features"]["config"]["max_chars"] = value
    path = tmp_path / "tables.json"
    path.write_text(json.dumps(record), encoding="utf-8")
    with pytest.raises(InputError, match="word tables.*damaged.* again"):
        read_tables(path)


@pytest.mark.parametrize("entry", [3, None, ["gout"], {"gout": 1}])
def test_an_entry_that_is_no_string_is_damage(tmp_path: Path, entry: object) -> None:
    path = tmp_path / "tables.json"
    for name in ("tables", "folding"):
        record = TABLES.to_json()
        if name == "tables":
            record["features"]["tables"]["char"][0] = entry
        else:
            record["features"]["folding"]["x"] = entry
        path.write_text(json.dumps(record), encoding="utf-8")
        with pytest.raises(InputError, match="'char'.* list of strings|'folding'"):
            read_tables(path)


def code_points(ranges: list[list[int]]) -> set[int]:
    return {number for first, last in ranges for number in range(first, last + 1)}


def test_the_tables_say_how_text_is_cut_into_words(tmp_path: Path) -> None:
    TABLES.write(tmp_path / "tables.json")
    rule = json.loads((tmp_path / "tables.json").read_text(encoding="utf-8"))["tokenizer"]
    word, separator = code_points(rule["word"]), code_points(rule["separator"])
    classes = [
        WORD if number in word else SEPARATOR if number in separator else SINGLE
        for number in range(0x110000)
    ]
    assert bytes(classes) == TOKENIZER.character_classes()


def without_the_rules(record: dict[str, Any]) -> None:
    del record["format"], record["tokenizer"], record["sentences"]


def with_the_rules_of_format_1(record: dict[str, Any]) -> None:
    del record["format"], record["sentences"]["stops"]


@pytest.mark.parametrize("change", [without_the_rules, with_the_rules_of_format_1])
def test_tables_without_the_rules_of_text_are_those_of_earlier_versions(
    tmp_path: Path, change: Callable[[dict[str, Any]], None]
) -> None:
    first = dataclasses.replace(TABLES, rules=FIRST_RULES)
    record = first.to_json()
    change(record)
    path = tmp_path / "tables.json"
    for of_format_1 in (record, {"format": 1, **record}):
        path.write_text(json.dumps(of_format_1), encoding="utf-8")
        assert read_tables(path) == first
        assert read_tables(path).rules == FIRST_RULES != TABLES.rules


@pytest.mark.parametrize("name", ["disease_bilstm", "disease_chemical_bilstm"])
def test_ready_students_of_format_1_are_read(name: str, tmp_path: Path) -> None:
    # As they were exported first.
    record = json.loads((SAVED_MODELS / name / "tables.json").read_text(encoding="utf-8"))
    del record["format"], record["postprocessing"]
    del record["features"]["capitals"], record["features"]["inner_folding"]
    rules = FIRST_RULES.to_json()
    del rules["sentences"]["stops"]
    record |= rules
    path = tmp_path / "tables.json"
    path.write_text(json.dumps(record), encoding="utf-8")
    read = read_tables(path)
    assert read.rules == FIRST_RULES
    written = read.to_json()
    assert written.pop("format") == FORMAT == 3 and written["sentences"].pop("stops")
    assert written.pop("postprocessing") == {}
    assert json.loads(json.dumps(written)) == record


def test_tables_say_their_format_first() -> None:
    assert next(iter(TABLES.to_json().items())) == ("format", 3)


def test_tables_hold_the_calibration_of_scores(tmp_path: Path) -> None:
    curve = Curve(90, (Knot(0.5, 0.25, 0.5), Knot(0.75, 0.5, 0.75)))
    rules = Postprocessing(Calibration({"Disease": curve}))
    tables = dataclasses.replace(TABLES, postprocessing=rules)
    tables.write(tmp_path / "tables.json")
    assert read_tables(tmp_path / "tables.json") == tables
    record = json.loads((tmp_path / "tables.json").read_text(encoding="utf-8"))
    assert record["postprocessing"] == {
        "calibration": {"Disease": {"mentions": 90, "knots": [[0.5, 0.25, 0.5], [0.75, 0.5, 0.75]]}}
    }
    record["postprocessing"]["calibration"]["Disease"]["knots"].reverse()
    (tmp_path / "tables.json").write_text(json.dumps(record), encoding="utf-8")
    with pytest.raises(InputError, match="'calibration' of 'Disease'.*export the student again"):
        read_tables(tmp_path / "tables.json")


def test_tables_that_cut_text_otherwise_are_read_and_written_as_they_are(tmp_path: Path) -> None:
    path = tmp_path / "tables.json"
    path.write_text(json.dumps(TABLES.to_json() | OTHER_RULES), encoding="utf-8")
    tables = read_tables(path)
    assert tables != TABLES and tables.features == TABLES.features
    assert tables.rules == TextRules.from_json(OTHER_RULES)
    tables.write(path)
    assert read_tables(path) == tables
    assert json.loads(path.read_text(encoding="utf-8"))["tokenizer"] == OTHER_RULES["tokenizer"]


def test_a_rule_of_format_1_that_differs_from_todays_is_honoured(tmp_path: Path) -> None:
    record = TABLES.to_json() | copy.deepcopy(OTHER_RULES)
    with_the_rules_of_format_1(record)
    path = tmp_path / "tables.json"
    path.write_text(json.dumps(record), encoding="utf-8")
    rules = read_tables(path).rules
    assert rules.tokenizer == TextRules.from_json(OTHER_RULES).tokenizer
    assert rules.ends.stops == FIRST_RULES.ends.stops


@pytest.mark.parametrize("rule", ["tokenizer", "sentences"])
@pytest.mark.parametrize("number", [1, 2])
def test_tables_with_a_part_of_a_rule_alone_are_refused(
    tmp_path: Path, rule: str, number: int
) -> None:
    record = TABLES.to_json() | {"format": number}
    record[rule].pop("inner" if rule == "sentences" else "separator")
    path = tmp_path / "tables.json"
    path.write_text(json.dumps(record), encoding="utf-8")
    with pytest.raises(InputError, match=f"tables.json: .*'{rule}' has no "):
        read_tables(path)


@pytest.mark.parametrize("change", [without_the_rules, with_the_rules_of_format_1])
def test_tables_of_format_2_must_have_the_whole_rules(
    tmp_path: Path, change: Callable[[dict[str, Any]], None]
) -> None:
    record = TABLES.to_json()
    change(record)
    path = tmp_path / "tables.json"
    path.write_text(json.dumps(record | {"format": 2}), encoding="utf-8")
    with pytest.raises(InputError, match=r"tables\.json: .*(tokenizer|stops)"):
        read_tables(path)


@pytest.mark.parametrize("number", [4, 10**30])
def test_tables_of_a_newer_version_say_so(tmp_path: Path, number: int) -> None:
    path = tmp_path / "tables.json"
    # What else they hold is not looked at: nobody knows how a later format writes it.
    path.write_text(json.dumps({"format": number, "labels": []}), encoding="utf-8")
    with pytest.raises(NewerFormatError) as raised:
        read_tables(path)
    message = str(raised.value)
    assert message.startswith(f"{path}: ") and f"format {number}" in message
    assert " 3 " in message and "update bioner_kd" in message


@pytest.mark.parametrize("number", [0, -1, 2.0, "2", True, None, [2]])
def test_a_format_that_is_no_number_is_damage(tmp_path: Path, number: object) -> None:
    path = tmp_path / "tables.json"
    path.write_text(json.dumps(TABLES.to_json() | {"format": number}), encoding="utf-8")
    with pytest.raises(InputError, match=r"tables\.json: .*damaged.* format .*again"):
        read_tables(path)
