"""A student that is read back from its export."""

import json
import shutil
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf

from bioner_kd.corpus.demo import read_demo
from bioner_kd.errors import InputError
from bioner_kd.export.config import ExportConfig, Split
from bioner_kd.export.folder import export_student
from bioner_kd.regular_file import file_digest
from bioner_kd.student.config import StudentConfig
from bioner_kd.student.exported_student import load_exported_student
from bioner_kd.student.model import Student
from bioner_kd.student.saved_student import SavedStudent
from bioner_kd.tagging.tag_set import TagSet
from bioner_kd.tagging.word_features import LEARNT, VECTOR, FeatureConfig, WordFeatures

SENTENCES = read_demo("train")[:20]
SPLIT = Split(read_demo("test")[:2], corpus="demo", name="test")
SAVED_MODEL = ExportConfig(format=("saved_model",))
VECTOR_FORMS = ("of", "fever", "the", "gene", "protein")
KINDS = {
    "softmax": {},
    "CRF, two layers": {"head": "crf", "layers": 2},
    "fixed vectors": {"head": "crf", VECTOR: True},
    "tuned vectors": {"tune_vectors": True, VECTOR: True},
}


def make_student(*, vector: bool = False, **settings: Any) -> SavedStudent:
    keras.utils.set_random_seed(3)
    # Many sizes are alike, so that weights of equal shape could be mistaken for one another.
    sizes = {"word_size": 8, "prefix_size": 8, "suffix_size": 8, "shape_size": 8, "char_size": 8}
    config = StudentConfig(**sizes, char_filters=8, units=6, **settings)
    tag_set = TagSet.from_sentences(read_demo("train"))
    names = (*LEARNT, VECTOR) if vector else LEARNT
    tables = WordFeatures.from_sentences(
        SENTENCES, FeatureConfig(features=names), VECTOR_FORMS if vector else ()
    )
    model = Student(
        config, tables.sizes(), len(tag_set), vector_size=8 if vector else 0, tag_names=tag_set.tags
    )
    student = SavedStudent(model, tables, tag_set)
    student.logits(SENTENCES[:1])
    draw = np.random.default_rng(5)
    for variable in model.weights:
        if variable.dtype == tf.float32:
            variable.assign(draw.normal(0, 0.5, variable.shape))
    if vector:
        model.set_vectors(draw.normal(0, 1, (len(VECTOR_FORMS), 8)).astype(np.float32))
    return student


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("export") / "export"
    export_student(make_student(**KINDS["fixed vectors"]), folder, SPLIT, config=SAVED_MODEL)
    return folder


@pytest.fixture
def folder(exported: Path, tmp_path: Path) -> Path:
    """A copy to damage."""
    return shutil.copytree(exported, tmp_path / "export")


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_a_student_read_back_gives_the_same_logits_and_tables(kind: str, tmp_path: Path) -> None:
    student = make_student(**KINDS[kind])
    export_student(student, tmp_path / "export", SPLIT, config=SAVED_MODEL)
    loaded = load_exported_student(tmp_path / "export")
    assert loaded.blueprint == student.blueprint
    assert loaded.tables == student.tables
    assert loaded.folder is None
    for before, after in zip(student.logits(SENTENCES), loaded.logits(SENTENCES), strict=True):
        np.testing.assert_array_equal(after, before)
    for name, weight in student.model.weights_by_name().items():
        np.testing.assert_array_equal(loaded.model.weights_by_name()[name], weight)


@pytest.mark.slow
def test_an_export_of_an_export_is_the_same(exported: Path, tmp_path: Path) -> None:
    loaded = load_exported_student(exported)
    export_student(loaded, tmp_path / "again", SPLIT, config=SAVED_MODEL)
    before, after = (
        json.loads((folder / "manifest.json").read_text())
        for folder in (exported, tmp_path / "again")
    )
    for name in ("tags", "features", "student", "comparison"):
        assert after[name] == before[name]
    assert after["files"]["tables.json"] == before["files"]["tables.json"]


def rewrite(folder: Path, change: Any) -> None:
    path = folder / "manifest.json"
    manifest = json.loads(path.read_text(encoding="utf-8"))
    change(manifest)
    path.write_text(json.dumps(manifest), encoding="utf-8")


def config_of(manifest: dict[str, Any]) -> dict[str, Any]:
    return manifest["student"]["config"]


DAMAGES = {
    "another width": lambda m: config_of(m).update(word_size=9),
    "huge": lambda m: config_of(m).update(units=1 << 30),
    "a missing layer": lambda m: config_of(m).update(layers=2),
    "a layer too many": lambda m: config_of(m).update(head="softmax"),
    "another type": lambda m: config_of(m).update(tune_vectors=True),
    "an unknown setting": lambda m: config_of(m).update(width=3),
    "no config": lambda m: m["student"].pop("config"),
    "another table": lambda m: m["features"].update(word=3),
    "a feature less": lambda m: m["features"].pop("shape"),
    "other tags": lambda m: m["tags"].append("B-Other"),
    "another number of parameters": lambda m: m["student"].update(parameters=1),
    "no student": lambda m: m.pop("student"),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_manifest_of_another_student_is_one_clear_error(folder: Path, damage: str) -> None:
    rewrite(folder, DAMAGES[damage])
    with pytest.raises(InputError, match="cannot be read back from this export") as caught:
        load_exported_student(folder)
    assert str(folder) in str(caught.value) and "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "change",
    [
        lambda arrays: arrays.popitem(),
        lambda arrays: arrays.update(more=np.zeros(3, np.float32)),
        lambda arrays: arrays.update({"student/weights/0": np.zeros((2, 8), np.float32)}),
        lambda arrays: arrays.update({"student/weights/2": np.zeros(8, np.float64)}),
        lambda arrays: arrays.update({"student/weights/2": np.full(8, np.nan, np.float32)}),
    ],
    ids=["missing", "more", "shape", "type", "not finite"],
)
def test_weights_of_another_student_are_one_clear_error(folder: Path, change: Any) -> None:
    variables = folder / "saved_model" / "1" / "variables"
    reader = tf.train.load_checkpoint(str(variables / "variables"))
    end = "/.ATTRIBUTES/VARIABLE_VALUE"
    arrays = {
        name.removesuffix(end): reader.get_tensor(name)
        for name in sorted(reader.get_variable_to_shape_map())
        if name.endswith(end)
    }
    change(arrays)
    write_checkpoint(variables, {f"{name}{end}": value for name, value in arrays.items()})
    rewrite(folder, lambda manifest: renew_digests(folder, manifest))
    with pytest.raises(InputError, match="cannot be read back from this export"):
        load_exported_student(folder)


def write_checkpoint(variables: Path, arrays: dict[str, Any]) -> None:
    shutil.rmtree(variables)
    variables.mkdir()
    names, values = list(arrays), list(arrays.values())
    tf.raw_ops.SaveV2(
        prefix=str(variables / "variables"),
        tensor_names=names,
        shape_and_slices=[""] * len(names),
        tensors=values,
    )


def renew_digests(folder: Path, manifest: dict[str, Any]) -> None:
    manifest["files"] = {
        path.relative_to(folder).as_posix(): {"bytes": 0, "sha256": file_digest(path)}
        for path in folder.rglob("*")
        if path.is_file() and path.name not in ("manifest.json", "README.md")
    }


def test_a_changed_file_is_not_read(folder: Path) -> None:
    (data,) = (folder / "saved_model" / "1" / "variables").glob("*.data-*")
    data.write_bytes(data.read_bytes()[:-1] + b"x")
    with pytest.raises(InputError, match="not the file that was exported"):
        load_exported_student(folder)


def test_a_checkpoint_cut_short_is_one_clear_error(folder: Path) -> None:
    index = folder / "saved_model" / "1" / "variables" / "variables.index"
    index.write_bytes(index.read_bytes()[:40])
    rewrite(folder, lambda manifest: renew_digests(folder, manifest))
    with pytest.raises(InputError, match="cannot be read back from this export"):
        load_exported_student(folder)


def test_an_export_without_a_saved_model_says_so(folder: Path) -> None:
    rewrite(folder, lambda manifest: manifest["models"].pop("saved_model"))
    with pytest.raises(InputError, match="not saved_model; export the student again"):
        load_exported_student(folder)
