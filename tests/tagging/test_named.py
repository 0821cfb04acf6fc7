"""Students that are known by a name."""

import shutil
import sys
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest

from bioner_kd.errors import InputError
from bioner_kd.tagging import named
from bioner_kd.tagging.tagger import Tagger

ROOT = Path(__file__).resolve().parents[2]
READY = ROOT / "saved_models"


def test_the_ready_student_is_loaded_in_any_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    found = [(entity.type, entity.text) for entity in Tagger.load().tag("Aspirin for headache.")]
    assert found == [("Chemical", "Aspirin"), ("Disease", "headache")]


def test_a_checkouts_ready_students_have_names(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert named.find_named("disease_bilstm") == READY / "disease_bilstm"


def test_a_path_that_is_there_is_no_name(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert named.is_name("disease_bilstm")
    Path("disease_bilstm").mkdir()
    assert not named.is_name("disease_bilstm")
    assert not named.is_name("a/disease_bilstm") and not named.is_name("")


def install(monkeypatch, folder: Path, name: str) -> Path:
    """A package that brings a student along, with its entry point."""
    package = folder / f"bioner_{name}"
    package.mkdir()
    (package / "__init__.py").write_text("raise ImportError('never imported')\n")
    monkeypatch.syspath_prepend(folder)
    points = (EntryPoint(name, package.name, named.GROUP),)
    monkeypatch.setattr(named, "_installed", lambda: points)
    return package


def test_an_installed_student_is_found_without_running_its_package(tmp_path, monkeypatch):
    package = install(monkeypatch, tmp_path, "mine")
    source = READY / "disease_bilstm"
    for file in ("manifest.json", "student_int8.tflite", "tables.json"):
        shutil.copy(source / file, package / file)
    assert Tagger.load("mine").entity_types == ("Disease",)
    assert package.name not in sys.modules


def test_a_package_without_an_export_is_named(tmp_path, monkeypatch):
    install(monkeypatch, tmp_path, "empty")
    with pytest.raises(InputError, match="^empty: .*bioner_empty.* again"):
        Tagger.load("empty")


def test_an_unknown_name_is_told_which_there_are(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InputError, match=r"nosuch: .*installed: .*disease_chemical_bilstm"):
        Tagger.load("nosuch")
