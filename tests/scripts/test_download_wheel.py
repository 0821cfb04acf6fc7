"""How scripts/set_up/download_wheel.py finds and checks a wheel without pip."""

import ast
import importlib.util
import os
import platform
from pathlib import Path
from typing import Any

import pytest

PATH = Path(__file__).resolve().parents[2] / "scripts" / "set_up" / "download_wheel.py"


@pytest.fixture
def program(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Any:
    """The module, on a Linux machine that has no settings of pip."""
    for name in [name for name in os.environ if name.startswith(("PIP_", "XDG_"))]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setattr("sys.platform", "linux")
    monkeypatch.setattr(platform, "machine", lambda: "x86_64")
    spec = importlib.util.spec_from_file_location("download_wheel", PATH)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    path = tmp_path / "wheels"
    path.mkdir()
    return path


def test_the_program_is_python_3_6() -> None:
    ast.parse(PATH.read_text(encoding="utf-8"), feature_version=(3, 6))


@pytest.mark.parametrize("index_url", ["{}", "{}/"])
def test_the_wheel_of_the_index_is_kept(
    program: Any, index: Any, folder: Path, monkeypatch: pytest.MonkeyPatch, index_url: str
) -> None:
    monkeypatch.setenv("PIP_INDEX_URL", index_url.format(index.url))
    wheel = index.add_wheel("uv-1.2", {"uv": "a program"})
    program.download_wheel("uv==1.2", folder)
    assert (folder / wheel.name).read_bytes() == wheel.read_bytes()


def test_pip_conf_names_the_index(program: Any, index: Any, folder: Path, tmp_path: Path) -> None:
    settings = tmp_path / "home" / ".config" / "pip" / "pip.conf"
    settings.parent.mkdir(parents=True)
    settings.write_text(f"[global]\nindex-url = {index.url}\n", encoding="utf-8")
    index.add_wheel("uv-1.2", {})
    program.download_wheel("uv==1.2", folder)
    assert len(list(folder.iterdir())) == 1


def test_the_environment_goes_before_pip_conf(
    program: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = tmp_path / "pip.conf"
    settings.write_text("[global]\nindex-url = http://a\n[download]\ncert = b.pem\n")
    monkeypatch.setenv("PIP_CONFIG_FILE", str(settings))
    assert program.pip_setting("index_url") == "http://a"
    assert program.pip_setting("cert") == "b.pem"
    monkeypatch.setenv("PIP_INDEX_URL", "http://c")
    assert program.pip_setting("index_url") == "http://c"


def test_the_user_of_the_index_is_told_to_its_host(
    program: Any, index: Any, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = index.url.replace("://", "://mary:p%40ss@")
    monkeypatch.setenv("PIP_INDEX_URL", url)
    index.add_wheel("uv-1.2", {})
    program.download_wheel("uv==1.2", folder)
    assert [user for _, user in index.asked] == ["mary:p@ss"] * 2


def test_a_password_is_not_shown(
    program: Any, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PIP_INDEX_URL", "http://mary:secret@127.0.0.1:9/simple")
    with pytest.raises(ValueError, match=r"^http://127.0.0.1:9/simple/uv/ cannot be read") as error:
        program.download_wheel("uv==1.2", folder)
    assert "secret" not in str(error.value)


@pytest.mark.parametrize("sha256, reason", [("0" * 64, "has not the SHA-256"), ("", "no SHA-256")])
def test_a_wheel_that_cannot_be_checked_is_not_kept(
    program: Any,
    index: Any,
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    sha256: str,
    reason: str,
) -> None:
    monkeypatch.setenv("PIP_INDEX_URL", index.url)
    index.add_wheel("uv-1.2", {}, sha256=sha256)
    with pytest.raises(ValueError, match=reason):
        program.download_wheel("uv==1.2", folder)
    assert not list(folder.iterdir())


WHEELS = [
    "uv-1.2-py3-none-manylinux_2_28_aarch64.whl",
    "uv-1.2-py3-none-manylinux_2_17_aarch64.manylinux2014_aarch64.musllinux_1_1_aarch64.whl",
    "uv-1.2-py3-none-manylinux_2_17_x86_64.manylinux2014_x86_64.whl",
    "uv-1.2-py3-none-musllinux_1_1_x86_64.whl",
    "uv-1.2-py3-none-macosx_11_0_arm64.whl",
    "uv-1.2-py3-none-win_amd64.whl",
    "uv-1.20-py3-none-any.whl",
    "uv-1.2.tar.gz",
]


@pytest.mark.parametrize(
    "system, machine, number",
    [("linux", "aarch64", 1), ("linux", "x86_64", 2), ("darwin", "arm64", 4)],
)
def test_the_wheel_fits_the_machine(
    program: Any, monkeypatch: pytest.MonkeyPatch, system: str, machine: str, number: int
) -> None:
    monkeypatch.setattr("sys.platform", system)
    monkeypatch.setattr(platform, "machine", lambda: machine)
    links = [f"../files/{wheel}#sha256=1" for wheel in WHEELS]
    assert program.find_wheel(links, "uv", "1.2") == links[number]


def test_a_machine_without_a_wheel_is_named(program: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(platform, "machine", lambda: "sparc64")
    with pytest.raises(ValueError, match="no wheel of uv 1.2 for linux sparc64"):
        program.find_wheel(WHEELS, "uv", "1.2")
