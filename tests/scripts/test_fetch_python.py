"""How set-up fetches Python 3.11 by uv where no Python serves, and what it says where it cannot."""

import functools
import hashlib
import http.server
import platform
import shlex
import sys
import threading
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

# Plays uv: the interpreter that it "installs" says that it is Python 3.11.
UV = """
case "$*" in
  --version) echo "uv 9.9.9" ;;
  "python install 3.11")
    echo "installed into $UV_PYTHON_INSTALL_DIR, links: $UV_PYTHON_INSTALL_BIN" >>"$UV_RECORD"
    bin=$UV_PYTHON_INSTALL_DIR/cpython-3.11.9-linux/bin
    mkdir -p "$bin" && cp "$FAKE_PYTHON" "$bin/python3.11"
    exit "${UV_STATUS:-0}"
    ;;
  *) exit 2 ;;
esac
"""


class Fetch:
    """A checkout on whose PATH Python 3.13 stands alone.

    Attributes:
        checkout: where set-up runs.
        record: what each call of uv's installation wrote.
        variables: the environment of a run.
    """

    def __init__(self, checkout: Any) -> None:
        self.checkout = checkout
        self.record = checkout.bin.parent / "uv.txt"
        fetched = checkout.write_python("fetched", "sys.version_info = (3, 11, 9)", checkout.folder)
        self.variables = {"UV_RECORD": str(self.record), "FAKE_PYTHON": str(fetched)}
        self.write_python_3_13()

    @property
    def uv_folder(self) -> Path:
        return self.checkout.folder / ".uv"

    @property
    def python(self) -> Path:
        return self.uv_folder / "python" / "cpython-3.11.9-linux" / "bin" / "python3.11"

    @property
    def installations(self) -> int:
        if not self.record.exists():
            return 0
        return len(self.record.read_text(encoding="utf-8").splitlines())

    def write_python_3_13(self, pip: str = "echo No module named pip >&2; exit 1") -> None:
        """Puts a Python on PATH that runs files, without the modules venv and ensurepip."""
        program = shlex.quote(
            "import sys; sys.version_info = (3, 13, 0); sys.modules['venv'] = None; "
            "exec(sys.argv[1])"
        )
        python = shlex.quote(sys.executable)
        self.checkout.write(
            "python3",
            f"""case $1 in
  -c) exec {python} -c {program} "$2" ;;
  -m) {pip} ;;
  *) exec {python} "$@" ;;
esac""",
        )

    def run(self, **variables: str) -> Any:
        return self.checkout.find_python(**{**self.variables, **variables})


@pytest.fixture
def fetch(checkout: Any) -> Fetch:
    return Fetch(checkout)


@pytest.fixture
def installed(fetch: Fetch) -> Fetch:
    """The same with uv on PATH."""
    fetch.checkout.write("uv", UV)
    return fetch


def test_the_installed_uv_fetches_python_into_the_project_folder(installed: Fetch) -> None:
    result = installed.run()
    assert (result.returncode, result.stdout) == (0, f"{installed.python}\n")
    recorded = installed.record.read_text(encoding="utf-8")
    assert recorded == f"installed into {installed.uv_folder}/python, links: 0\n"


def test_a_fetched_python_is_not_fetched_again(installed: Fetch) -> None:
    installed.run()
    result = installed.run()
    assert (result.stdout, result.stderr) == (f"{installed.python}\n", "")
    assert installed.installations == 1


def test_a_python_that_serves_is_taken_before_any_fetching(installed: Fetch) -> None:
    installed.checkout.write_python("python3.11", "sys.version_info = (3, 11, 1)")
    assert installed.run().stdout == f"{installed.checkout.bin}/python3.11\n"
    assert not installed.uv_folder.exists()


def test_python_3_11_without_venv_is_replaced_by_a_fetched_one(installed: Fetch) -> None:
    disguise = "sys.version_info = (3, 11, 1); sys.modules['ensurepip'] = None"
    installed.checkout.write_python("python3.11", disguise)
    assert installed.run().stdout == f"{installed.python}\n"


def test_a_named_python_keeps_uv_from_fetching(installed: Fetch) -> None:
    result = installed.run(BIONER_KD_PYTHON=str(installed.checkout.bin / "python3"))
    assert (result.returncode, result.stdout) == (1, "")
    assert "Python 3.10 or 3.11 is needed" in result.stderr
    assert installed.installations == 0


def test_an_interrupted_installation_of_python_is_not_trusted(installed: Fetch) -> None:
    assert installed.run(UV_STATUS="130").returncode == 1
    assert installed.python.exists()
    (installed.uv_folder / "python" / "half").touch()
    assert installed.run().stdout == f"{installed.python}\n"
    assert installed.installations == 2
    assert not (installed.uv_folder / "python" / "half").exists()


def test_a_moved_checkout_fetches_its_own_python(installed: Fetch) -> None:
    installed.run()
    moved = installed.checkout.folder.with_name("moved")
    installed.checkout.folder = installed.checkout.folder.rename(moved)
    result = installed.run(FAKE_PYTHON=str(moved / "fetched"))
    assert result.stdout == f"{installed.python}\n"
    assert installed.installations == 2


def test_uv_is_installed_by_pip_where_there_is_pip(fetch: Fetch) -> None:
    uv = fetch.checkout.write("uv", UV, fetch.checkout.folder)
    pip = f'echo "$*" >>"$UV_RECORD"; mkdir -p "${{@: -2:1}}/bin"; cp "{uv}" "${{@: -2:1}}/bin/uv"'
    fetch.write_python_3_13(pip)
    assert fetch.run().stdout == f"{fetch.python}\n"
    recorded = fetch.record.read_text(encoding="utf-8")
    assert "--target" in recorded and "--break-system-packages" not in recorded
    assert (fetch.uv_folder / "tool" / "bin" / "uv").exists()


def test_a_uv_of_which_a_half_is_here_is_fetched_again(fetch: Fetch) -> None:
    half = fetch.checkout.write("uv", "exit 1", fetch.uv_folder / "tool.part" / "bin")
    assert fetch.run(PIP_INDEX_URL="file:///no/such/index").returncode == 1
    assert not half.exists()
    fetch.checkout.write("uv", UV, fetch.uv_folder / "tool" / "bin")
    assert fetch.run().stdout == f"{fetch.python}\n"


def wheel_name(version: str) -> str:
    kinds = {"Linux": "musllinux_1_1", "Darwin": "macosx_11_0"}
    return f"uv-{version}-py3-none-{kinds[platform.system()]}_{platform.machine()}.whl"


class Index:
    """A package index in a folder.

    Attributes:
        folder: holds the folder of uv's page and wheels.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._links: list[str] = []

    def add(self, name: str, script: str, digest: str = "", attributes: str = "") -> None:
        """Adds a wheel whose program is a bash script."""
        path = self.folder / "uv" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        version = name.split("-")[1]
        with zipfile.ZipFile(path, "w") as wheel:
            wheel.writestr("uv/__init__.py", "")
            wheel.writestr(f"uv-{version}.data/scripts/uv", f"#!/bin/bash\n{script}\n")
        digest = digest or hashlib.sha256(path.read_bytes()).hexdigest()
        self._links.append(f'<a href="{name}#sha256={digest}" {attributes}>{name}</a><br>')
        page = "<!DOCTYPE html><body>" + "\n".join(self._links) + "</body>"
        (path.parent / "index.html").write_text(page, encoding="utf-8")


@pytest.fixture
def index(tmp_path: Path) -> Index:
    return Index(tmp_path / "index")


def test_uv_comes_from_the_index_where_there_is_no_pip(fetch: Fetch, index: Index) -> None:
    index.add(wheel_name("0.9.9"), "exit 1")
    index.add(wheel_name("0.10.0"), UV)
    index.add(wheel_name("0.11.0"), "exit 1", attributes='data-yanked=""')
    index.add(wheel_name("0.12.0rc1"), "exit 1")
    index.add("uv-0.12.0-py3-none-win_amd64.whl", "exit 1")
    result = fetch.run(PIP_INDEX_URL=index.folder.as_uri())
    assert (result.returncode, result.stdout) == (0, f"{fetch.python}\n")
    assert not (fetch.uv_folder / "tool.part").exists()


def test_a_wheel_with_another_sum_is_refused(fetch: Fetch, index: Index) -> None:
    index.add(wheel_name("0.10.0"), UV, digest="0" * 64)
    result = fetch.run(PIP_INDEX_URL=index.folder.as_uri())
    assert (result.returncode, result.stdout) == (1, "")
    assert "does not have the SHA-256 that the index gives" in result.stderr
    assert not list(fetch.uv_folder.rglob("bin"))


def test_a_wheel_for_another_machine_is_not_taken(fetch: Fetch, index: Index) -> None:
    index.add(wheel_name("0.10.0").replace(platform.machine(), "vax"), UV)
    result = fetch.run(PIP_INDEX_URL=index.folder.as_uri())
    assert result.returncode == 1
    assert "offers no uv for this machine" in result.stderr


class _Guarded(http.server.SimpleHTTPRequestHandler):
    """Serves a folder to Aladdin alone, and remembers what is asked."""

    def do_GET(self) -> None:  # noqa: N802
        allowed = self.headers.get("Authorization") == "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ=="
        super().do_GET() if allowed else self.send_error(401)

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def address(index: Index) -> Iterator[str]:
    index.add(wheel_name("0.10.0"), UV)
    handler = functools.partial(_Guarded, directory=str(index.folder))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"127.0.0.1:{server.server_address[1]}"
        server.shutdown()
        thread.join()


def test_an_index_that_asks_for_a_password_gets_it(fetch: Fetch, address: str) -> None:
    result = fetch.run(PIP_INDEX_URL=f"http://Aladdin:open%20sesame@{address}/")
    assert (result.returncode, result.stdout) == (0, f"{fetch.python}\n")


def test_an_index_that_refuses_is_named_with_its_answer(fetch: Fetch, address: str) -> None:
    result = fetch.run(PIP_INDEX_URL=f"http://{address}/")
    assert result.returncode == 1
    assert "HTTP Error 401" in result.stderr
    assert "uv could not be fetched from the Python package index" in result.stderr


@pytest.mark.parametrize("uv", ["none", "fails"])
def test_what_cannot_be_fetched_ends_in_both_ways_out(fetch: Fetch, uv: str) -> None:
    if uv == "fails":
        fetch.checkout.write("uv", '[ "$1" = --version ] || { echo "no route" >&2; exit 1; }')
    result = fetch.checkout.script("set_up.sh", "demo", PIP_INDEX_URL="file:///no/such/index")
    assert result.returncode == 1
    assert ("no route" in result.stderr) == (uv == "fails")
    reasons = {"none": "uv could not be fetched", "fails": "uv could not install Python 3.11"}
    assert reasons[uv] in result.stderr
    for way in ("deadsnakes", "uv python install 3.11", "dnf install python3.11", "brew install"):
        assert way in result.stderr
    assert "Tagging with a ready student needs none of this" in result.stderr
    assert not (fetch.checkout.folder / ".venv").exists()


def test_without_any_python_uv_cannot_be_fetched(checkout: Any) -> None:
    result = checkout.find_python()
    assert result.returncode == 1
    assert "there is no Python to fetch uv with" in result.stderr
