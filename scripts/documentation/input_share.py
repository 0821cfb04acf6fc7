"""Measures how much of a training step the making of its batch takes, in CPU time.

    python scripts/documentation/input_share.py finetune_teacher --teacher=minilm --corpus=demo
    python scripts/documentation/input_share.py distill --alpha=1 --cache= --corpus=demo

The flags after the name of a program are its own. Nothing is trained and nothing is kept.
"""

import importlib
import sys
import tempfile
import time
from collections.abc import Iterable
from typing import Any

from absl import app

_BATCHES, _WARM_UP, _STEPS = 60, 8, 3


def measure(model: Any, source: Any, config: Any, *_: Any, **__: Any) -> None:
    """Stands in for `bioner_kd.training.loop.fit`; prints the times of some batches and steps."""
    batches = source.epochs(config.batch_size, seed=config.seed, first=0, end=config.epochs)
    number = min(_BATCHES, source.steps(config.batch_size))
    making = _seconds(batches.take(number), number)
    # The last of these, since the first ones are those of the warm-up.
    ready = batches.take(number).skip(number - _STEPS).cache()
    model.fit(ready, verbose=0)  # makes the graph and fills the cache
    begin = time.process_time()
    model.fit(ready, verbose=0)
    step = (time.process_time() - begin) / _STEPS
    print(
        f"Batches of {config.batch_size}: {1000 * making:.2f} ms of CPU time to make a "
        f"batch, {1000 * step:.1f} ms for a step: {100 * making / (making + step):.1f} %"
    )
    sys.exit()


def _seconds(batches: Iterable[Any], number: int) -> float:
    """CPU time for a batch, without the first ones, which make the graph."""
    begin = 0.0
    for place, _ in enumerate(batches):
        if place == _WARM_UP:
            begin = time.process_time()
    return (time.process_time() - begin) / (number - 1 - _WARM_UP)


def main() -> None:
    """Runs a program up to its first step."""
    program = importlib.import_module(f"bioner_kd.cli.programs.{sys.argv.pop(1)}").PROGRAM

    def run(argv: list[str]) -> None:
        from bioner_kd.training import loop

        loop.fit = measure
        program.body(program)

    with tempfile.TemporaryDirectory() as folder:
        sys.argv.append(f"--output={folder}/run")
        program.define()
        app.run(run)


if __name__ == "__main__":
    main()
