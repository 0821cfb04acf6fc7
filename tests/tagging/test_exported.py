"""Which model is opened, and every way in which a folder can be wrong."""

import gzip
import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from bioner_kd.errors import InputError, UsageError
from bioner_kd.tagging.exported import find_exported
from bioner_kd.tagging.tagger import Tagger

from .models.without_tables import without_tables


@pytest.fixture
def folder(export_folder: Path, tmp_path: Path) -> Path:
    """A copy that a test may damage."""
    return Path(shutil.copytree(export_folder, tmp_path / "export"))


def edit_manifest(folder: Path, edit: Callable[[dict], object]) -> None:
    path = folder / "manifest.json"
    manifest = json.loads(path.read_text(encoding="utf-8"))
    edit(manifest)
    path.write_text(json.dumps(manifest), encoding="utf-8")


@pytest.mark.parametrize(
    ("form", "name"),
    [
        ("", "student_float32.tflite"),
        ("float32", "student_float32.tflite"),
        ("int8", "student_int8.tflite"),
        ("saved_model", "saved_model/1"),
    ],
)
def test_the_form_chooses_a_model_of_an_export_folder(
    export_folder: Path, form: str, name: str
) -> None:
    found = find_exported(export_folder, form)
    assert found.model == export_folder / name
    assert found.digests


def test_the_first_that_is_there_is_taken_where_nobody_chose(folder: Path) -> None:
    edit_manifest(folder, lambda manifest: manifest["models"].pop("float32"))
    assert find_exported(folder).model.name == "student_float16.tflite"
    edit_manifest(folder, lambda manifest: manifest["models"].pop("float16"))
    assert find_exported(folder).model.name == "student_int8.tflite"


@pytest.mark.parametrize("name", ["student_int8.tflite", "saved_model/1"])
def test_a_model_may_be_named_itself(folder: Path, name: str) -> None:
    assert find_exported(folder / name).digests
    (folder / "manifest.json").unlink()
    assert not find_exported(folder / name).digests
    assert Tagger.load(folder / name).tag_words(["gout"])


def test_a_model_beside_another_ones_manifest_is_not_measured_by_it(folder: Path) -> None:
    (folder / "student_int8.tflite").rename(folder / "mine.tflite")
    assert not find_exported(folder / "mine.tflite").digests


def test_a_relative_path_will_do(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder / "saved_model" / "1")
    assert Tagger.load(".").tag_words(["gout"])
    assert find_exported(Path(".")).digests


def test_an_unknown_form_is_a_usage_error(export_folder: Path) -> None:
    with pytest.raises(UsageError, match="--form=int4: .*float32, float16, int8"):
        find_exported(export_folder, "int4")
    with pytest.raises(UsageError, match="no export folder"):
        find_exported(export_folder / "student_int8.tflite", "int8")


def test_a_form_that_was_not_exported_is_an_input_error(folder: Path) -> None:
    edit_manifest(folder, lambda manifest: manifest["models"].pop("int8"))
    with pytest.raises(InputError, match="float32, float16, saved_model, not int8"):
        find_exported(folder, "int8")
    edit_manifest(folder, lambda manifest: manifest["models"].clear())
    with pytest.raises(InputError, match="holds no model"):
        find_exported(folder)


@pytest.mark.parametrize("name", ["", "missing", "tables.json"])
def test_what_holds_no_student_is_an_input_error(folder: Path, name: str) -> None:
    (folder / "manifest.json").unlink()
    with pytest.raises(InputError, match="name an export folder"):
        find_exported(folder / name)


def refused(path: Path, form: str = "") -> str:
    """The one line that says why a model does not load."""
    with pytest.raises(InputError) as raised:
        Tagger.load(path, form=form)
    assert "\n" not in str(raised.value)
    return str(raised.value)


def model_alone(path: Path) -> Path:
    """Cuts the tables off a .tflite file."""
    path.write_bytes(without_tables(path.read_bytes()))
    return path


def test_a_folder_without_its_tables(folder: Path) -> None:
    (folder / "tables.json").unlink()
    assert "tables.json: there is no such file" in refused(folder)


def test_a_tflite_file_alone_is_enough(export_folder: Path, tmp_path: Path) -> None:
    path = Path(shutil.copy(export_folder / "student_int8.tflite", tmp_path))
    words = ["Aspirin", "relieves", "gout", "."]
    expected = Tagger.load(export_folder, form="int8").tag_words(words)
    assert Tagger.load(path).tag_words(words) == expected


def test_a_tflite_file_without_any_tables(export_folder: Path, tmp_path: Path) -> None:
    path = model_alone(Path(shutil.copy(export_folder / "student_int8.tflite", tmp_path)))
    assert "tables.json: there is no such file" in refused(path)
    shutil.copy(export_folder / "tables.json", tmp_path)
    assert Tagger.load(path).tag_words(["gout"])


def test_tables_of_another_student_of_the_same_size_are_found(folder: Path) -> None:
    (folder / "manifest.json").unlink()
    path = folder / "tables.json"
    tables = json.loads(path.read_text(encoding="utf-8"))
    tables["features"]["tables"]["word"].reverse()
    path.write_text(json.dumps(tables), encoding="utf-8")
    assert "it has other ones inside" in refused(folder / "student_int8.tflite")


def test_tables_that_were_only_written_in_another_way_are_the_same(folder: Path) -> None:
    (folder / "manifest.json").unlink()
    path = folder / "tables.json"
    tables = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps(tables, indent=2), encoding="utf-8")
    assert Tagger.load(folder / "student_int8.tflite").tag_words(["gout"])


def test_tables_of_another_model_are_found_by_their_checksum(folder: Path) -> None:
    path = folder / "tables.json"
    path.write_text(path.read_text(encoding="utf-8").replace("Disease", "Illness"), "utf-8")
    assert "tables.json: not the file that was exported" in refused(folder)


def test_tables_of_a_model_with_more_words_are_found_without_a_manifest(folder: Path) -> None:
    (folder / "manifest.json").unlink()
    path = folder / "tables.json"
    tables = json.loads(path.read_text(encoding="utf-8"))
    tables["features"]["tables"]["word"] += [f"word{number}" for number in range(100)]
    path.write_text(json.dumps(tables), encoding="utf-8")
    for name in ("student_float32.tflite", "student_int8.tflite"):
        assert f"not the tables of {folder / name}" in refused(folder / name)
        assert f"not the tables of {folder / name}" in refused(model_alone(folder / name))


def test_tables_of_a_model_with_other_tags_are_found_without_a_manifest(folder: Path) -> None:
    (folder / "manifest.json").unlink()
    path = folder / "tables.json"
    tables = json.loads(path.read_text(encoding="utf-8"))
    tables["tags"] += ["B-Gene", "I-Gene"]
    path.write_text(json.dumps(tables), encoding="utf-8")
    assert "5 tags, not 7" in refused(model_alone(folder / "student_float32.tflite"))


def test_tables_of_a_model_with_other_features_are_found_without_a_manifest(folder: Path) -> None:
    (folder / "manifest.json").unlink()
    for path in (folder / "tables.json", folder / "saved_model/1/assets.extra/tables.json.gz"):
        with gzip.open(path) if path.suffix == ".gz" else open(path, "rb") as file:
            tables = json.load(file)
        tables["features"]["config"]["features"].remove("shape")
        path.write_text(json.dumps(tables), encoding="utf-8")
    for path in (model_alone(folder / "student_float32.tflite"), folder / "saved_model/1"):
        assert "not the tables of" in refused(path)


@pytest.mark.parametrize(
    "damage", ["{", "[]", "{}", '{"tags": ["O", "B-D"], "features": {}}', "\x00"]
)
def test_damaged_tables(folder: Path, damage: str) -> None:
    (folder / "manifest.json").unlink()
    (folder / "tables.json").write_text(damage, encoding="utf-8")
    assert "tables.json: not the tables of a student" in refused(folder / "student_int8.tflite")


@pytest.mark.parametrize("with_manifest", [True, False])
def test_a_truncated_tflite_file(folder: Path, with_manifest: bool) -> None:
    path = folder / "student_float32.tflite"
    path.write_bytes(path.read_bytes()[:-1000])
    if not with_manifest:
        (folder / "manifest.json").unlink()
    assert str(path) in refused(path)


def test_a_flipped_bit_is_found(folder: Path) -> None:
    path = folder / "student_int8.tflite"
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    assert "student_int8.tflite: not the file that was exported" in refused(folder, "int8")


@pytest.mark.parametrize("name", ["saved_model.pb", "variables/variables.index"])
def test_a_saved_model_that_lacks_a_file(folder: Path, name: str) -> None:
    (folder / "saved_model" / "1" / name).unlink()
    assert f"{name}: cannot read this file" in refused(folder, "saved_model")


def test_a_missing_model(folder: Path) -> None:
    (folder / "student_float32.tflite").unlink()
    assert "student_float32.tflite: cannot read this file" in refused(folder)


@pytest.mark.parametrize(
    "damage", ["", "[]", '{"format": 1}', '{"format": 1, "models": 3, "files": {}}']
)
def test_a_damaged_manifest(folder: Path, damage: str) -> None:
    (folder / "manifest.json").write_text(damage, encoding="utf-8")
    assert "manifest.json: not the manifest of an exported student" in refused(folder)


def test_a_manifest_of_a_later_version(folder: Path) -> None:
    edit_manifest(folder, lambda manifest: manifest.update(format=2))
    assert "has format 2, but this version of bioner_kd reads format 1" in refused(folder)
