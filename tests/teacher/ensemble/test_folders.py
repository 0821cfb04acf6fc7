"""Run folders as models."""

import shutil
from pathlib import Path
from typing import Any

import pytest

from bioner_kd.errors import InputError
from bioner_kd.student.files import WEIGHTS
from bioner_kd.tagging.named import DEFAULT
from bioner_kd.teacher.ensemble.folders import (
    find_export,
    is_student,
    load_model,
    model_digest,
    teaches,
)

from ..tiny_bert import write_checkpoint


@pytest.fixture
def student(trained_student: Any, tmp_path: Path) -> Path:
    return Path(shutil.copytree(trained_student.folder, tmp_path / "student"))


def test_a_student_is_loaded(student, trained_student):
    assert not teaches(student)
    assert load_model(student).parameters == trained_student.parameters


@pytest.mark.parametrize("look", [teaches, load_model, model_digest])
def test_a_folder_of_neither_teacher_nor_student_is_named(look, tmp_path):
    with pytest.raises(InputError, match=f"{tmp_path}: holds neither"):
        look(tmp_path)


def test_folders_joined_by_a_plus_are_averaged(tmp_path, monkeypatch):
    loaded = []
    monkeypatch.setattr("bioner_kd.teacher.ensemble.folders.load_teachers", loaded.append)
    for name in ("a", "b", "alpha=0.3+seed=1", "alpha=0.3+seed=2"):
        (tmp_path / name).mkdir()
    for names in (["a", "b"], ["alpha=0.3+seed=1", "a", "alpha=0.3+seed=2"], ["a", "nowhere"]):
        folders = [tmp_path / name for name in names]
        joined = Path("+".join(map(str, folders)))
        assert teaches(joined)
        load_model(joined)
        assert loaded.pop() == folders


def test_a_plus_in_the_name_of_a_folder_that_is_not_there_joins_nothing(tmp_path):
    with pytest.raises(InputError, match=r"alpha=0\.3\+seed=9: no such folder"):
        teaches(tmp_path / "alpha=0.3+seed=9")


def test_a_folder_with_a_plus_in_its_name_is_one(tmp_path):
    (tmp_path / "a+b").mkdir()
    with pytest.raises(InputError, match=r"a\+b: holds neither a student"):
        load_model(tmp_path / "a+b")


def test_a_checkpoint_that_was_not_fine_tuned_is_refused(tmp_path):
    write_checkpoint(tmp_path / "bert")
    (tmp_path / "bert" / "tf_model.h5").touch()
    assert teaches(tmp_path / "bert")
    with pytest.raises(InputError, match="not a fine-tuned teacher"):
        model_digest(tmp_path / "bert")


@pytest.mark.parametrize("name", [WEIGHTS, "tables.json"])
def test_the_digest_tells_models_apart(student, name):
    before = model_digest(student)
    assert model_digest(student) == before
    (student / "run.cfg").write_text("--seed=2\n")
    assert model_digest(student) == before
    (student / name).write_bytes((student / name).read_bytes() + b" ")
    assert model_digest(student) != before


def test_a_student_without_its_tables_is_named(student):
    (student / "tables.json").unlink()
    with pytest.raises(InputError, match="not a student, or a damaged one.*tables.json"):
        model_digest(student)


def test_an_export_is_loaded_in_each_form_and_by_its_name(export_folder, trained_student):
    model = load_model(export_folder)
    assert model.parameters == trained_student.parameters
    assert model.decoder == trained_student.decoder
    for path in (export_folder / "student_int8.tflite", find_version(export_folder)):
        assert load_model(path).decoder == trained_student.decoder
    assert find_export(Path(DEFAULT)).name == DEFAULT
    assert load_model(Path(DEFAULT)).decoder.tag_set.entity_types == ("Chemical", "Disease")


def find_version(folder: Path) -> Path:
    (version,) = (path.parent for path in folder.rglob("saved_model.pb"))
    return version


def test_an_export_neither_teaches_nor_is_one_of_several(export_folder, student):
    message = f"{export_folder}: this is an exported student, which can be scored, but neither"
    for folder in (export_folder, Path(f"{student}+{export_folder}")):
        with pytest.raises(InputError) as refused:
            model_digest(folder)
        assert str(refused.value).startswith(message)
    with pytest.raises(InputError, match=f"{DEFAULT}: this is an exported student"):
        teaches(Path(DEFAULT))
    with pytest.raises(InputError, match="an exported student"):
        load_model(Path(f"{export_folder}+{student}"))


def test_run_directories_and_what_is_missing_are_no_exports(student, tmp_path, monkeypatch):
    assert find_export(student) is None
    assert find_export(tmp_path / "none") is None
    assert find_export(Path("no_student_of_this_name")) is None
    # A folder of that name, which is here, is meant before a student that has the name.
    monkeypatch.chdir(tmp_path)
    student.rename(tmp_path / DEFAULT)
    assert find_export(Path(DEFAULT)) is None
    assert is_student(Path(DEFAULT))
