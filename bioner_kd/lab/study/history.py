"""The best epoch of a finished run, from its history."""

import csv
from dataclasses import dataclass
from pathlib import Path

from bioner_kd.errors import InputError
from bioner_kd.training.run_folder import DEVEL_F1, HISTORY


@dataclass(frozen=True)
class BestEpoch:
    """The epoch whose weights were kept.

    Attributes:
        epoch: counted from 1.
        devel_f1: percent.
    """

    epoch: int
    devel_f1: float


def best_epoch(folder: Path) -> BestEpoch | None:
    """Reads the history of a run; None where its program scores no devel split.

    Raises:
        InputError: the history is damaged.
    """
    path = folder / HISTORY
    if not path.exists():
        return None
    try:
        with path.open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        scored = [row for row in rows if DEVEL_F1 in row]
        epochs = [BestEpoch(int(row["epoch"]), float(row[DEVEL_F1])) for row in scored]
    except (OSError, ValueError, TypeError, LookupError) as error:
        raise InputError(
            f"{path}: cannot be read ({error}); delete the run's folder to train it again."
        ) from error
    # The first of equals is the one that the training kept.
    return max(epochs, key=lambda found: found.devel_f1, default=None)
