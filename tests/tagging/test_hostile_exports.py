"""Every export of a stranger is refused with one line, soon, and in little memory."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from .hostile_exports import hostile_exports

pytestmark = pytest.mark.slow
ROOT = Path(__file__).resolve().parents[2]
MOST_SECONDS, MOST_BYTES, LONGEST_LINE = 5, 1 << 30, 700
# Loads what each line of its input names. The alarm is for a pipe, which takes no processor time.
LOADER = """
import json, re, signal, sys, time
from pathlib import Path
from bioner_kd.errors import InputError, UsageError
from bioner_kd.tagging.tagger import Tagger
def late(*_): raise TimeoutError("hangs")
signal.signal(signal.SIGALRM, late)
for line in sys.stdin:
    signal.alarm(60)
    started = time.process_time()
    try:
        found = Tagger.load(line.rstrip("\\n")).tag("Aspirin relieves gout.")
        kind, said = "loaded", str(found)
    except (InputError, UsageError) as error:
        kind, said = "refused", str(error)
    except BaseException as error:
        kind, said = type(error).__name__, str(error)[:500]
    signal.alarm(0)
    seconds = time.process_time() - started
    # Not ru_maxrss, which begins with the memory of whoever started this process.
    used = re.search("VmHWM:[^0-9]*([0-9]+) kB", Path("/proc/self/status").read_text())
    print(json.dumps([kind, said, seconds, int(used[1]) * 1024]), flush=True)
sys.exit("tensorflow" in sys.modules)
"""


def load_all(paths: list[Path]) -> list[list[Any]]:
    """What becomes of each: kind, message, seconds of processor time, peak of memory in bytes."""
    finished = subprocess.run(
        [sys.executable, "-c", LOADER],
        input="".join(f"{path}\n" for path in paths),
        capture_output=True,
        text=True,
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        check=False,
    )
    assert finished.returncode == 0, finished.stderr[-2000:]
    return [json.loads(line) for line in finished.stdout.splitlines()]


def test_each_is_refused_with_one_line_soon_and_in_little_memory(
    export_folder: Path, tmp_path: Path
) -> None:
    names, paths = [], []
    for number, (name, make) in enumerate(hostile_exports(export_folder)):
        folder = tmp_path / str(number)
        folder.mkdir()
        names.append(name)
        paths.append(make(folder))
    found = dict(zip(names, load_all(paths), strict=True))
    assert len(found) == len(names) > 200
    assert {name: row for name, row in found.items() if not well_refused(*row)} == {}


def well_refused(kind: str, said: str, seconds: float, used: int) -> bool:
    line = said.isprintable() and len(said) < LONGEST_LINE
    return kind == "refused" and line and seconds < MOST_SECONDS and used < MOST_BYTES


def test_the_sound_export_loads(export_folder: Path) -> None:
    ((kind, said, _, _),) = load_all([export_folder])
    assert (kind, "Entity" in said) == ("loaded", True)
