"""Which extra brings what, and how a program says that it is missing."""

import ast
import importlib.metadata
import importlib.util
import re
import runpy
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import setuptools
from packaging.requirements import Requirement

from bioner_kd import extras
from bioner_kd.errors import InputError
from bioner_kd.extras import EXTRA_OF, explain, remedy, require

ROOT = Path(__file__).resolve().parents[1]
BASE = {"numpy", "absl", "tqdm", "ai_edge_litert"}
# What is imported where it is there, and has a substitute where it is not.
OPTIONAL = {"tensorflow_addons", "tflite_runtime"}


def imported(path: Path) -> Iterator[str]:
    """The packages that a file imports anywhere."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        if isinstance(node, ast.ImportFrom) and not node.level:
            names = [node.module or ""]
        yield from (name.partition(".")[0] for name in names)


def test_each_module_that_is_imported_has_an_extra() -> None:
    files = [*(ROOT / "bioner_kd").rglob("*.py"), *(ROOT / "scripts").glob("*.py")]
    names = {name for path in files for name in imported(path)}
    assert "tensorflow" in names
    known = sys.stdlib_module_names | BASE | OPTIONAL | {"bioner_kd"} | EXTRA_OF.keys()
    assert sorted(names - known) == []


def brought(requirements: list[str]) -> set[str]:
    """Modules that requirements install, with all that these require in their turn."""
    distributions, waiting = set(), [Requirement(line) for line in requirements]
    while waiting:
        requirement = waiting.pop()
        name = re.sub("[-_.]+", "-", requirement.name).lower()
        if name in distributions or (requirement.marker and not requirement.marker.evaluate()):
            continue
        distributions.add(name)
        lines = [line for line in importlib.metadata.requires(name) or () if "extra ==" not in line]
        waiting += map(Requirement, lines)
    return {
        module
        for module, owners in importlib.metadata.packages_distributions().items()
        if distributions & {re.sub("[-_.]+", "-", owner).lower() for owner in owners}
    }


@pytest.mark.parametrize("extra", sorted(set(EXTRA_OF.values())))
def test_an_extra_brings_its_modules(extra: str, monkeypatch: pytest.MonkeyPatch) -> None:
    if extra == "scale":
        pytest.importorskip("apache_beam", reason="Apache Beam is in the extra scale")
    given: dict = {}
    monkeypatch.setattr(setuptools, "setup", given.update)
    runpy.run_path(str(ROOT / "setup.py"))
    modules = {module for module, its_extra in EXTRA_OF.items() if its_extra == extra}
    assert modules - brought(given["extras_require"][extra]) == set()


@pytest.mark.parametrize(
    ("python", "extra", "says"),
    [
        ((3, 11, 7), "train", 'pip install "bioner_kd[train]"'),
        (
            (3, 12, 1),
            "train",
            "training needs Python 3.10 or 3.11, and this is 3.12; with one of those, "
            'pip install "bioner_kd[train]"',
        ),
        (
            (3, 14, 0),
            "study",
            "bioner_kd[study] needs Python 3.10 or 3.11, and this is 3.14; with one of those, "
            'pip install "bioner_kd[study]"',
        ),
    ],
)
def test_a_python_without_tensorflow_is_told(
    monkeypatch: pytest.MonkeyPatch, python: tuple[int, ...], extra: str, says: str
) -> None:
    monkeypatch.setattr(extras.sys, "version_info", python)
    assert remedy(extra) == says


def test_what_is_not_installed_is_missed_before_any_work(monkeypatch: pytest.MonkeyPatch) -> None:
    require("matplotlib", "scipy")
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(InputError, match=r"matplotlib is not installed here: .*bioner_kd\[study\]"):
        require("matplotlib", "scipy")


def caught(program: str) -> ImportError:
    """The error of an import in a module of ours."""
    with pytest.raises(ImportError) as error:
        exec(program, {"__name__": "bioner_kd.somewhere"})
    return error.value


@pytest.fixture
def write_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable]:
    """Puts source into a package that the extra train is said to bring."""
    monkeypatch.setitem(EXTRA_OF, "some_package", "train")
    monkeypatch.syspath_prepend(tmp_path)

    def write(source: str) -> None:
        (tmp_path / "some_package.py").write_text(source, encoding="utf-8")

    yield write
    sys.modules.pop("some_package", None)


def test_a_missing_module_of_an_extra_is_told_by_its_package(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(EXTRA_OF, "no_such_package", "study")
    error = caught("from no_such_package.inside import name")
    assert explain(error) == f"no_such_package is not installed here: {remedy('study')}."


@pytest.mark.parametrize(
    "source", ["import no_such_module", "raise ImportError('no libfoo.so\\n\\nin some_package')"]
)
def test_an_installation_that_is_not_whole_is_told_by_the_package_that_we_need(
    write_package: Callable, source: str
) -> None:
    write_package(source)
    said = explain(caught("import some_package"))
    assert said is not None and said.startswith("some_package cannot be used here (")
    assert said.endswith(f"): {remedy('train')}.") and "\n" not in said


def test_another_version_that_lacks_a_name_is_told(write_package: Callable) -> None:
    write_package("")
    said = explain(caught("from some_package import scheme"))
    assert said is not None and "cannot import name 'scheme' from 'some_package'" in said


@pytest.mark.parametrize(
    "program", ["import no_such_module", "from bioner_kd.errors import no_such_name"]
)
def test_a_mistake_of_ours_is_no_missing_extra(program: str) -> None:
    assert explain(caught(program)) is None


def test_a_mistake_of_ours_in_what_a_package_calls_is_no_missing_extra(
    write_package: Callable,
) -> None:
    write_package("def call(function):\n    function()\n")
    program = "import some_package\ndef ours():\n    import no_such_module\nsome_package.call(ours)"
    assert explain(caught(program)) is None
