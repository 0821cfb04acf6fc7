from pathlib import Path

import pytest

from bioner_kd.errors import InputError, UsageError
from bioner_kd.lab.study.grid import Arm, Axis, make_runs
from bioner_kd.lab.study.plan import Plan, check_flags, check_records, rows_so_far
from bioner_kd.lab.study.study_folder import FAILED, FINISHED, NOT_YET, RunRow, write_runs

AXES = [Axis("alpha", ("0.3", "1")), Axis("seed", ("1", "2"))]


def plan(output, arms=(), axes=AXES) -> Plan:
    return Plan(Path(output), ("python", "train.py"), tuple(make_runs([], arms, axes)))


def settings(arguments):
    """What flags mean to a program with these defaults; unknown ones are refused."""
    values = {"alpha": 0.3, "seed": 1, "words": ["a"], "output": "x"}
    for argument in arguments:
        name, _, value = argument.removeprefix("--").partition("=")
        if name == "flagfile":
            values |= settings(Path(value).read_text().splitlines())
        elif name not in values:
            raise UsageError(f"unknown flag {name!r}")
        elif name == "words":
            values[name] = value.split(",")
        else:
            values[name] = value if name == "output" else float(value)
    return values


def finish(folder: Path, *flags: str) -> None:
    folder.mkdir(parents=True)
    (folder / "run.cfg").write_text("\n".join(flags))


def test_a_run_has_a_folder_a_log_and_a_command():
    study = plan("a/study", [Arm("scratch", ("--words=b,c",))])
    run = study.runs[1]
    assert study.folder(run) == Path("a/study/scratch/alpha=0.3+seed=2")
    assert study.log(run) == Path("a/study/logs/scratch/alpha=0.3+seed=2.log")
    assert study.command(run) == [
        "python", "train.py", "--words=b,c", "--alpha=0.3", "--seed=2",
        "--output=a/study/scratch/alpha=0.3+seed=2",
    ]  # fmt: skip


def test_good_flags_pass(tmp_path):
    check_flags(plan(tmp_path), settings)
    check_records(plan(tmp_path), settings)
    assert list(tmp_path.iterdir()) == []


def test_a_wrong_flag_names_its_run(tmp_path):
    arms = [Arm("good", ("--words=b",)), Arm("bad", ("--word=b",))]
    with pytest.raises(UsageError, match=r"bad/alpha=0\.3\+seed=1: unknown flag 'word'"):
        check_flags(plan(tmp_path, arms), settings)


def test_two_runs_with_the_same_settings_are_refused(tmp_path):
    with pytest.raises(UsageError, match="alpha=1 and alpha=1.0 would be the same training"):
        check_flags(plan(tmp_path, axes=[Axis("alpha", ("1", "1.0"))]), settings)
    with pytest.raises(UsageError, match="one and two would be the same"):
        check_flags(plan(tmp_path, [Arm("one", ()), Arm("two", ("--words=a",))], []), settings)


def test_runs_that_agree_are_kept_wherever_the_study_is_now(tmp_path):
    study = plan(tmp_path)
    finish(study.folder(study.runs[1]), "--alpha=0.30", "--seed=2", "--output=elsewhere")
    check_records(study, settings)
    assert [study.is_finished(run) for run in study.runs] == [False, True, False, False]


@pytest.mark.parametrize("suffix", ["", ".unfinished"])
def test_a_run_with_other_settings_is_refused_with_flag_and_both_values(tmp_path, suffix):
    finish(tmp_path / f"alpha=1+seed=2{suffix}", "--alpha=1", "--seed=2", "--words=b,c")
    with pytest.raises(InputError, match=r"alpha=1\+seed=2.*--words=b,c, .* now use --words=a\."):
        check_records(plan(tmp_path), settings)


def test_a_record_of_another_program_is_refused(tmp_path):
    finish(tmp_path / "alpha=1+seed=2", "--beta=1")
    with pytest.raises(InputError, match=r"run\.cfg: cannot be read .*unknown flag 'beta'"):
        check_records(plan(tmp_path), settings)


def test_what_is_no_run_is_not_taken_for_one(tmp_path):
    (tmp_path / "alpha=1+seed=2").mkdir()
    with pytest.raises(InputError, match=r"alpha=1\+seed=2: is no run"):
        check_records(plan(tmp_path), settings)


@pytest.mark.parametrize("place", [".", "scratch"])
def test_a_run_cannot_hold_runs(tmp_path, place):
    (tmp_path / place).mkdir(exist_ok=True)
    (tmp_path / place / "run.cfg").write_text("")
    with pytest.raises(InputError, match="is a run itself"):
        check_records(plan(tmp_path, [Arm("scratch", ())]), settings)


def finish_scored(study, name, f1=81.5):
    folder = study.output / name
    folder.mkdir(parents=True)
    (folder / "run.cfg").write_text("")
    (folder / "history.csv").write_text(f"epoch,devel_f1\n1,50\n2,{f1}\n")


def rows(study):
    return list(rows_so_far(study.plan("seed=1,2")).values())


ONE, TWO = (("seed", "1"),), (("seed", "2"),)


def test_a_new_study_has_nothing_yet(study):
    assert rows(study) == [RunRow("", ONE, "seed=1"), RunRow("", TWO, "seed=2")]


def test_folders_are_believed_without_a_table(study):
    finish_scored(study, "seed=2")
    (study.output / "seed=1.unfinished").mkdir()
    assert rows(study) == [
        RunRow("", ONE, "seed=1"),
        RunRow("", TWO, "seed=2", FINISHED, 81.5, 2),
    ]


def test_the_table_adds_seconds_and_failures(study):
    finish_scored(study, "seed=2")
    before = [RunRow("", ONE, "seed=1", FAILED, seconds=3.5), RunRow("", TWO, "seed=2", seconds=9)]
    write_runs(study.output, before)
    assert [(row.state, row.seconds) for row in rows(study)] == [(FAILED, 3.5), (FINISHED, 9)]


def test_a_run_that_somebody_has_deleted_starts_from_nothing(study):
    before = [RunRow("", ONE, "seed=1", FINISHED, 81.5, 2, 100), RunRow("", TWO, "seed=2")]
    write_runs(study.output, before)
    assert [(row.state, row.seconds) for row in rows(study)] == [(NOT_YET, None)] * 2


def test_rows_of_runs_that_the_sweep_no_longer_has_are_left_out(study):
    write_runs(study.output, [RunRow("", (("seed", "3"),), "seed=3")])
    assert [row.folder for row in rows(study)] == ["seed=1", "seed=2"]


def test_finished_runs_that_are_left_out_are_told(study, absl_log):
    finish_scored(study, "seed=3")
    write_runs(study.output, [RunRow("", (("seed", str(n)),), f"seed={n}") for n in (3, 4)])
    rows(study)
    assert "1 finished runs of an earlier sweep that are not of this one (seed=3):" in absl_log.text


def test_a_damaged_history_is_named(study):
    finish_scored(study, "seed=2", "high")
    with pytest.raises(InputError, match=r"seed=2/history\.csv"):
        rows(study)
