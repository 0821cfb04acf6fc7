"""Which files make a student."""

from pathlib import Path

import pytest

from bioner_kd.errors import InputError
from bioner_kd.student.files import (
    check_exportable,
    is_archive,
    is_export,
    student_files,
    weights_file,
)


def names(folder: Path) -> list[str]:
    return [path.name for path in student_files(folder)]


def test_an_empty_folder_lacks_what_would_be_written(tmp_path: Path) -> None:
    assert weights_file(tmp_path) == tmp_path / "student.safetensors"
    assert names(tmp_path) == ["student.safetensors", "student.json", "tables.json"]


def test_an_archive_of_before_has_the_structure_too(tmp_path: Path) -> None:
    (tmp_path / "student.keras").touch()
    assert is_archive(weights_file(tmp_path))
    assert names(tmp_path) == ["student.keras", "tables.json"]


def test_weights_that_are_numbers_alone_win(tmp_path: Path) -> None:
    (tmp_path / "student.keras").touch()
    (tmp_path / "student.safetensors").touch()
    assert not is_archive(weights_file(tmp_path))
    assert names(tmp_path) == ["student.safetensors", "student.json", "tables.json"]


def test_a_folder_with_a_manifest_and_no_weights_is_an_export(tmp_path: Path) -> None:
    assert not is_export(tmp_path)
    (tmp_path / "manifest.json").touch()
    assert is_export(tmp_path)
    (tmp_path / "student.safetensors").touch()
    assert not is_export(tmp_path)


def test_an_export_can_be_exported_again_if_it_has_a_saved_model(
    export_folder: Path, tmp_path: Path
) -> None:
    check_exportable(export_folder)
    manifest = (export_folder / "manifest.json").read_text(encoding="utf-8")
    (tmp_path / "manifest.json").write_text(manifest.replace('"saved_model"', '"other"'), "utf-8")
    with pytest.raises(InputError, match="not saved_model"):
        check_exportable(tmp_path)
