"""The folder of a training and its record."""

from pathlib import Path

import pytest

from bioner_kd.cli import output
from bioner_kd.errors import InputError

from .conftest import load_program


def start(folder: Path, alpha: float, *, error: Exception | None = None) -> None:
    """A training that saves a state and, where an error is given, ends with it."""
    program = load_program("distill")
    program.values(["distill", f"--alpha={alpha}", f"--output={folder}"])
    with output.training_run(program, output.training_output("", "")) as unfinished:
        if error:
            (unfinished / "state").mkdir(exist_ok=True)
            raise error


def test_a_refused_attempt_leaves_the_record_of_what_was_begun(tmp_path):
    record = tmp_path / "student.unfinished" / "run.cfg"
    with pytest.raises(KeyboardInterrupt):
        start(tmp_path / "student", 0.3, error=KeyboardInterrupt())
    before = record.read_text()
    assert "--alpha=0.3\n" in before
    with pytest.raises(InputError, match="use the same settings"):
        start(tmp_path / "student", 0.5, error=InputError("use the same settings"))
    assert record.read_text() == before


def test_the_record_of_a_finished_training_is_that_of_its_last_command(tmp_path):
    with pytest.raises(KeyboardInterrupt):
        start(tmp_path / "student", 0.3, error=KeyboardInterrupt())
    start(tmp_path / "student", 0.4)  # nothing here looks at the state
    assert "--alpha=0.4\n" in (tmp_path / "student" / "run.cfg").read_text()
