import pytest

from bioner_kd.errors import InputError
from bioner_kd.lab.study.outcome import rows_so_far
from bioner_kd.lab.study.runs_csv import FAILED, FINISHED, NOT_YET, RunRow, write_runs


def finish(study, name, f1=81.5):
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
    finish(study, "seed=2")
    (study.output / "seed=1.unfinished").mkdir()
    assert rows(study) == [
        RunRow("", ONE, "seed=1"),
        RunRow("", TWO, "seed=2", FINISHED, 81.5, 2),
    ]


def test_the_table_adds_seconds_and_failures(study):
    finish(study, "seed=2")
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
    finish(study, "seed=3")
    write_runs(study.output, [RunRow("", (("seed", str(n)),), f"seed={n}") for n in (3, 4)])
    rows(study)
    assert "1 finished runs of an earlier sweep that are not of this one (seed=3):" in absl_log.text


def test_a_damaged_history_is_named(study):
    finish(study, "seed=2", "high")
    with pytest.raises(InputError, match=r"seed=2/history\.csv"):
        rows(study)
