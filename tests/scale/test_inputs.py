import os
from pathlib import Path

import pytest

from bioner_kd.errors import InputError
from bioner_kd.scale.inputs import find_files, parts_of


def make(folder: Path, *names: str) -> None:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(name, encoding="utf-8")


def test_names_are_paths_below_the_part_without_wildcards(tmp_path: Path) -> None:
    make(tmp_path, "b/2.txt", "a/1.txt", "a/1.xml")
    named = [file.name for file in find_files([f"{tmp_path}/**/*.txt"], 0)]
    assert named == ["a/1.txt", "b/2.txt"]
    assert [file.name for file in find_files([str(tmp_path / "a")], 0)] == ["1.txt", "1.xml"]


def test_annotations_beside_a_text_are_read_with_it(tmp_path: Path) -> None:
    make(tmp_path, "brat/1.txt", "brat/1.ann")
    assert len(find_files([str(tmp_path / "brat")], 0)) == 1


def test_a_pattern_that_matches_nothing_is_an_error_that_lists_the_folder(tmp_path: Path) -> None:
    make(tmp_path, "a.txt")
    with pytest.raises(InputError, match=r"no file matches.*holds a\.txt"):
        find_files([f"{tmp_path}/*.xml"], 0)


def test_two_files_may_not_have_shards_of_one_name(tmp_path: Path) -> None:
    make(tmp_path, "a/1.txt", "b/1.txt")
    with pytest.raises(InputError, match="name the folder above"):
        find_files([f"{tmp_path}/a/*", f"{tmp_path}/b/*"], 0)


def test_a_file_that_was_changed_or_removed_is_told(tmp_path: Path) -> None:
    make(tmp_path, "1.txt")
    (file,) = find_files([f"{tmp_path}/*"], 0)
    file.check_unchanged()
    os.utime(file.path, ns=(1, 1))
    with pytest.raises(InputError, match="was changed since the run began"):
        file.check_unchanged()
    os.unlink(file.path)
    with pytest.raises(InputError, match="was removed during the run"):
        file.check_unchanged()


def test_each_shard_is_of_one_part(tmp_path: Path) -> None:
    make(tmp_path, "1.txt")
    parts = parts_of(find_files([f"{tmp_path}/*"], 3))
    assert [sum(part.has(shard) for part in parts) for shard in range(9)] == [1] * 9
