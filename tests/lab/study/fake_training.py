"""A training program without a model, which waits and fails when a test wants it to.

In the folder --work, the file wait-NAME makes the run of that name wait after its first epoch, and
fail-NAME makes it fail there; each start adds a line "NAME PID" to the file started.
"""

import csv
import os
import signal
import time
from dataclasses import dataclass
from pathlib import Path

from absl import logging

from bioner_kd.cli import output
from bioner_kd.cli.flag_group import FlagGroup
from bioner_kd.cli.program import Program
from bioner_kd.errors import InputError
from bioner_kd.settings import SHARE, Settings, setting
from bioner_kd.training.run_folder import DEVEL_F1, HISTORY, STATE


@dataclass(frozen=True)
class Fake(Settings):
    work: str = setting("", "Folder of the test.")
    alpha: float = setting(0.3, "Part of the score.", bound=SHARE)
    seed: int = setting(1, "Part of the score.")
    epochs: int = setting(2, "Number of states.")
    words: tuple[str, ...] = setting(("a",), "Words.")
    scored: bool = setting(True, "Write a history.")
    stubborn: bool = setting(False, "Ignore Ctrl-C.")


FAKE = FlagGroup("Fake", Fake())
OUTPUT = output.training_output("saved_models/fake", "nothing")


def main(program: Program) -> None:
    fake, name = program.read(FAKE), Path(program.read(OUTPUT).output).name
    work = Path(fake.work)
    if fake.stubborn:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
    with (work / "started").open("a") as file:
        file.write(f"{name} {os.getpid()}\n")
    with output.training_run(program, OUTPUT) as folder:
        (folder / STATE).mkdir(exist_ok=True)
        done = len(list((folder / STATE).iterdir()))
        logging.info("resumed" if done else "new")
        for epoch in range(done + 1, fake.epochs + 1):
            if epoch == 2:
                wait(work, name)
            (folder / STATE / f"epoch-{epoch}").touch()
        if fake.scored:
            write_history(folder / HISTORY, fake)


def wait(work: Path, name: str) -> None:
    while (work / f"wait-{name}").exists():
        time.sleep(0.02)
    if (work / f"fail-{name}").exists():
        raise InputError(f"{name}: no luck.")


def write_history(path: Path, fake: Fake) -> None:
    """The first epoch is the best; its score tells seed and alpha."""
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, ["epoch", "loss", DEVEL_F1])
        writer.writeheader()
        for epoch in range(1, fake.epochs + 1):
            score = 80 + 10 * fake.alpha + fake.seed - epoch + 1
            writer.writerow({"epoch": epoch, "loss": 1, DEVEL_F1: f"{score:.6g}"})


PROGRAM = Program("Trains nothing.", main, (FAKE, OUTPUT))
if __name__ == "__main__":
    PROGRAM.main()
