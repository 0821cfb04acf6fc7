"""Splits and runs that flags name."""

from pathlib import Path

import pytest

from bioner_kd.cli.shared_flags import parse_runs, read_splits
from bioner_kd.errors import UsageError

from .conftest import load_program


def test_what_was_read_is_told(tmp_path, absl_log):
    (tmp_path / "train.tsv").write_text("lung\tI-Disease\ncancer\tI-Disease\n\nno\tO\n")
    (tmp_path / "devel.tsv").write_text("asthma\tB-Disease\n")
    program = load_program("finetune_teacher")
    program.values(["finetune_teacher", f"--corpus={tmp_path}", "--repair_tags"])
    train, devel = read_splits(program, "train", "devel")
    assert (len(train), len(devel)) == (2, 1)
    lines = list(dict.fromkeys(record.getMessage() for record in absl_log.records))
    assert lines == [
        f"{tmp_path / 'train.tsv'}: 1 tags repaired, in 1 of 2 sentences.",
        f"{tmp_path}, train: 2 sentences, 3 words, 1 mentions (Disease 1).",
        f"{tmp_path / 'devel.tsv'}: 0 tags repaired, in 0 of 1 sentences.",
        f"{tmp_path}, devel: 1 sentences, 1 words, 1 mentions (Disease 1).",
    ]


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


def test_folders_joined_by_a_plus_stay_together():
    assert parse_runs(["ensemble=a+b,c"]) == {"ensemble": [Path("a+b"), Path("c")]}


def test_the_flag_that_is_wrong_is_named():
    with pytest.raises(UsageError, match="--runs=a: must"):
        parse_runs(["a"], flag="runs")
