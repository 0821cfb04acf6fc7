"""Export folders: what is in them, what the manifest says, and when there is none."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tensorflow as tf
from ai_edge_litert.interpreter import Interpreter

from bioner_kd.corpus.demo import read_demo
from bioner_kd.errors import InputError
from bioner_kd.evaluation.scores import score_logits
from bioner_kd.export import folder as export_module
from bioner_kd.export.config import ExportConfig, Split
from bioner_kd.export.folder import export_student
from bioner_kd.export.models import WrittenModel
from bioner_kd.regular_file import file_digest
from bioner_kd.student.saved_student import SavedStudent
from bioner_kd.tagging.tables import read_tables
from bioner_kd.text.sentence import Sentence

SPLIT = Split(read_demo("test")[:5], corpus="demo", name="test")


@pytest.fixture(scope="module")
def manifest(export_folder: Path) -> dict[str, Any]:
    return json.loads((export_folder / "manifest.json").read_text(encoding="utf-8"))


def relative_files(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def test_layout(export_folder: Path) -> None:
    assert relative_files(export_folder) == {
        "manifest.json",
        "README.md",
        "tables.json",
        "tagger.pyz",
        "student_float32.tflite",
        "student_float16.tflite",
        "student_int8.tflite",
        "saved_model/1/saved_model.pb",
        "saved_model/1/fingerprint.pb",
        "saved_model/1/variables/variables.index",
        "saved_model/1/variables/variables.data-00000-of-00001",
        "saved_model/1/assets.extra/tables.json.gz",
        "saved_model/1/assets.extra/tf_serving_warmup_requests",
        "serving/models.config",
        "serving/batching.config",
        "serving/monitoring.config",
    }


def test_every_file_is_listed_with_size_and_checksum(
    export_folder: Path, manifest: dict[str, Any]
) -> None:
    assert set(manifest["files"]) == relative_files(export_folder) - {"manifest.json", "README.md"}
    for name, entry in manifest["files"].items():
        path = export_folder / name
        assert entry == {"bytes": path.stat().st_size, "sha256": file_digest(path)}


def test_a_models_bytes_are_those_of_its_files(
    export_folder: Path, manifest: dict[str, Any]
) -> None:
    models = manifest["models"]
    tflite = export_folder / models["int8"]["path"]
    assert models["int8"]["bytes"] == tflite.stat().st_size
    version = (export_folder / models["saved_model"]["path"]).rglob("*")
    assert models["saved_model"]["bytes"] == sum(p.stat().st_size for p in version if p.is_file())


def test_tables_are_the_students(export_folder: Path, trained_student: SavedStudent) -> None:
    assert read_tables(export_folder / "tables.json") == trained_student.tables


def test_manifest_says_what_the_student_is(
    manifest: dict[str, Any], trained_student: SavedStudent
) -> None:
    assert manifest["tags"] == list(trained_student.tag_set.tags)
    assert manifest["student"]["parameters"] == trained_student.parameters
    assert manifest["tokenizer"]["name"] == "character classes"
    assert manifest["versions"]["keras"] == "2.15.0"
    assert manifest["tables"] in manifest["files"]


def test_manifest_compares_every_model_on_the_whole_split(
    manifest: dict[str, Any], trained_student: SavedStudent, export_folder: Path
) -> None:
    sentences = read_demo("test")
    comparison, models = manifest["comparison"], manifest["models"]
    assert (comparison["corpus"], comparison["split"]) == ("demo", "test")
    assert comparison["sentences"] == len(sentences)
    assert comparison["words"] == sum(map(len, sentences))
    keras = trained_student.logits(sentences)
    micro = score_logits(sentences, keras, trained_student.decoder).conlleval.micro
    assert comparison["keras"]["f1"] == micro.f1 > 0
    assert set(models) == {"float32", "float16", "int8", "saved_model"}
    assert models["float16"]["parity"]["tags_that_differ"] == 0
    for form in ("float32", "saved_model"):
        assert models[form]["parity"]["tags_that_differ"] == 0
        assert models[form]["parity"]["largest_logit_difference"] < 1e-4
        assert models[form]["parity"]["score"] == comparison["keras"]


def test_parity_of_int8_is_what_its_file_gives(
    manifest: dict[str, Any], trained_student: SavedStudent, export_folder: Path
) -> None:
    runner = Interpreter(str(export_folder / "student_int8.tflite")).get_signature_runner("dyn")
    decode, differing, largest = trained_student.decoder.decode, 0, 0.0
    sentences = read_demo("test")
    for sentence, keras in zip(sentences, trained_student.logits(sentences), strict=True):
        features = trained_student.features.encode(sentence.words)
        found = runner(**{name: ids[np.newaxis] for name, ids in features.items()})["logits"][0]
        pairs = zip(decode(keras), decode(found), strict=True)
        differing += sum(one != other for one, other in pairs)
        largest = max(largest, float(np.abs(found - keras).max()))
    parity = manifest["models"]["int8"]["parity"]
    assert parity["tags_that_differ"] == differing
    assert parity["largest_logit_difference"] == pytest.approx(largest, rel=1e-3)
    assert largest > 1e-4  # otherwise nothing was quantised


def test_manifest_compares_the_text_signature_with_python(manifest: dict[str, Any]) -> None:
    parity = manifest["models"]["saved_model"]["text_parity"]
    assert parity.pop("largest_score_difference") < 1e-5
    words = sum(map(len, read_demo("test")))
    assert parity == {"texts": len(read_demo("test")), "words": words, "words_that_differ": 0}
    assert "text_parity" not in manifest["models"]["float32"]


def test_signatures_of_the_saved_model_are_described(
    manifest: dict[str, Any], export_folder: Path
) -> None:
    model = manifest["models"]["saved_model"]
    loaded = tf.saved_model.load(str(export_folder / model["path"]))
    assert set(model["signatures"]) == set(loaded.signatures) == {"serving_default", "features"}
    for name, signature in model["signatures"].items():
        function = loaded.signatures[name]
        inputs, outputs = function.structured_input_signature[1], function.structured_outputs
        for kind, specs in (("inputs", inputs), ("outputs", outputs)):
            assert {n: s["dtype"] for n, s in signature[kind].items()} == {
                n: spec.dtype.name for n, spec in specs.items()
            }
            assert {n: len(s["shape"]) for n, s in signature[kind].items()} == {
                n: len(spec.shape) for n, spec in specs.items()
            }


@pytest.mark.parametrize("form", ["float32", "float16", "int8"])
def test_signatures_are_those_of_the_file(
    manifest: dict[str, Any], export_folder: Path, form: str
) -> None:
    model = manifest["models"][form]
    interpreter = Interpreter(str(export_folder / model["path"]))
    found = set(interpreter.get_signature_list())
    assert set(model["signatures"]) == found == {"t16", "t32", "dyn", "batch"}
    for name, signature in model["signatures"].items():
        runner = interpreter.get_signature_runner(name)
        for kind, details in (
            ("inputs", runner.get_input_details()),
            ("outputs", runner.get_output_details()),
        ):
            assert signature[kind] == {
                key: {
                    "dtype": detail["dtype"].__name__,
                    "shape": detail["shape_signature"].tolist(),
                }
                for key, detail in details.items()
            }


def test_an_existing_folder_is_left_alone(trained_student: SavedStudent, tmp_path: Path) -> None:
    (tmp_path / "export").mkdir()
    (tmp_path / "export" / "thesis.txt").touch()
    with pytest.raises(InputError, match="exists already"):
        export_student(trained_student, tmp_path / "export", SPLIT)
    assert relative_files(tmp_path) == {"export/thesis.txt"}


def test_a_folder_below_a_file_is_refused(trained_student: SavedStudent, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(InputError, match="cannot"):
        export_student(trained_student, tmp_path / "file" / "export", SPLIT)


def test_a_tag_that_the_student_lacks_is_told_before_anything_is_converted(
    trained_student: SavedStudent, tmp_path: Path
) -> None:
    split = Split([Sentence.from_words(["BRCA1"], ["B-Gene"], path="test.tsv", line=3)])
    with pytest.raises(InputError, match="test.tsv:3: tag 'B-Gene'"):
        export_student(trained_student, tmp_path / "export", split)
    assert not list(tmp_path.iterdir())


def test_a_failure_leaves_no_half_of_a_folder(
    trained_student: SavedStudent, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def half(student: SavedStudent, folder: Path, *_: Any) -> Any:
        (folder / "student_float32.tflite").write_bytes(b"half")
        raise MemoryError

    monkeypatch.setattr(export_module, "write_models", half)
    with pytest.raises(MemoryError):
        export_student(trained_student, tmp_path / "export", SPLIT)
    assert not list(tmp_path.iterdir())


def test_overwriting_replaces_the_folder(
    trained_student: SavedStudent, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def one_model(student: SavedStudent, folder: Path, *_: Any) -> list[WrittenModel]:
        (folder / "m.tflite").write_bytes(b"model")
        return [WrittenModel("float32", "m.tflite", {}, student.logits)]

    monkeypatch.setattr(export_module, "write_models", one_model)
    (tmp_path / "export").mkdir()
    (tmp_path / "export" / "old").touch()
    made = export_student(trained_student, tmp_path / "export", SPLIT, overwrite=True)
    assert relative_files(tmp_path) == {
        f"export/{name}"
        for name in ("m.tflite", "manifest.json", "README.md", "tables.json", "tagger.pyz")
    }
    assert made["models"]["float32"]["bytes"] == 5


@pytest.mark.slow
def test_only_what_is_asked_for_is_written(trained_student: SavedStudent, tmp_path: Path) -> None:
    config = ExportConfig(format=("saved_model",), model_version=7)
    manifest = export_student(trained_student, tmp_path / "export", SPLIT, config=config)
    assert list(manifest["models"]) == ["saved_model"]
    assert (tmp_path / "export" / "saved_model" / "7" / "saved_model.pb").is_file()
    assert not list((tmp_path / "export").glob("*.tflite"))
