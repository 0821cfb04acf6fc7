"""The examples in docstrings run and give what they say."""

import doctest
import importlib
import sys
from pathlib import Path
from types import ModuleType

import pytest

from bioner_kd.extras import EXTRA_OF

ROOT = Path(__file__).resolve().parents[1]
PROMPT = ">>> "
MODULES = [
    ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
    for path in sorted((ROOT / "bioner_kd").rglob("*.py"))
    if PROMPT in path.read_text(encoding="utf-8")
]
# Examples that convert a model take more than 5 seconds.
CONVERTING, SLOW = ("bioner_kd.export.folder",), pytest.mark.slow


def load(name: str) -> ModuleType:
    """Imports a module; its test is skipped if an extra is not installed."""
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] not in EXTRA_OF:
            raise
        pytest.skip(f"{error.name} is not installed")


def run_examples(module: ModuleType) -> doctest.TestResults:
    runner = doctest.DocTestRunner(optionflags=doctest.NORMALIZE_WHITESPACE)
    for test in doctest.DocTestFinder(exclude_empty=True).find(module):
        runner.run(test)
    return doctest.TestResults(runner.failures, runner.tries)


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=SLOW if name in CONVERTING else ()) for name in MODULES]
)
def test_examples_give_what_they_say(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    failed = run_examples(load(name)).failed
    assert not failed, capsys.readouterr().out


def test_the_losses_and_the_distiller_have_examples() -> None:
    wanted = ("distill.distiller", "training.losses", "student.model", "student.saved_student")
    assert {f"bioner_kd.{name}" for name in (*wanted, "export.folder")} <= set(MODULES)


def module_of(example: str) -> ModuleType:
    module = ModuleType("made_up", f"A module.\n\n{example}\n")
    module.run = lambda: None
    return module


@pytest.mark.parametrize(
    ("example", "failed"), [(">>> 1 + 1\n2", 0), (">>> 1 + 1\n3", 1), (">>> run(1)", 1)]
)
def test_an_example_that_gives_something_else_fails(example: str, failed: int) -> None:
    assert run_examples(module_of(example)) == doctest.TestResults(failed, 1)


def test_a_module_of_an_extra_that_is_missing_is_skipped(monkeypatch: pytest.MonkeyPatch) -> None:
    name = "bioner_kd.student.model"
    monkeypatch.delitem(sys.modules, name, raising=False)
    monkeypatch.setitem(sys.modules, "keras", None)
    with pytest.raises(pytest.skip.Exception, match="keras"):
        load(name)
