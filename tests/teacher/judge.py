"""Reads hostile files, each in a process of its own, and says what came of it.

Run with `python -m tests.teacher.judge CORPUS FOLDER`; writes one JSON object a line. A process is
forked for each case, so that what one case allocates or breaks is its own, and what is imported is
imported once.
"""

import importlib
import json
import os
import resource
import shutil
import signal
import subprocess
import sys
import time
import traceback
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
MOST_SECONDS = 5.0
MOST_BYTES = 1_000_000_000
# How long a case may take until it is stopped: the machine may be busy.
_PATIENCE = 60


def judge(corpus: str, folder: Path) -> dict[str, dict[str, Any]]:
    """What came of each case of a corpus: a module of tests.teacher with CASES and `use`."""
    command = [sys.executable, "-m", "tests.teacher.judge", corpus, str(folder)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "TF_CPP_MIN_LOG_LEVEL": "2"}
    done = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-3000:]
    lines = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    return {line.pop("name"): line for line in lines}


def faults(outcome: dict[str, Any], *kinds: str) -> list[str]:
    """What is wrong with an outcome, which is to be of one of some kinds, or nothing."""
    found = []
    if outcome["kind"] not in kinds:
        found.append(f"{outcome['kind']}: {outcome['text']}")
    text = outcome["text"]
    if outcome["kind"] in ("InputError", "UsageError") and (
        not text.isprintable() or len(text) > 1000
    ):
        found.append(f"not one short line: {text[:2000]!r}")
    if outcome["seconds"] > MOST_SECONDS:
        found.append(f"{outcome['seconds']:.1f} s of processor time")
    if outcome["bytes"] > MOST_BYTES:
        found.append(f"{outcome['bytes']:,} bytes")
    return found


def _peak() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def _try(use: Any, folder: Path) -> dict[str, Any]:
    signal.alarm(_PATIENCE)
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    most = pages * resource.getpagesize() + 8 * MOST_BYTES
    resource.setrlimit(resource.RLIMIT_AS, (most, most))
    before = _peak()
    started = time.process_time()
    try:
        use(folder)
        kind, text = "loaded", ""
    except BaseException as error:
        kind, text = type(error).__name__, str(error)[:100_000]
        if kind != "InputError":
            text += traceback.format_exc()[-1500:]
    seconds = time.process_time() - started
    return {"kind": kind, "text": text, "seconds": seconds, "bytes": _peak() - before}


def _in_child(use: Any, folder: Path) -> dict[str, Any]:
    reader, writer = os.pipe()
    child = os.fork()
    if not child:
        os.close(reader)
        with open(writer, "w") as pipe:
            json.dump(_try(use, folder), pipe)
        os._exit(0)
    os.close(writer)
    with open(reader) as pipe:
        answer = pipe.read()
    _, status = os.waitpid(child, 0)
    if status:
        return {"kind": f"died of {status}", "text": "", "seconds": _PATIENCE, "bytes": 0}
    return json.loads(answer)


def _main(corpus: str, folder: Path) -> None:
    module = importlib.import_module(f"tests.teacher.{corpus}")
    only = os.environ.get("ONLY", "")
    for name, write in module.CASES.items():
        if only in name:
            place = folder / "case"
            place.mkdir(parents=True)
            write(place)
            outcome = {"name": name, **_in_child(module.use, place)}
            sys.stdout.write(json.dumps(outcome) + "\n")
            sys.stdout.flush()
            shutil.rmtree(place)


if __name__ == "__main__":
    _main(sys.argv[1], Path(sys.argv[2]))
