"""Wheels of students: that pip takes them, that they are found by name, and what is in them."""

import base64
import csv
import hashlib
import importlib.metadata
import json
import os
import subprocess
import sys
import zipfile
from email.parser import BytesParser
from pathlib import Path
from typing import Any

import pytest
from packaging.metadata import Metadata
from packaging.requirements import Requirement
from packaging.utils import parse_wheel_filename

import bioner_kd
from bioner_kd.corpus.demo import read_demo
from bioner_kd.errors import InputError, UsageError
from bioner_kd.export.config import ExportConfig, Split
from bioner_kd.export.folder import export_student
from bioner_kd.export.release import ReleaseConfig
from bioner_kd.export.wheel import StudentWheel, requirement
from bioner_kd.student.saved_student import SavedStudent
from bioner_kd.tagging.tagger import Tagger

ROOT = Path(__file__).resolve().parents[2]
READY = ROOT / "saved_models"
NAMES = {"first": "disease_bilstm", "Second-one": "disease_chemical_bilstm"}
TEXT = "Lithium was stopped because of diabetes insipidus."
TAG = "import json, sys; from bioner_kd import Tagger\n" + (
    "print(json.dumps([(e.text, e.type) for e in Tagger.load(sys.argv[1]).tag(sys.argv[2])]))"
)


def make(folder: Path, student: str, **settings: str) -> Path:
    """A wheel of a ready student in an empty folder."""
    source = READY / student
    manifest = json.loads((source / "manifest.json").read_text(encoding="utf-8"))
    folder.mkdir()
    for name in ("tables.json", "student_int8.tflite"):
        (folder / name).symlink_to(source / name)
    wheel = StudentWheel.plan(ReleaseConfig(**settings), folder)
    return wheel.write(folder, manifest, "int8")


@pytest.fixture(scope="module")
def wheels(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    folder = tmp_path_factory.mktemp("wheels")
    (folder / "LICENSE").write_text("Do as you like.\n")
    given = {"license": "CC-BY-4.0", "license_file": str(folder / "LICENSE")}
    return [
        make(folder / student, student, name=name, wheel_version="1.2rc1", **given)
        for name, student in NAMES.items()
    ]


@pytest.fixture(scope="module")
def installed(wheels: list[Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where pip has installed both, without a network."""
    target = tmp_path_factory.mktemp("installed") / "site"
    pip = [sys.executable, "-m", "pip", "install", "--no-index", "--no-deps", "--quiet"]
    flags = ["--disable-pip-version-check", "--target", str(target)]
    finished = subprocess.run([*pip, *flags, *map(str, wheels)], capture_output=True, text=True)
    assert finished.returncode == 0, finished.stderr
    assert finished.stderr == ""
    return target


def run(installed: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(map(str, (installed, ROOT)))}
    command = [sys.executable, *arguments]
    return subprocess.run(
        command, capture_output=True, text=True, env=environment, cwd=installed.parent
    )


@pytest.mark.parametrize("name", NAMES)
def test_an_installed_wheel_tags_by_its_name(installed: Path, name: str) -> None:
    finished = run(installed, "-c", TAG, name, TEXT)
    assert finished.returncode == 0, finished.stderr
    expected = Tagger.load(READY / NAMES[name], form="int8").tag(TEXT)
    assert expected
    assert json.loads(finished.stdout) == [[e.text, e.type] for e in expected]


def test_all_installed_students_are_named_where_one_is_missing(installed: Path) -> None:
    finished = run(installed, "-c", TAG, "third", TEXT)
    assert "no student of that name is installed (installed: Second-one, disease" in finished.stderr
    assert "first)" in finished.stderr


def test_pip_finds_nothing_amiss_in_the_metadata(installed: Path) -> None:
    found = {d.name: d for d in importlib.metadata.distributions(path=[str(installed)])}
    assert set(found) == {"bioner-first", "bioner-second-one"}
    one = found["bioner-second-one"]
    assert one.version == "1.2rc1"
    assert one.requires == [requirement()]
    metadata = one.metadata
    assert metadata["License-Expression"] == "CC-BY-4.0"
    assert metadata["Summary"].endswith("finds entities: Chemical, Disease")
    assert metadata.get_payload().startswith("# Second-one\n")
    assert one.read_text("licenses/LICENSE") == "Do as you like.\n"
    (point,) = one.entry_points
    assert (point.group, point.name, point.value) == (
        "bioner_kd.students",
        "Second-one",
        "bioner_second_one",
    )


def test_the_metadata_is_valid_to_the_packaging_library(wheels: list[Path]) -> None:
    with zipfile.ZipFile(wheels[0]) as archive:
        content = archive.read("bioner_first-1.2rc1.dist-info/METADATA")
    metadata = Metadata.from_email(content, validate=True)
    assert (metadata.name, str(metadata.version)) == ("bioner-first", "1.2rc1")
    assert metadata.license_files == ["LICENSE"]


def test_its_only_requirement_is_this_package_in_versions_that_open_it() -> None:
    needed = Requirement(requirement())
    assert needed.name == "bioner_kd"
    assert needed.specifier.contains(bioner_kd.__version__, prereleases=True)
    assert not needed.specifier.contains(f"{int(bioner_kd.__version__.split('.')[0]) + 1}.0")


def test_its_file_name_is_what_installers_parse(wheels: list[Path]) -> None:
    assert wheels[1].name == "bioner_second_one-1.2rc1-py3-none-any.whl"
    name, version, _, tags = parse_wheel_filename(wheels[1].name)
    assert (name, str(version), {str(tag) for tag in tags}) == (
        "bioner-second-one",
        "1.2rc1",
        {"py3-none-any"},
    )


def test_the_archive_is_sound_and_holds_one_student(wheels: list[Path]) -> None:
    check = [sys.executable, "-m", "zipfile", "-t", str(wheels[0])]
    assert subprocess.run(check, capture_output=True).returncode == 0
    with zipfile.ZipFile(wheels[0]) as archive:
        info = "bioner_first-1.2rc1.dist-info"
        assert archive.namelist() == [
            "bioner_first/README.md",
            "bioner_first/__init__.py",
            "bioner_first/manifest.json",
            "bioner_first/student_int8.tflite",
            "bioner_first/tables.json",
            f"{info}/METADATA",
            f"{info}/WHEEL",
            f"{info}/entry_points.txt",
            f"{info}/licenses/LICENSE",
            f"{info}/RECORD",
        ]
        manifest = json.loads(archive.read("bioner_first/manifest.json"))
    assert set(manifest["models"]) == {"int8"}
    assert set(manifest["files"]) == {"tables.json", "student_int8.tflite"}


def test_the_record_has_the_checksum_of_every_file(wheels: list[Path]) -> None:
    with zipfile.ZipFile(wheels[0]) as archive:
        record = archive.read("bioner_first-1.2rc1.dist-info/RECORD").decode()
        rows = {name: (digest, size) for name, digest, size in csv.reader(record.splitlines())}
        assert list(rows) == archive.namelist()
        assert rows.pop("bioner_first-1.2rc1.dist-info/RECORD") == ("", "")
        for name, (digest, size) in rows.items():
            content = archive.read(name)
            encoded = base64.urlsafe_b64encode(hashlib.sha256(content).digest())
            assert (digest, size) == (f"sha256={encoded.decode().rstrip('=')}", str(len(content)))


def test_equal_inputs_give_equal_bytes(wheels: list[Path], tmp_path: Path) -> None:
    folder = wheels[0].parent.parent
    given = {"license": "CC-BY-4.0", "license_file": str(folder / "LICENSE")}
    again = make(tmp_path / "x", NAMES["first"], name="first", wheel_version="1.2rc1", **given)
    assert again.read_bytes() == wheels[0].read_bytes()
    other = make(tmp_path / "y", NAMES["first"], name="first", wheel_version="1.2", **given)
    assert other.read_bytes() != wheels[0].read_bytes()


@pytest.mark.parametrize("license", ["", "other", "unknown"])
def test_a_licence_that_is_not_known_is_not_stated(tmp_path: Path, license: str) -> None:
    wheel = make(tmp_path / "mine", "disease_bilstm", license=license)
    with zipfile.ZipFile(wheel) as archive:
        metadata = BytesParser().parsebytes(archive.read("bioner_mine-1.0.0.dist-info/METADATA"))
        assert not any("LICENSE" in name for name in archive.namelist())
    assert metadata["License-Expression"] is None and metadata["License-File"] is None


def test_a_failure_leaves_no_half_of_a_wheel(tmp_path: Path, room_for: Any) -> None:
    with room_for(1_000_000), pytest.raises(InputError, match="cannot write here"):
        make(tmp_path / "mine", "disease_bilstm")
    assert not list((tmp_path / "mine").glob("*.whl")) + list((tmp_path / "mine").glob(".*"))


def test_a_name_that_no_wheel_can_have_is_told_before_anything_is_converted(
    trained_student: SavedStudent, tmp_path: Path
) -> None:
    config = ExportConfig(format=("wheel",))
    with pytest.raises(UsageError, match="--name=_"):
        export_student(trained_student, tmp_path / "_", Split([]), config=config)
    assert not list(tmp_path.iterdir())


@pytest.mark.slow
def test_an_export_holds_the_wheel_and_its_model(
    trained_student: SavedStudent, tmp_path: Path
) -> None:
    split = Split(read_demo("test")[:20], corpus="demo", name="test")
    config = ExportConfig(format=("wheel",), wheel_quantization="float16")
    folder = tmp_path / "genes" / "export"
    manifest = export_student(trained_student, folder, split, config=config, lengths=(16,))
    assert sorted(path.name for path in folder.iterdir()) == [
        "README.md",
        "bioner_genes-1.0.0-py3-none-any.whl",
        "manifest.json",
        "student_float16.tflite",
        "tables.json",
        "tagger.pyz",
    ]
    assert manifest["wheel"] == {
        "path": "bioner_genes-1.0.0-py3-none-any.whl",
        "name": "genes",
        "version": "1.0.0",
        "model": "float16",
    }
    content = (folder / manifest["wheel"]["path"]).read_bytes()
    entry = manifest["files"][manifest["wheel"]["path"]]
    assert entry == {"bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}
    with zipfile.ZipFile(folder / manifest["wheel"]["path"]) as archive:
        archive.extractall(tmp_path)
        assert "wheel" not in json.loads(archive.read("bioner_genes/manifest.json"))
    inside, beside = (Tagger.load(path) for path in (tmp_path / "bioner_genes", folder))
    texts = [sentence.text for sentence in split.sentences]
    assert list(inside.tag_many(texts, workers=1)) == list(beside.tag_many(texts, workers=1))
