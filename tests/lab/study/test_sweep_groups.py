"""Groups of a sweep's runs."""

from pathlib import Path

import pytest

from bioner_kd.errors import InputError
from bioner_kd.lab.study.runs_csv import FAILED, FINISHED, NOT_YET, RunRow, write_runs
from bioner_kd.lab.study.sweep_groups import read_sweep


def write_sweep(folder: Path, rows: list[RunRow]) -> Path:
    write_runs(folder, rows)
    for row in rows:
        if row.state == FINISHED:
            (folder / row.folder).mkdir(parents=True)
            flags = "".join(f"--{name}={value}\n" for name, value in row.values)
            (folder / row.folder / "run.cfg").write_text(f"--units=8\n{flags}")
    return folder


def row(number: int, arm: str = "", state: str = FINISHED, **values: object) -> RunRow:
    return RunRow(arm, tuple((n, str(v)) for n, v in values.items()), f"r{number}", state)


def test_runs_that_differ_in_the_seed_alone_are_one_group(tmp_path):
    rows = [row(n, alpha=a, seed=s) for n, (a, s) in enumerate([(0, 1), (0, 2), (1, 1), (1, 2)])]
    sweep = read_sweep(write_sweep(tmp_path, rows))
    assert [group.name for group in sweep.groups] == ["alpha=0", "alpha=1"]
    assert [[run.seed for run in group.runs] for group in sweep.groups] == [[1, 2], [1, 2]]
    assert sweep.groups[0].settings == {"units": "8", "alpha": "0"}
    assert sweep.left_out == 0


def test_groups_have_the_names_of_the_sweeps_own_table(tmp_path):
    rows = [row(1, "scratch", seed=1, temperature=2), row(2, "taught", seed=1, temperature=2)]
    groups = read_sweep(write_sweep(tmp_path, rows), prefix="mine: ").groups
    assert [group.name for group in groups] == [
        "mine: scratch, temperature=2",
        "mine: taught, temperature=2",
    ]


def test_arms_and_values_are_both_told(tmp_path):
    rows = [
        row(n, arm, seed=1, alpha=a) for n, (arm, a) in enumerate([("x", 0), ("x", 1), ("y", 0)])
    ]
    groups = read_sweep(write_sweep(tmp_path, rows)).groups
    assert [group.name for group in groups] == ["x, alpha=0", "x, alpha=1", "y, alpha=0"]


def test_a_sweep_of_seeds_alone_is_one_group(tmp_path):
    (group,) = read_sweep(write_sweep(tmp_path, [row(1, seed=1), row(2, seed=2)])).groups
    assert (group.name, len(group.runs)) == ("all", 2)


def test_runs_that_are_not_finished_are_counted(tmp_path):
    rows = [row(1, seed=1), row(2, state=FAILED, seed=2), row(3, state=NOT_YET, seed=3)]
    sweep = read_sweep(write_sweep(tmp_path, rows))
    assert sweep.left_out == 2
    (tmp_path / "r3").mkdir()  # finished, though the table could not be written any more
    (tmp_path / "r3" / "run.cfg").write_text("--seed=3\n")
    assert [len(group.runs) for group in sweep.groups] == [1]
    sweep = read_sweep(tmp_path)
    assert ([len(group.runs) for group in sweep.groups], sweep.left_out) == ([2], 1)


def test_a_sweep_without_a_finished_run_is_an_error(tmp_path):
    with pytest.raises(InputError, match="none of the sweep's 1 runs is finished"):
        read_sweep(write_sweep(tmp_path, [row(1, state=FAILED, seed=1)]))


def test_a_folder_that_is_no_sweep_is_an_error(tmp_path):
    with pytest.raises(InputError, match="run bioner_kd sweep first"):
        read_sweep(tmp_path)


def test_a_run_whose_folder_is_gone_is_named(tmp_path):
    write_runs(tmp_path, [row(1, seed=1)])
    with pytest.raises(InputError, match="r1: no such folder"):
        read_sweep(tmp_path)


def test_the_sweeps_own_flags_are_read_where_they_are(tmp_path):
    write_sweep(tmp_path, [row(1, seed=1)])
    assert read_sweep(tmp_path).record == ""
    (tmp_path / "sweep.cfg").write_text("--grid=seed=1\n")
    assert read_sweep(tmp_path).record == "--grid=seed=1\n"
