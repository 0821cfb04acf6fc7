"""Wrong paths are told before TensorFlow is imported."""

from collections.abc import Iterator
from pathlib import Path

import pytest

import bioner_kd
from tests.programs import Programs, programs

# TensorFlow can be found, but not imported.
BLOCKED = """
import importlib.machinery, sys

class Blocker:
    def find_spec(self, name, path=None, target=None):
        if name in ("tensorflow", "keras", "transformers"):
            return importlib.machinery.ModuleSpec(name, self)
    def create_module(self, spec):
        raise AssertionError(f"{spec.name} was imported")
    def exec_module(self, module):
        pass

sys.meta_path.insert(0, Blocker())
import bioner_kd.cli.command, bioner_kd.cli.shared_flags, bioner_kd.recipes.distillation
"""
COMMAND = Path(bioner_kd.__file__).with_name("__main__.py")


@pytest.fixture(scope="module")
def blocked() -> Iterator[Programs]:
    with programs(BLOCKED) as started:
        yield started


def complaint(blocked, folder, *arguments):
    finished = blocked.run(COMMAND, *arguments, cwd=folder)
    assert "was imported" not in finished.stderr, finished.stderr
    assert finished.returncode == 1, finished.stderr
    return finished.stderr.strip().splitlines()[-1]


@pytest.fixture
def folder(tmp_path):
    """A folder with a finished run, a text and what looks like a student."""
    for name in ("run", "student"):
        (tmp_path / name).mkdir()
    (tmp_path / "run" / "run.cfg").touch()
    for name in ("student.safetensors", "student.json", "tables.json", "run.cfg"):
        (tmp_path / "student" / name).touch()
    (tmp_path / "text.txt").write_text("Fever is common.\n")
    return tmp_path


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        ("adapt_teacher --text=none.txt --output=new", "none.txt"),
        ("adapt_teacher --text=text.txt --teacher=./no/such/one --output=new", "./no/such/one"),
        ("adapt_teacher --text=text.txt --output=run", "run"),
        ("cache_logits --teachers=none --cache=new", "none"),
        ("cache_logits --teachers=student --corpus=none --cache=new", "none"),
        ("cache_logits --teachers=student --text=none.txt --cache=new", "none.txt"),
        ("distill --corpus=none --alpha=1 --output=new", "none"),
        ("distill --cache=none --output=new", "none"),
        ("distill --cache= --teachers=none --output=new", "none"),
        ("distill --alpha=1 --vectors=none.bin --output=new", "none.bin"),
        ("distill --alpha=1 --output=run", "run"),
        ("evaluate --run=a=none", "none"),
        ("evaluate --run=a=student --corpus=none", "none"),
        ("export --student=none --output=new", "none"),
        ("export --student=student --corpus=none --output=new", "none"),
        ("export --student=student --output=run", "run"),
        ("finetune_teacher --corpus=none --output=new", "none"),
        ("finetune_teacher --teacher=./no/such/one --output=new", "./no/such/one"),
        ("finetune_teacher --output=run", "run"),
        ("report --runs=a=student --corpus=none --output=new", "none"),
        ("report --runs=a=student --output=run", "run"),
        ("train_vectors --from_teacher=./no/such/one --corpus=demo --output=new", "./no/such/one"),
    ],
)
def test_a_wrong_path_is_told_without_tensorflow(blocked, folder, arguments, named):
    program, *flags = arguments.split()
    assert named in complaint(blocked, folder, program, *flags).partition("; ")[0]
    assert not list(folder.glob("new*"))


def test_what_is_right_gets_as_far_as_tensorflow(blocked, folder):
    arguments = ["export", "--student=student", "--output=new"]
    with pytest.raises(AssertionError, match="was imported"):
        complaint(blocked, folder, *arguments)
