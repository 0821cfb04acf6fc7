"""How scripts/set_up/python.sh fetches Python by uv, and pip, on machines that lack them."""

import re
import shutil
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
UV = re.search(r"^UV_PACKAGE=uv==(.*)$", (ROOT / "scripts/set_up/python.sh").read_text(), re.M)
PIP = re.search(r"^PIP_PACKAGE=pip==(.*)$", (ROOT / "scripts/set_up.sh").read_text(), re.M)
MANYLINUX = "manylinux_2_17_x86_64.manylinux2014_x86_64"

# Plays uv: it "installs" the program that plays Python, and writes down how it was called.
FAKE_UV = """
echo "$*" >>"$UV_RECORD"
[ "$*" = 'python install 3.11' ] || exit 0
folder=$UV_PYTHON_INSTALL_DIR/cpython-3.11.9-any/bin
mkdir -p "$folder" && echo >"$folder/python3.11"
[ -z "$UV_KILLS" ] || kill -9 0
[ -z "$UV_FAILS" ] || { echo "$UV_FAILS" >&2; exit 1; }
rm "$folder/python3.11" && cp "$FAKE_PYTHON" "$folder/python3.11"
"""


class Machine:
    """A machine whose only Python is 3.12, where uv and pip write down what they are told.

    Attributes:
        checkout: where set-up runs.
        fetched: the folder of the fetched Python.
        whole: the file that says that the fetched Python is whole.
    """

    def __init__(self, checkout: Any) -> None:
        self.checkout = checkout
        self.fetched = checkout.folder / ".fetched_python"
        self.whole = self.fetched / "whole"
        self._folder = checkout.bin.parent
        self._fake_python = checkout.write_fake_python("python", self._folder / "fake")
        checkout.write_python("python3", "sys.version_info = (3, 12, 1)")

    def set_up(self, **variables: str) -> Any:
        """Runs set-up; what uv and pip were told before is forgotten."""
        records = {name: self._folder / f"{name}.txt" for name in ("UV_RECORD", "PIP_RECORD")}
        for record in records.values():
            record.write_text("", encoding="utf-8")
        variables = {"FAKE_PYTHON": str(self._fake_python), **variables}
        variables.update({name: str(path) for name, path in records.items()})
        return self.checkout.script("set_up.sh", **variables)

    def told(self, program: str) -> list[str]:
        """What uv or pip was told by the last set-up."""
        return (self._folder / f"{program.upper()}_RECORD.txt").read_text("utf-8").splitlines()

    def is_ready(self, result: Any) -> bool:
        """Tells whether set-up ended with an environment of the fetched Python."""
        assert (result.returncode, result.stdout.splitlines()[-1:]) == (
            0,
            [f"Ready: {self.checkout.folder}/.venv/bin/python"],
        ), result.stderr
        return len(self.told("pip")) == 3

    def offer_uv(self, index: Any, **options: str) -> dict[str, str]:
        """Offers a wheel of uv, and returns the variables that name its index."""
        script = self.checkout.write("uv", FAKE_UV, self._folder / "wheel").read_text("utf-8")
        index.add_wheel(f"uv-{UV[1]}", {f"uv-{UV[1]}.data/scripts/uv": script}, **options)
        return {"PIP_INDEX_URL": index.url}

    def lose_pip(self) -> None:
        """Makes `python3 -m pip` fail, as on Debian."""
        path = self.checkout.bin / "python3"
        shebang, _, script = path.read_text("utf-8").partition("\n")
        path.write_text(f'{shebang}\n[ "$1 $2" != "-m pip" ] || exit 1\n{script}', "utf-8")

    def lose_python(self, program: str) -> None:
        """Leaves curl or wget as the only program that downloads, on a Linux x86_64 machine."""
        (self.checkout.bin / "python3").unlink()
        for tool in (program, "unzip", "sha256sum"):
            if not (found := shutil.which(tool)):
                pytest.skip(f"there is no {tool} here")
            (self.checkout.bin / tool).symlink_to(found)
        (self.checkout.bin / "uname").unlink()
        self.checkout.write("uname", '[ "$1" = -m ] && echo x86_64 || echo Linux')


@pytest.fixture
def machine(checkout: Any) -> Machine:
    return Machine(checkout)


def test_the_installed_uv_fetches_python(machine: Any) -> None:
    machine.checkout.write("uv", FAKE_UV)
    assert machine.is_ready(machine.set_up())
    assert "python install 3.11" in machine.told("uv")
    assert machine.whole.read_text() == f"{machine.fetched}/cpython-3.11.9-any/bin/python3.11\n"


def test_a_fetched_python_is_fetched_once(machine: Any) -> None:
    machine.checkout.write("uv", FAKE_UV)
    machine.set_up()
    shutil.rmtree(machine.checkout.folder / ".venv")
    assert machine.is_ready(machine.set_up())
    assert machine.told("uv") == []


def test_pip_fetches_uv(machine: Any, index: Any) -> None:
    (machine.checkout.folder / "scripts" / "set_up" / "download_wheel.py").unlink()
    assert machine.is_ready(machine.set_up(**machine.offer_uv(index)))
    assert not (machine.fetched / "uv").exists()


def test_uv_is_fetched_without_pip(machine: Any, index: Any) -> None:
    machine.lose_pip()
    assert machine.is_ready(machine.set_up(**machine.offer_uv(index)))


def test_an_old_uv_that_cannot_install_python_is_passed_over(machine: Any, index: Any) -> None:
    machine.checkout.write("uv", "exit 2")
    assert machine.is_ready(machine.set_up(**machine.offer_uv(index)))


@pytest.mark.parametrize("program", ["curl", "wget"])
def test_uv_is_fetched_without_any_python(machine: Any, index: Any, program: str) -> None:
    machine.lose_python(program)
    assert machine.is_ready(machine.set_up(**machine.offer_uv(index, tag=MANYLINUX)))


@pytest.mark.parametrize("lost", ["nothing", "pip", "python"])
def test_a_uv_that_is_not_the_one_of_the_index_never_runs(
    machine: Any, index: Any, lost: str
) -> None:
    if lost == "pip":
        machine.lose_pip()
    if lost == "python":
        machine.lose_python("curl")
    variables = machine.offer_uv(index, sha256="0" * 64, tag=MANYLINUX)
    result = machine.set_up(**variables)
    assert (result.returncode, machine.told("uv")) == (1, [])
    assert "There are two ways out." in result.stderr
    assert any(path.startswith("/files/uv-") for path, _ in index.asked)


def test_a_python_that_was_fetched_in_part_is_fetched_again(machine: Any) -> None:
    machine.checkout.write("uv", FAKE_UV)
    assert machine.set_up(UV_KILLS="1").returncode == -9
    assert list(machine.fetched.glob("*/bin/python3.11")) and not machine.whole.exists()
    (machine.fetched / "half").touch()
    assert machine.is_ready(machine.set_up())
    assert not (machine.fetched / "half").exists()


def test_a_copied_checkout_fetches_a_python_of_its_own(machine: Any) -> None:
    machine.checkout.write("uv", FAKE_UV)
    machine.set_up()
    copy = machine.checkout.folder.with_name("copy")
    machine.checkout.folder = shutil.copytree(machine.checkout.folder, copy)
    assert machine.is_ready(machine.set_up())
    assert "python install 3.11" in machine.told("uv")


def test_both_ways_out_are_named_where_uv_fails(machine: Any) -> None:
    machine.checkout.write("uv", FAKE_UV)
    result = machine.set_up(UV_FAILS="error: dns error")
    assert result.returncode == 1
    for part in (
        "error: dns error",
        "uv could not install Python 3.11",
        "Found: python3 (3.12)",
        "apt-get install python3.11 python3.11-venv",
        "ppa:deadsnakes/ppa",
        "pip install bioner_kd",
        "3.10 to 3.14",
    ):
        assert part in result.stderr
    assert not machine.whole.exists() and not (machine.checkout.folder / ".venv").exists()


def test_a_python_that_the_user_names_is_not_replaced_by_a_fetched_one(machine: Any) -> None:
    machine.checkout.write("uv", FAKE_UV)
    result = machine.set_up(BIONER_KD_PYTHON="python3")
    assert (result.returncode, machine.told("uv")) == (1, [])
    assert "Found: python3 (3.12)" in result.stderr


def test_a_python_without_the_module_venv_is_replaced_by_a_fetched_one(machine: Any) -> None:
    machine.checkout.write_python("python3.11", 'sys.modules["venv"] = None')
    machine.checkout.write("uv", FAKE_UV)
    assert machine.is_ready(machine.set_up())


@pytest.mark.skipif(sys.version_info >= (3, 12), reason="needs a Python that set-up takes")
@pytest.mark.parametrize("left", ["None", "type(sys)('ensurepip')"])
def test_a_python_without_ensurepip_gets_pip_from_the_index(
    machine: Any, index: Any, left: str
) -> None:
    machine.checkout.write_python("python3.11", f'sys.modules["ensurepip"] = {left}')
    main = "import os, sys; print(*sys.argv[2:], file=open(os.environ['PIP_RECORD'], 'a'))"
    index.add_wheel(f"pip-{PIP[1]}", {"pip/__init__.py": "", "pip/__main__.py": main})
    assert machine.is_ready(machine.set_up(PIP_INDEX_URL=index.url))
    assert not machine.fetched.exists()
