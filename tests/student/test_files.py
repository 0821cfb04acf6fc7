"""Which files make a student."""

from pathlib import Path

from bioner_kd.student.files import is_archive, student_files, weights_file


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
