from pathlib import Path

import pytest

from bioner_kd.cli.evaluate import parse_runs
from bioner_kd.errors import UsageError


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
