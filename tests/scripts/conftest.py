"""A copy of the checkout in which the shell scripts run with a PATH of the test's own."""

import shlex
import shutil
import stat
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
BASH = shutil.which("bash") or "bash"
# What the scripts call beside Python. Where this folder alone is on PATH, no other Python is found.
SHELL_TOOLS = "cat cksum cp dirname flock grep ls mkdir rm rmdir tail".split()
Result = subprocess.CompletedProcess[str]


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
        program = shlex.quote(f"import sys; {disguise}; exec(sys.argv[2])")
        return self.write(name, f'exec {shlex.quote(sys.executable)} -c {program} "$@"', folder)

    def run(self, command: str, **variables: str) -> Result:
        """Runs a bash command line in another folder than the checkout."""
        environment = {"PATH": str(self.bin), "HOME": str(self.bin), "LANG": "C.UTF-8", **variables}
        return subprocess.run(
            [BASH, "-c", command],
            cwd=self.bin.parent,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=60,
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
