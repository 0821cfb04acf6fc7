import sys
from pathlib import Path

import pytest

from bioner_kd.cli.programs.sweep import dry_run, make_plan, report_failures
from bioner_kd.errors import InputError, UsageError
from bioner_kd.lab.study.config import SweepConfig
from bioner_kd.lab.study.plan import check_records
from bioner_kd.lab.study.study_folder import FAILED, FINISHED, RunRow


def make(**settings):
    return make_plan(SweepConfig(**{"grid": ("seed=1,2",), **settings}))


def test_a_plan_names_interpreter_and_program():
    plan, _ = make(output="a/b")
    assert plan.program == (sys.executable, "-m", "bioner_kd", "distill")
    assert plan.output == Path("a/b")
    assert [run.name for run in plan.runs] == ["seed=1", "seed=2"]


@pytest.mark.parametrize("program", ["distill", "distill.py", "finetune_teacher.py"])
def test_flags_are_read_as_the_program_reads_them(program, tmp_path):
    _, read = make(program=program)
    (tmp_path / "base.cfg").write_text("# shared\n--epochs=7\n--seed=3\n")
    found = read([f"--flagfile={tmp_path / 'base.cfg'}", "--seed=4", "--verbosity=0"])
    assert (found["epochs"], found["seed"], found["corpus"]) == (7, 4, "demo")
    assert read([]).get("epochs") != 7


def test_what_a_program_chose_itself_is_no_difference_to_its_record(tmp_path):
    plan, read = make(program="finetune_teacher.py", grid=("seed=1",), output=str(tmp_path))
    (tmp_path / "seed=1").mkdir()
    record = tmp_path / "seed=1" / "run.cfg"
    (tmp_path / "base.cfg").write_text("--learning_rate=5e-5\n")
    record.write_text("--seed=1\n--epochs=6\n--learning_rate=0.00015\n")
    check_records(plan, read)
    given, read = make(
        program="finetune_teacher.py", grid=("seed=1",), output=str(tmp_path),
        base=(str(tmp_path / "base.cfg"),),
    )  # fmt: skip
    with pytest.raises(InputError, match="learning_rate=0.00015, the sweep would now use .*5e-05"):
        check_records(given, read)


@pytest.mark.parametrize(
    ("flag", "words"),
    [
        ("--alfa=1", "alfa"),
        ("--alpha=much", "much"),
        ("--alpha=1.3", r"\[0, 1\]"),
        ("--flagfile=no/such.cfg", "no/such.cfg"),
        ("alpha=1", "'alpha=1' is no flag"),
        ("--", "'--seed=1' is no flag"),
        ("--overwrite", "never replaces a run"),
    ],
)
def test_a_flag_that_the_program_refuses_is_a_usage_error(flag, words):
    _, read = make()
    with pytest.raises(UsageError, match=words):
        read([flag, "--seed=1"])


def test_a_flagfile_that_is_no_text_is_a_usage_error(tmp_path):
    (tmp_path / "base.cfg").write_bytes(b"--epochs=\xff\n")
    with pytest.raises(UsageError, match="utf-8"):
        make()[1]([f"--flagfile={tmp_path / 'base.cfg'}"])


@pytest.mark.parametrize(
    ("program", "words"),
    [
        ("distil.py", "there is no such program"),
        ("demo.sh", "there is no such program"),
        ("", "there is no such program"),
        ("evaluate.py", "makes no run directory"),
        ("sweep.py", "makes no run directory"),
        ("train_vectors.py", "makes no run directory"),
        ("export.py", "makes no run directory"),
    ],
)
def test_what_is_no_training_program_is_refused(program, words):
    with pytest.raises(UsageError, match=words):
        make(program=program)


def test_a_python_file_without_a_program_is_refused(tmp_path):
    (tmp_path / "mine.py").write_text("x = 1\n")
    with pytest.raises(UsageError, match="mine.py: makes no run directory"):
        make(program=str(tmp_path / "mine.py"))


def test_a_dry_run_marks_what_is_finished(tmp_path):
    plan, _ = make(output=str(tmp_path / "my study"))
    (tmp_path / "my study" / "seed=1").mkdir(parents=True)
    (tmp_path / "my study" / "seed=1" / "run.cfg").touch()
    first, second = dry_run(plan)
    assert first.startswith(f"# finished: {sys.executable} ")
    assert second.endswith(f"distill --seed=2 '--output={tmp_path / 'my study'}/seed=2'")


def test_failures_are_listed_at_the_end():
    good = RunRow("", (), "a", FINISHED)
    report_failures([good])
    with pytest.raises(InputError, match="2 of 3 runs failed: b, c. The same command"):
        report_failures([good, RunRow("", (), "b", FAILED), RunRow("", (), "c", FAILED)])
