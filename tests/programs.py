"""Programs in processes that start at once: forks of one process that has imported what they share.

Each fork runs a file as `__main__` until the interpreter ends, with arguments, folder, environment
and standard streams of its own, so that it behaves as a program that was started afresh; only what
Python reads of the environment when it starts is that of the first process.
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
SCRIPTS = ROOT / "scripts"
_SERVER = """
import json, os, runpy, signal, sys, tempfile, time

def next_order():
    orders, answers = os.fdopen(os.dup(0), "rb", 0), os.fdopen(os.dup(1), "wb", 0)
    for line in orders:
        order = json.loads(line)
        with tempfile.TemporaryFile() as stdin, tempfile.TemporaryFile() as stdout, \\
             tempfile.TemporaryFile() as stderr:
            stdin.write(order["stdin"].encode())
            stdin.seek(0)
            process = os.fork()
            if not process:
                for number, file in enumerate((stdin, stdout, stderr)):
                    os.dup2(file.fileno(), number)
                return order
            if order["kill_after"] is not None:
                # One that has ended before is waited for below, and no other has its number yet.
                time.sleep(order["kill_after"])
                os.kill(process, signal.SIGKILL)
            status = os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])
            stdout.seek(0), stderr.seek(0)
            answer = [status, stdout.read().decode(), stderr.read().decode()]
        answers.write(json.dumps(answer).encode() + b"\\n")
    os._exit(0)

order = next_order()
os.chdir(order["cwd"])
os.environ.update(order["environment"])
sys.argv = order["arguments"]
sys.path[0] = os.path.dirname(sys.argv[0])
del json, signal, tempfile, time, next_order
runpy.run_path(sys.argv[0], run_name="__main__")
"""
Result = subprocess.CompletedProcess[str]


class Programs:
    """Starts programs, one after the other."""

    def __init__(self, process: "subprocess.Popen[bytes]") -> None:
        self._process = process

    def run(
        self,
        program: Path,
        *arguments: object,
        cwd: Path = ROOT,
        stdin: str = "",
        kill_after: float | None = None,
        **more: str,
    ) -> Result:
        """Runs a file with arguments; `more` goes into its environment.

        Where `kill_after` is given, it is killed after so many seconds.
        """
        told, answers = self._process.stdin, self._process.stdout
        assert told and answers
        command = list(map(str, (program, *arguments)))
        order: dict[str, Any] = {
            "arguments": command,
            "cwd": str(cwd),
            "stdin": stdin,
            "kill_after": kill_after,
            "environment": more,
        }
        told.write(json.dumps(order).encode() + b"\n")
        told.flush()
        return subprocess.CompletedProcess(command, *json.loads(answers.readline()))


@contextmanager
def programs(prelude: str) -> Iterator[Programs]:
    """Programs that find done what a prelude does, such as importing what all of them need."""
    with subprocess.Popen(
        [sys.executable, "-c", prelude + _SERVER],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
    ) as process:
        yield Programs(process)
