"""A student's structure: what is read of a file, and what is refused before memory is taken."""

import json
from pathlib import Path
from typing import Any

import pytest

from bioner_kd.student.blueprint import Blueprint, read_blueprint
from bioner_kd.student.config import StudentConfig
from bioner_kd.tagging.tables import Tables
from bioner_kd.tagging.tag_set import TagSet
from bioner_kd.tagging.word_features import VECTOR, FeatureConfig, WordFeatures
from bioner_kd.text.sentence import Sentence

TAGS = ("O", "B-Disease")
BLUEPRINT = Blueprint(StudentConfig(units=4, head="crf"), {"word": 4, VECTOR: 3}, TAGS, 5)


def write(folder: Path, change: Any = None) -> Path:
    record = BLUEPRINT.to_json()
    if change:
        change(record)
    (folder / "student.json").write_text(json.dumps(record), encoding="utf-8")
    return folder / "student.json"


def test_it_comes_back_from_json(tmp_path: Path) -> None:
    assert read_blueprint(write(tmp_path)) == BLUEPRINT


def test_shares_may_be_whole_numbers(tmp_path: Path) -> None:
    path = write(tmp_path, lambda record: record["config"].update(dropout=0))
    assert read_blueprint(path).config.dropout == 0


def test_the_weights_of_a_small_student_are_these() -> None:
    weights = BLUEPRINT.weights()
    assert list(weights) == [
        "word_embedding/embeddings",
        "vectors/steps",
        "vectors/step",
        "layer_norm/gamma",
        "layer_norm/beta",
        *(
            f"bilstm_0/{way}/{name}"
            for way in ("forward", "backward")
            for name in ("kernel", "recurrent_kernel", "bias")
        ),
        "classifier/kernel",
        "classifier/bias",
        "crf/transitions",
    ]
    assert weights["bilstm_0/forward/kernel"].shape == (105, 16)
    assert weights["vectors/steps"].bytes == 15
    assert weights["vectors/step"].bytes == 4
    assert weights["classifier/kernel"].bytes == 4 * 8 * 2


def setting(**values: Any) -> Any:
    return lambda record: record["config"].update(values)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda r: r.update(format=2), "has the format 2, and this version reads 1"),
        (lambda r: r.pop("format"), "has the format None"),
        (lambda r: r.pop("config"), "no config or no table_sizes"),
        (lambda r: r.update(config=[1]), "no config or no table_sizes"),
        (lambda r: r.update(table_sizes=None), "no config or no table_sizes"),
        (lambda r: r.pop("tags"), "no list of strings"),
        (lambda r: r.update(tags=["O", 1]), "no list of strings"),
        (lambda r: r.update(tags="OB"), "no list of strings"),
        (lambda r: r.update(vector_size=-1), "out of bounds"),
        (lambda r: r.update(vector_size="5"), "'5', no int"),
        (lambda r: r["table_sizes"].update(word=4.0), "no int"),
        (lambda r: r["config"].pop("units"), "student.json has no units"),
        (setting(units="4"), "'units' is '4', no int"),
        (setting(units=True), "'units' is True, no int"),
        (setting(units=None), "no int"),
        (setting(units=[4]), "no int"),
        (setting(units=4.0), "no int"),
        (setting(units=0), "units=0: must be at least 1"),
        (setting(units=-4), "out of bounds"),
        (setting(units=2**31), "out of bounds"),
        (setting(units=10**4000), "1000 digits or more"),
        (setting(units=10**400), "out of bounds"),
        (setting(layers=65), "at most 64"),
        (setting(layers=10**9), "at most 64"),
        (setting(dropout=1.5), "dropout=1.5: must be"),
        (setting(dropout=float("nan")), "NaN is no number"),
        (setting(dropout=float("-inf")), "-Infinity is no number"),
        (setting(dropout="0.5"), "no float"),
        (setting(tune_vectors=1), "no bool"),
        (setting(head="os.system"), "head=os.system: must be one of softmax, crf"),
        (setting(head=["crf"]), "no str"),
        (setting(function="os.system"), "'function' is no setting of a student"),
    ],
)
def test_what_is_no_structure_is_refused(tmp_path: Path, change: Any, says: str) -> None:
    with pytest.raises(ValueError, match=says) as caught:
        read_blueprint(write(tmp_path, change))
    assert len(str(caught.value)) < 300


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "not valid JSON"),
        (b"\xff\xfe", "not valid JSON"),
        (b"[1]", "no JSON object"),
        (b"null", "no JSON object"),
        (b"[" * 500_000 + b"]" * 500_000, "not valid JSON"),
        (b'{"a":' * 200_000, "not valid JSON"),
        (b'{"format": 1%s}' % (b"0" * 5000), "not valid JSON"),
        (b"{" + b" " * (1 << 20) + b"}", "longer than 1,048,576 bytes"),
    ],
)
def test_what_is_no_json_object_is_refused(tmp_path: Path, content: bytes, says: str) -> None:
    (tmp_path / "student.json").write_bytes(content)
    with pytest.raises(ValueError, match=says):
        read_blueprint(tmp_path / "student.json")


def tables() -> Tables:
    sentence = Sentence.from_words(["gout", "fever"])
    config = FeatureConfig(features=("word", VECTOR), min_count=1)
    return Tables(TagSet(TAGS), WordFeatures.from_sentences([sentence], config, ["gout"]))


def test_a_structure_that_fits_tables_and_file_passes() -> None:
    needed = sum(weight.bytes for weight in BLUEPRINT.weights().values())
    for size in (needed, needed + (4 << 20)):
        BLUEPRINT.check(tables(), size)
    for size in (0, needed - 1, needed + (4 << 20) + 1):
        with pytest.raises(ValueError, match=f"ask for {needed:,} .* file has {size:,}"):
            BLUEPRINT.check(tables(), size)


@pytest.mark.parametrize(
    ("blueprint", "says"),
    [
        (Blueprint(StudentConfig(), {"word": 5, VECTOR: 3}, TAGS, 5), "not of the same student"),
        (Blueprint(StudentConfig(), {"word": 4}, TAGS, 5), "not of the same student"),
        (Blueprint(StudentConfig(), {"word": 4, VECTOR: 3}, ("O", "B-x"), 5), "not of the same"),
        (Blueprint(StudentConfig(), {"word": 4, VECTOR: 3}, TAGS), "word vectors of no width"),
        (Blueprint(StudentConfig(), {"word": 4, VECTOR: 3}, TAGS, 2**31 - 1), "ask for "),
        (
            Blueprint(StudentConfig(units=2**31 - 1, layers=64), {"word": 4, VECTOR: 3}, TAGS, 5),
            "ask for ",
        ),
    ],
)
def test_sizes_that_do_not_suit_are_refused(blueprint: Blueprint, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        blueprint.check(tables(), 1000)


def test_more_weights_than_any_student_has_are_refused_even_if_the_file_has_them() -> None:
    blueprint = Blueprint(StudentConfig(units=20_000), {"word": 4, VECTOR: 3}, TAGS, 5)
    needed = sum(weight.bytes for weight in blueprint.weights().values())
    with pytest.raises(ValueError, match="more than 4,294,967,296 bytes"):
        blueprint.check(tables(), needed)
