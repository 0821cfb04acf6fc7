"""A study of fake trainings, and what the tests ask of it."""

import contextlib
import os
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from bioner_kd.lab.study.grid import make_runs, parse_arms, parse_axes
from bioner_kd.lab.study.plan import Plan
from bioner_kd.lab.study.study_folder import RunRow, study_lock
from bioner_kd.lab.study.sweep import Sweep

FAKE = Path(__file__).with_name("fake_training.py")


@dataclass(frozen=True)
class Study:
    """A folder for a study and one for what its trainings are told to do."""

    output: Path
    work: Path

    @classmethod
    def make(cls, folder: Path) -> "Study":
        (folder / "work").mkdir()
        (folder / "base.cfg").write_text(f"--work={folder / 'work'}\n")
        return cls(folder / "study", folder / "work")

    @property
    def base(self) -> Path:
        return self.work.parent / "base.cfg"

    def plan(self, *grid: str, arms: Sequence[str] = ()) -> Plan:
        axes = parse_axes(grid)
        runs = make_runs([str(self.base)], parse_arms(arms, axes), axes)
        return Plan(self.output, (sys.executable, str(FAKE)), tuple(runs))

    def sweep(self, plan: Plan, *, jobs: int = 1, grace: float = 20) -> list[RunRow]:
        with study_lock(self.output) as lock:
            return Sweep(plan, jobs=jobs, lock=lock, grace=grace).run()

    def tell(self, what: str, *names: str) -> None:
        """Makes runs "wait" or "fail"."""
        for name in names:
            (self.work / f"{what}-{name}").touch()

    def untell(self, what: str, *names: str) -> None:
        for name in names:
            (self.work / f"{what}-{name}").unlink()

    def started(self) -> list[str]:
        """Names of the runs in the order of their starts."""
        return [line.split()[0] for line in self._starts()]

    def pids(self) -> list[int]:
        return [int(line.split()[1]) for line in self._starts()]

    def _starts(self) -> list[str]:
        path = self.work / "started"
        return path.read_text().splitlines() if path.exists() else []

    def waits(self, name: str) -> bool:
        """Whether the run has been through its first epoch and is not finished."""
        return (self.output / f"{name}.unfinished" / "state" / "epoch-1").exists()


def until(condition: Callable[[], bool], seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it never came"
        time.sleep(0.02)


def is_alive(pid: int) -> bool:
    """Whether a process runs; a zombie that nobody has waited for does not."""
    with contextlib.suppress(FileNotFoundError, ProcessLookupError):
        os.kill(pid, 0)
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    return False
