from pathlib import Path

import pytest

from bioner_kd.cli.evaluate import load_model, parse_runs
from bioner_kd.errors import InputError, UsageError


def test_a_row_has_a_name_and_one_or_several_folders():
    rows = parse_runs(["teacher=a/b", "from scratch=c,d"])
    assert rows == {"teacher": [Path("a/b")], "from scratch": [Path("c"), Path("d")]}


@pytest.mark.parametrize("run", ["teacher", "=folder", "teacher="])
def test_a_row_without_name_or_folder_is_refused(run):
    with pytest.raises(UsageError, match="name=folder"):
        parse_runs([run])


def test_two_rows_of_one_name_are_refused():
    with pytest.raises(UsageError, match="each name once"):
        parse_runs(["a=b", "a=c"])


def test_a_folder_of_neither_teacher_nor_student_is_named(tmp_path):
    with pytest.raises(InputError, match=str(tmp_path)):
        load_model(tmp_path)


def test_folders_joined_by_a_plus_are_averaged(tmp_path, monkeypatch):
    loaded = []
    monkeypatch.setattr("bioner_kd.teacher.averaged.load_teachers", loaded.append)
    (rows,) = parse_runs([f"ensemble={tmp_path}/a+{tmp_path}/b,c"]).values()
    assert rows == [Path(f"{tmp_path}/a+{tmp_path}/b"), Path("c")]
    load_model(rows[0])
    assert loaded == [[tmp_path / "a", tmp_path / "b"]]


def test_a_folder_may_have_a_plus_in_its_name(tmp_path):
    (tmp_path / "a+b").mkdir()
    with pytest.raises(InputError, match=r"a\+b: holds neither a student"):
        load_model(tmp_path / "a+b")
