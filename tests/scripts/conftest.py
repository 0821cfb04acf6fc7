"""A checkout where scripts run with a PATH of the test's own, and a package index for it."""

import base64
import hashlib
import os
import shlex
import shutil
import stat
import subprocess
import sys
import threading
import zipfile
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
BASH = shutil.which("bash") or "bash"
# What the scripts call beside Python. Where this folder alone is on PATH, no other Python is found.
SHELL_TOOLS = "cat chmod cksum cp dirname flock grep ls mkdir rm rmdir tail uname".split()
Result = subprocess.CompletedProcess[str]

# Plays Python for set-up: its environments hold itself, and it writes down what pip is told.
FAKE_PYTHON = """
case "$*" in
  -c*) [ -z "$2" ] || echo 3.11 ;;
  '-m venv '*) mkdir -p "$3/bin" && cp "$0" "$3/bin/python" ;;
  '-m pip install '*)
    echo "${@:4}" >>"$PIP_RECORD"
    [ -z "$PIP_FAILS" ] || { echo "$PIP_FAILS"; exit 1; }
    ;;
esac
"""


class Checkout:
    """A copy of what set-up reads, in a folder with a space, and a PATH of its own.

    Attributes:
        folder: the copy.
        bin: the only folder on PATH.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "a checkout"
        self.bin = folder / "bin"
        self.bin.mkdir(parents=True)
        shutil.copytree(ROOT / "scripts", self.folder / "scripts")
        (self.folder / "bioner_kd").mkdir()
        for name in ("setup.py", "bioner_kd/__init__.py"):
            shutil.copy(ROOT / name, self.folder / name)
        for tool in SHELL_TOOLS:
            if found := shutil.which(tool):
                (self.bin / tool).symlink_to(found)

    def write(self, name: str, script: str, folder: Path | None = None) -> Path:
        """Puts a bash program on PATH, or into another folder."""
        path = (folder or self.bin) / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"#!{BASH}\n{script}\n", encoding="utf-8")
        path.chmod(path.stat().st_mode | stat.S_IXUSR)
        return path

    def write_python(self, name: str, disguise: str = "pass", folder: Path | None = None) -> Path:
        """Puts this test's interpreter on PATH; `disguise` runs before its `-c` program."""
        python = shlex.quote(sys.executable)
        program = shlex.quote(f"import sys; {disguise}; exec(sys.argv[2])")
        script = f'[ "$1" = -c ] || exec {python} "$@"\nexec {python} -c {program} "$@"'
        return self.write(name, script, folder)

    def write_fake_python(self, name: str, folder: Path | None = None) -> Path:
        """Puts a program on PATH that plays Python 3.11 and writes down what pip is told."""
        return self.write(name, FAKE_PYTHON, folder)

    def run(self, command: str, **variables: str) -> Result:
        """Runs a bash command line in another folder than the checkout."""
        environment = {
            "PATH": str(self.bin),
            "HOME": str(self.bin),
            "LANG": "C.UTF-8",
            "PIP_CONFIG_FILE": os.devnull,
            "PIP_INDEX_URL": "http://127.0.0.1:9/simple",  # nothing listens there
            **variables,
        }
        return subprocess.run(
            [BASH, "-c", command],
            cwd=self.bin.parent,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=60,
            start_new_session=True,
        )

    def script(self, name: str, arguments: str = "", **variables: str) -> Result:
        """Runs a script; its arguments are written as in bash."""
        path = shlex.quote(str(self.folder / "scripts" / name))
        return self.run(f"{shlex.quote(BASH)} {path} {arguments}", **variables)

    def find_python(self, **variables: str) -> Result:
        """What set-up would make .venv with, on its standard output."""
        path = shlex.quote(str(self.folder / "scripts" / "set_up.sh"))
        return self.run(f". {path} && find_python", **variables)


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    return Checkout(tmp_path)


class Index:
    """A package index on this machine.

    Attributes:
        url: its address.
        asked: the path and the user (None without one) of each request.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.asked: list[tuple[str, str | None]] = []
        self._pages: dict[str, str] = {}
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.url = f"http://127.0.0.1:{self._server.server_port}/simple"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def add_wheel(
        self, name: str, files: dict[str, str], *, tag: str = "any", sha256: str | None = None
    ) -> Path:
        """Offers NAME-VERSION with these files, for a platform; `sha256` replaces the true one."""
        wheel = self.folder / f"{name}-py3-none-{tag}.whl"
        project, _, version = name.partition("-")
        metadata = f"Metadata-Version: 2.1\nName: {project}\nVersion: {version}\n"
        with zipfile.ZipFile(wheel, "w") as archive:
            archive.writestr(f"{name}.dist-info/METADATA", metadata)
            archive.writestr(f"{name}.dist-info/WHEEL", "Wheel-Version: 1.0\n")
            for path, text in files.items():
                archive.writestr(path, text)
        if sha256 is None:
            sha256 = hashlib.sha256(wheel.read_bytes()).hexdigest()
        host = self.url.rpartition("/")[0]
        link = f'<a href="{host}/files/{wheel.name}#sha256={sha256}">{wheel.name}</a>\n'
        self._pages[f"/simple/{project}/"] = self._pages.get(f"/simple/{project}/", "") + link
        return wheel

    def answer(self, path: str) -> bytes | None:
        """What stands at this path, or None."""
        if path in self._pages:
            return self._pages[path].encode()
        file = self.folder / path.rpartition("/")[2]
        return file.read_bytes() if path.startswith("/files/") and file.is_file() else None

    def close(self) -> None:
        """Stops answering."""
        self._server.shutdown()
        self._server.server_close()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        index = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                token = (self.headers["Authorization"] or "").removeprefix("Basic ")
                index.asked.append((self.path, base64.b64decode(token).decode() or None))
                content = index.answer(self.path)
                self.send_response(404 if content is None else 200)
                self.send_header("Content-Type", "text/html")
                self.send_header("Content-Length", str(len(content or b"")))
                self.end_headers()
                self.wfile.write(content or b"")

            def log_message(self, *_: object) -> None:
                """A test's output is no place for the log of its server."""

        return Handler


@pytest.fixture
def index(tmp_path: Path) -> Iterator[Index]:
    folder = tmp_path / "index"
    folder.mkdir()
    server = Index(folder)
    yield server
    server.close()
