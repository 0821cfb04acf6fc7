"""Seeds of one model differ in their seed alone."""

from pathlib import Path

import pytest

from bioner_kd.errors import InputError, UsageError
from bioner_kd.lab.study.one_model import check_seeds


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
