"""Flags of a report."""

import dataclasses
import importlib.util
from pathlib import Path

import pytest

from bioner_kd.cli.output import OutputChoice
from bioner_kd.cli.programs.report import (
    RunChoice,
    check_drawing,
    check_output,
    read_runs,
    read_split,
)
from bioner_kd.errors import InputError, UsageError
from bioner_kd.lab.study.config import ReportConfig
from bioner_kd.lab.study.study_folder import FAILED, FINISHED, RunRow, write_runs

from ..conftest import load_program


def make_run(folder: Path, *flags: str) -> None:
    folder.mkdir(parents=True)
    (folder / "run.cfg").write_text("\n".join(["--corpus=demo", *flags]) + "\n")


def make_sweep(folder: Path) -> Path:
    rows = [
        RunRow("", (("alpha", a), ("seed", s)), f"a{a}_{s}", FINISHED if s != "3" else FAILED)
        for a in "01"
        for s in "123"
    ]
    for row in rows:
        if row.state == FINISHED:
            make_run(folder / row.folder, *(f"--{name}={value}" for name, value in row.values))
    write_runs(folder, rows)
    (folder / "sweep.cfg").write_text("--grid=alpha=0,1\n")
    return folder


def test_runs_and_sweeps_come_in_order(tmp_path):
    make_run(tmp_path / "t")
    choice = RunChoice((f"teacher={tmp_path / 't'}",), (str(make_sweep(tmp_path / "mine")),))
    runs = read_runs(choice)
    assert [group.name for group in runs.groups] == ["teacher", "alpha=0", "alpha=1"]
    assert [len(group.runs) for group in runs.groups] == [1, 2, 2]
    assert (runs.named, runs.sweeps) == (1, {"mine": "--grid=alpha=0,1\n"})
    assert runs.notes == ("2 runs of the sweep mine are not finished: left out.",)


def test_a_sweep_may_have_a_name_that_goes_before_its_groups(tmp_path):
    one, other = make_sweep(tmp_path / "one"), make_sweep(tmp_path / "other")
    runs = read_runs(RunChoice((), (f"a={one}", f"b={other}")))
    names = [group.name for group in runs.groups]
    assert names == ["a: alpha=0", "a: alpha=1", "b: alpha=0", "b: alpha=1"]
    assert list(runs.sweeps) == ["a", "b"]


def test_two_sweeps_of_one_name_are_refused(tmp_path):
    sweeps = [str(make_sweep(tmp_path / place / "mine")) for place in ("here", "there")]
    with pytest.raises(UsageError, match="two are called 'mine'; .* name=folder"):
        read_runs(RunChoice((), tuple(sweeps)))


def test_runs_of_a_group_that_differ_in_more_than_the_seed_are_noted(tmp_path):
    make_run(tmp_path / "x_1", "--seed=1", "--units=8")
    make_run(tmp_path / "x_2", "--seed=2", "--units=9")
    runs = read_runs(RunChoice((f"x={tmp_path}/x_*",)))
    assert runs.notes == ("The runs of x differ in more: units.",)


def test_a_group_without_a_folder_is_a_usage_error():
    with pytest.raises(UsageError, match="--runs=teacher: must be 'name=folder'"):
        read_runs(RunChoice(("teacher",)))


def test_the_split_is_devel_unless_another_is_asked_for():
    program = load_program("report")
    program.values(["report"])
    split, train = read_split(program)
    assert (split.corpus, split.name, len(split.sentences), len(train)) == (
        "demo",
        "devel",
        80,
        420,
    )
    program.values(["report", "--split=test"])
    assert read_split(program)[0].name == "test"


def test_only_flags_that_were_given_are_told():
    program = load_program("report")
    program.values(["report", "--runs=a b=c*", "--runs=d=e", "--measure", "--split=devel"])
    assert program.given_flags() == ["--runs=a b=c*", "--runs=d=e", "--measure"]


@pytest.mark.parametrize("name", ["resamples", "rounds", "batch_size", "error_rows"])
def test_numbers_have_a_least(name):
    with pytest.raises(UsageError, match=f"--{name}=-1: must be at least"):
        dataclasses.replace(ReportConfig(), **{name: -1})


def test_a_new_folder_is_welcome(tmp_path):
    check_output(OutputChoice(str(tmp_path / "new")))


def test_a_folder_that_is_there_is_refused_before_any_work(tmp_path):
    with pytest.raises(InputError, match="pass --overwrite"):
        check_output(OutputChoice(str(tmp_path)))


def test_only_a_report_is_replaced(tmp_path):
    (tmp_path / "run.cfg").touch()
    with pytest.raises(InputError, match="replaces the folder of a report"):
        check_output(OutputChoice(str(tmp_path), overwrite=True))
    (tmp_path / "report.md").touch()
    check_output(OutputChoice(str(tmp_path), overwrite=True))
    (tmp_path / "link").symlink_to(tmp_path)
    with pytest.raises(InputError, match="replaces the folder of a report"):
        check_output(OutputChoice(str(tmp_path / "link"), overwrite=True))


def test_what_draws_is_missed_before_any_work(monkeypatch):
    check_drawing()
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(InputError, match=r"matplotlib is not installed here: .*bioner_kd\[study\]"):
        check_drawing()
