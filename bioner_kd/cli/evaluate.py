"""Flags: which runs to score, and how."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bioner_kd.atomic import atomic_file, check_parent
from bioner_kd.cli.flag_group import FlagGroup
from bioner_kd.corpus.demo import SPLITS
from bioner_kd.errors import UsageError, at_least, check_bounds
from bioner_kd.extras import require

if TYPE_CHECKING:
    from bioner_kd.evaluation.comparison import Result


@dataclass(frozen=True)
class EvaluationChoice:
    """What is scored on what."""

    run: tuple[str, ...] = (
        "teacher=saved_models/demo/teacher",
        "student=saved_models/demo/student",
    )
    split: str = "test"
    batch_size: int = 32
    report: str = ""

    def __post_init__(self) -> None:
        """Checks the bound.

        Raises:
            UsageError: a batch would have no sentence.
        """
        check_bounds(self, at_least(self, 1, "batch_size"))


EVALUATION = FlagGroup(
    "Evaluation",
    EvaluationChoice(),
    {
        "run": "A row of the table: 'name=folder' of a teacher or student, or "
        "'name=folder,folder,…' for several seeds, whose mean and standard deviation are reported. "
        "'folder+folder' is one model, the average of these models. Give the flag once a row.",
        "split": "Split of the corpus to score on.",
        "batch_size": "Sentences of a batch.",
        "report": "File for all scores as JSON, per type and in both modes; none if empty.",
    },
    {"split": SPLITS},
    frozenset({"run"}),
)


def parse_runs(runs: Sequence[str], *, flag: str = "run") -> dict[str, list[Path]]:
    """Folders of each row, "a+b" of an average.

    Args:
        runs: values of the flag.
        flag: its name, for messages.

    Raises:
        UsageError: a row has no name or no folder, or two rows have one name.
    """
    rows: dict[str, list[Path]] = {}
    for run in runs:
        name, _, folders = run.partition("=")
        if not name or not folders or name in rows:
            raise UsageError(
                f"--{flag}={run}: must be 'name=folder', 'name=folder,folder' or "
                "'name=folder+folder', each name once."
            )
        rows[name] = [Path(folder) for folder in folders.split(",")]
    return rows


def read_rows(choice: EvaluationChoice) -> dict[str, list[Path]]:
    """Folders of each row, with all that can be checked before TensorFlow is imported.

    Raises:
        InputError: a folder holds no model, or the report cannot be written.
        UsageError: a row is not written as it should be, or mixes models that are no seeds of one.
    """
    from bioner_kd.lab.study.groups import check_seeds

    require("tensorflow")

    if choice.report:
        check_parent(choice.report)
    rows = parse_runs(choice.run)
    for name, folders in rows.items():
        check_seeds(name, folders)
    return rows


def write_report(path: str, results: Sequence["Result"], settings: dict[str, Any]) -> None:
    """Writes all scores and the settings that they were measured with."""
    with atomic_file(path) as file:
        report = {"settings": settings, "models": [result.to_json() for result in results]}
        json.dump(report, file, indent=1)
