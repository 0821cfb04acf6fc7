"""Who takes part."""

import json
import zipfile
from pathlib import Path

import pytest

from bioner_kd.errors import InputError, UsageError
from bioner_kd.lab.benchmark import line_up
from bioner_kd.lab.benchmark.contestant import Contestant
from bioner_kd.lab.benchmark.line_up import LineUp
from bioner_kd.lab.benchmark.targets import Roles

TAGS = ("O", "B-Disease", "I-Disease")


def write_export(folder: Path, *, signature: str = "features") -> Path:
    """Files of known sizes, as an export folder has them."""
    sizes = {"tables.json": 100, "student_float32.tflite": 4000, "student_int8.tflite": 900}
    sizes["saved_model/1/saved_model.pb"] = 300
    sizes["saved_model/1/variables/variables"] = 5000
    for name, size in sizes.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(b"x" * size)
    signatures = {"serving_default": {"inputs": {signature: {}}}}
    models = {
        "float32": {"path": "student_float32.tflite", "signatures": {}},
        "int8": {"path": "student_int8.tflite", "signatures": {}},
        "saved_model": {"path": "saved_model/1", "signatures": signatures},
    }
    manifest = {"format": 1, "models": models, "files": {}}
    (folder / "manifest.json").write_text(json.dumps(manifest))
    return folder


@pytest.fixture
def exported(tmp_path: Path) -> list[Contestant]:
    return line_up.exported(write_export(tmp_path), 8)


def test_every_exported_model_is_called_for_one_and_for_many(exported):
    assert [(one.name, one.size) for one in exported] == [
        ("float32", 4100),
        ("float32_many", 4100),
        ("int8", 1000),
        ("int8_many", 1000),
        ("saved_model", 5300),
        ("saved_model_many", 5300),
    ]
    assert [one.name for one in exported if one.many] == [
        "float32_many",
        "int8_many",
        "saved_model_many",
    ]
    assert [one.name for one in exported if one.profiled] == ["float32", "int8"]
    assert exported[2].parts == {"student_int8.tflite": 900, "tables.json": 100}


def test_a_file_that_has_its_tables_inside_needs_no_others(tmp_path):
    file = write_export(tmp_path) / "student_int8.tflite"
    with zipfile.ZipFile(file, "a") as archive:
        archive.writestr("tables.json", "{}")
    found = line_up.exported(tmp_path, 8)
    assert found[2].parts == {"student_int8.tflite": file.stat().st_size}
    assert found[0].size == 4100


def test_a_text_signature_is_measured_where_there_is_one(tmp_path):
    found = line_up.exported(write_export(tmp_path, signature="text"), 8)[-1]
    assert (found.name, found.size) == ("saved_model_text", 5300)
    assert found.options == {"folder": str(tmp_path / "saved_model/1"), "batch_size": 8}


def test_the_student_of_the_targets_is_int8_or_else_the_smallest_file(exported):
    assert LineUp(exported).roles == Roles("int8", "int8_many", (), "")
    without = LineUp(exported).without(["int8", "int8_many", "float32_many"])
    assert without.roles == Roles("float32", "", (), "")
    assert LineUp(exported[4:]).roles.single == "saved_model"
    assert LineUp([]).roles == Roles()


@pytest.mark.parametrize(("bf16", "names"), [(True, ["float32", "bfloat16"]), (False, ["float32"])])
def test_bfloat16_is_left_out_where_the_processor_lacks_it(monkeypatch, bf16, names):
    monkeypatch.setattr(line_up, "has_bfloat16", lambda: bf16)
    contestants, notes = line_up.biobert(TAGS, 32)
    assert [one.options["precision"] for one in contestants] == names
    assert {one.size for one in contestants} == {430_887_948}
    assert all(one.slow and not one.trained for one in contestants)
    assert [note[:28] for note in notes] == ([] if bf16 else ["biobert_bf16 is left out: th"])
    assert LineUp(contestants).roles.teachers == ("biobert_fp32", "biobert_bf16")[: len(names)]


@pytest.mark.parametrize("bf16", [True, False])
def test_bfloat16_may_be_left_out_whether_or_not_the_processor_has_it(monkeypatch, bf16):
    monkeypatch.setattr(line_up, "has_bfloat16", lambda: bf16)
    chosen = LineUp(line_up.biobert(TAGS, 32)[0]).without(["biobert_bf16"])
    assert [one.name for one in chosen.contestants] == ["biobert_fp32"]


def test_peers_have_the_size_of_their_folder_once_they_are_trained(tmp_path):
    contestants = line_up.peers(["spacy", "crf"], tmp_path)
    assert [one.size for one in contestants] == [None, None]
    (tmp_path / "crf").mkdir()
    (tmp_path / "crf" / "model").write_bytes(b"x" * 70)
    assert [one.size for one in line_up.with_sizes(contestants)] == [None, 70]
    chosen = LineUp(contestants)
    assert (chosen.peers, chosen.roles.peer) == (["spacy", "crf"], "spacy")


def test_names_are_checked(exported):
    chosen = LineUp(exported)
    with pytest.raises(UsageError, match="--leave_out=int4: must be one of float32, float32_many"):
        chosen.without(["int4"])
    with pytest.raises(UsageError, match="--leave_out: leaves nothing"):
        chosen.without([one.name for one in exported])
    with pytest.raises(UsageError, match="--baseline=biobert_fp32: must be one of float32"):
        chosen.check_names("biobert_fp32")
    with pytest.raises(UsageError, match="two contestants are called 'int8'"):
        LineUp([*exported, exported[2]]).check_names("int8")
    chosen.check_names("int8")


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda folder: line_up.exported(folder, 8), "manifest.json"),
        (
            lambda folder: line_up.student(folder, 8),
            "student.safetensors: cannot be read .*--student",
        ),
        (lambda folder: line_up.teacher("minilm", folder, 8), "not a fine-tuned teacher"),
    ],
)
def test_folders_of_something_else_are_named(tmp_path, make, says):
    with pytest.raises(InputError, match=says):
        make(tmp_path)


def test_a_student_is_as_large_as_its_model_and_tables(tmp_path):
    for name, size in {"student.safetensors": 30, "student.json": 3, "tables.json": 4}.items():
        (tmp_path / name).write_bytes(b"x" * size)
    assert line_up.student(tmp_path, 8).size == 37
