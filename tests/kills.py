"""Kills a program at random moments until it ends, and compares what it made with an unbroken run.

  python tests/kills.py --kills=20 --within=30 --folder=NEW_FOLDER -- \
      python scripts/distill.py --flagfile=flags/demo/distill.cfg --checkpoint_minutes=0.05 \
      --output={output}

The words behind -- are the command; {output} stands for what it makes, and --resume is added to the
starts after the first where --resume_flag is given.
"""

import argparse
import hashlib
import random
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

# These name the place of a run or the time of day, so that two runs never agree on them.
OTHER = frozenset({"run.cfg"})


def digests(result: Path) -> dict[str, str]:
    """SHA-256 of a file, or of each file of a folder by its name in there."""
    files = sorted(path for path in result.rglob("*") if path.is_file()) or [result]
    return {
        str(path.relative_to(result)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in files
        if path.name not in OTHER
    }


def differences(one: Path, other: Path) -> list[str]:
    """Names of the files that one result has and the other lacks, or has with other bytes."""
    first, second = digests(one), digests(other)
    return sorted(
        name for name in first.keys() | second.keys() if first.get(name) != second.get(name)
    )


def run(command: Sequence[str], kill_after: float | None = None) -> bool:
    """Runs a program, and kills it after some seconds.

    Returns:
        Whether it ended by itself.

    Raises:
        subprocess.CalledProcessError: it failed.
    """
    process = subprocess.Popen(command)
    try:
        status = process.wait(kill_after)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
        return False
    if status:
        raise subprocess.CalledProcessError(status, command)
    return True


def run_killed(
    command: Sequence[str], again: Sequence[str], *, kills: int, within: float, seed: int
) -> int:
    """Runs a program to its end, and kills it at random moments before.

    Args:
        command: of the first start.
        again: of the starts after it.
        kills: how often it is killed at most.
        within: longest time before a kill, seconds.
        seed: of the moments.

    Returns:
        How often it was killed.
    """
    moments = random.Random(seed)
    for done in range(kills):
        if run(again if done else command, moments.uniform(0, within)):
            return done
    run(again if kills else command)
    return kills


def main() -> int:
    """Runs what the command line says; the exit status is 1 where the results differ."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--within", type=float, default=30.0, help="seconds")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--name", default="result", help="of what is made")
    parser.add_argument("--resume_flag", action="store_true")
    parser.add_argument("command", nargs="+")
    options = parser.parse_args()
    for folder in ("unbroken", "killed"):
        (options.folder / folder).mkdir(parents=True)
    unbroken, killed = (options.folder / name / options.name for name in ("unbroken", "killed"))
    named = [
        [w.replace("{output}", str(path)) for w in options.command] for path in (unbroken, killed)
    ]
    start = time.monotonic()
    run(named[0])
    seconds = time.monotonic() - start
    again = [*named[1], *(["--resume"] if options.resume_flag else [])]
    done = run_killed(
        named[1], again, kills=options.kills, within=options.within, seed=options.seed
    )
    found = differences(unbroken, killed)
    sys.stdout.write(
        f"{seconds:.0f} s without a kill; killed {done} times; "
        f"{', '.join(found) if found else 'no file'} of {len(digests(unbroken))} differs.\n"
    )
    return int(bool(found))


if __name__ == "__main__":
    sys.exit(main())
