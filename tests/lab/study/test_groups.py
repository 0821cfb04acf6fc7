from pathlib import Path

import pytest

from bioner_kd.errors import InputError, UsageError
from bioner_kd.lab.study.groups import (
    Group,
    check_seeds,
    differing_settings,
    read_sweep,
    seeds_table,
)
from bioner_kd.lab.study.study_folder import FAILED, FINISHED, NOT_YET, RunRow, write_runs

from .made import make_run


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


def scored(arm, f1, **values):
    state = FAILED if f1 is None else FINISHED
    return RunRow(arm, tuple(values.items()), "x", state, f1)


def test_the_table_as_a_reader_sees_it():
    rows = [
        scored("scratch", 70.0, alpha="0.3", seed="1"),
        scored("scratch", 72.0, alpha="0.3", seed="2"),
        scored("scratch", 80.0, alpha="1", seed="1"),
        scored("scratch", None, alpha="1", seed="2"),
        scored("taught", None, alpha="1", seed="1"),
    ]
    assert seeds_table(rows) == (
        "Settings            Scored      Devel F1\n"
        "------------------  ------  ------------\n"
        "scratch, alpha=0.3  2 of 2  71.00 ± 1.41\n"
        "scratch, alpha=1    1 of 2         80.00\n"
        "taught, alpha=1     0 of 1             –\n"
    )


def test_runs_that_differ_in_nothing_but_the_seed_are_one_line():
    assert "all       2 of 2  71.00 ± 1.41\n" in seeds_table(
        [scored("", 70.0, seed="1"), scored("", 72.0, seed="2")]
    )


@pytest.fixture
def make(tmp_path: Path):
    """Makes the folder of a run, of which only the names of its files matter here."""

    def make(name: str, *flags: str, weights: str = "student.safetensors") -> Path:
        folder = tmp_path / name
        folder.mkdir()
        (folder / weights).touch()
        if flags:
            (folder / "run.cfg").write_text("\n".join(flags) + "\n")
        return folder

    return make


def test_runs_that_differ_in_their_seed_and_where_they_lie_are_seeds(make):
    folders = [
        make(f"s{n}", f"--seed={n}", "--units=8", f"--output=s{n}", f"--cache=logits_{n}")
        for n in (1, 2, 3)
    ]
    check_seeds("student", folders)
    check_seeds("student", folders[:1])


def test_a_setting_that_differs_is_named_with_both_runs(make):
    one, other = make("a", "--seed=1", "--alpha=0.3"), make("b", "--seed=2", "--alpha=1.0")
    with pytest.raises(UsageError) as refused:
        check_seeds("student", [one, one, other])
    message = str(refused.value)
    assert message.startswith("--run=student=") and "--alpha='0.3'" in message
    assert f"{one} was trained" in message and f"{other} with --alpha='1.0'" in message


def test_a_teacher_and_a_student_are_no_seeds_of_one_model(make):
    student, teacher = make("student"), make("teacher", weights="tf_model.h5")
    with pytest.raises(UsageError) as refused:
        check_seeds("mixed", [student, teacher])
    assert f"{student} is a student, but {teacher} is a teacher" in str(refused.value)


def test_an_average_and_a_single_model_are_no_seeds_of_one_model(make):
    one, other = (make(name, weights="tf_model.h5") for name in ("a", "b"))
    with pytest.raises(UsageError, match="is an average of teacher, teacher, but .* is a teacher"):
        check_seeds("mixed", [Path(f"{one}+{other}"), one])


def test_averages_may_be_seeds(make):
    a, b, c, d = (make(name, f"--seed={name}", "--units=8") for name in "abcd")
    check_seeds("both", [Path(f"{a}+{b}"), Path(f"{c}+{d}")])


def test_a_setting_that_one_record_lacks_and_a_missing_record_are_no_difference(make):
    old, new, copied = make("a", "--units=8"), make("b", "--units=8", "--head=crf"), make("c")
    check_seeds("student", [old, new, copied])


def test_a_folder_without_a_model_is_named(tmp_path):
    with pytest.raises(InputError, match="holds neither a student"):
        check_seeds("student", [tmp_path])
    with pytest.raises(InputError, match="no such folder"):
        check_seeds("student", [tmp_path / "none"])


def test_a_group_has_the_settings_that_its_runs_share():
    group = Group("taught", (make_run("a", 1, alpha=0.3, units=8), make_run("b", 2, alpha=0.3)))
    assert group.settings == {"corpus": "demo", "alpha": "0.3"}
    assert group.mixed == ["units"]


def test_settings_in_which_groups_differ_keep_their_order():
    groups = [
        Group("a", (make_run("a", 1, units=8, alpha=1.0),)),
        Group("b", (make_run("b", 1, units=8, alpha=0.3, transfer="x"),)),
    ]
    assert differing_settings(groups) == ["alpha", "transfer"]
    assert differing_settings(groups[:1]) == differing_settings([]) == []


def test_exports_are_seeds_of_one_model_whatever_their_records_say(tmp_path):
    exports = [tmp_path / name for name in ("one", "other")]
    for folder in exports:
        folder.mkdir()
        (folder / "manifest.json").touch()
        (folder / "run.cfg").write_text(f"--student={folder.name}\n")
    check_seeds("ready", exports)


def test_an_export_and_a_run_are_no_seeds_of_one_model(make, tmp_path):
    (tmp_path / "model.tflite").touch()
    with pytest.raises(UsageError, match="is an exported student, but .* is a student"):
        check_seeds("mixed", [tmp_path / "model.tflite", make("one", "--seed=1")])
