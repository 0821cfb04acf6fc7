"""Flags: which runs to score, and how."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bioner_kd.atomic import atomic_file
from bioner_kd.cli.concern import Concern
from bioner_kd.corpus.demo import SPLITS
from bioner_kd.errors import InputError, UsageError

if TYPE_CHECKING:
    from bioner_kd.evaluation.comparison import Result, Tagging


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


EVALUATION = Concern(
    "Evaluation",
    EvaluationChoice(),
    {
        "run": "A row of the table: 'name=folder' of a teacher or student, or "
        "'name=folder,folder,…' for several seeds, whose mean and standard deviation are reported. "
        "'folder+folder' is one model, the average of these teachers. Give the flag once a row.",
        "split": "Split of the corpus to score on.",
        "batch_size": "Sentences of a batch.",
        "report": "File for all scores as JSON, per type and in both modes; none if empty.",
    },
    {"split": SPLITS},
    frozenset({"run"}),
)


def parse_runs(runs: Sequence[str]) -> dict[str, list[Path]]:
    """Folders of each row, "a+b" of an average.

    Raises:
        UsageError: a row has no name or no folder, or two rows have one name.
    """
    rows: dict[str, list[Path]] = {}
    for run in runs:
        name, _, folders = run.partition("=")
        if not name or not folders or name in rows:
            raise UsageError(
                f"--run={run}: must be 'name=folder', 'name=folder,folder' or "
                "'name=folder+folder', each name once."
            )
        rows[name] = [Path(folder) for folder in folders.split(",")]
    return rows


def load_model(folder: Path) -> "Tagging":
    """A teacher or a student, whichever the folder holds; of "a+b" the average of these teachers.

    Raises:
        InputError: it holds neither, or teachers of different tags are to be averaged.
        UsageError: a teacher is to be averaged with itself.
    """
    from bioner_kd.student import saved_student
    from bioner_kd.teacher import averaged, saved_teacher

    if "+" in str(folder) and not folder.exists():
        return averaged.load_teachers([Path(part) for part in str(folder).split("+")])
    if (folder / saved_student.MODEL).exists():
        return saved_student.load_student(folder)
    if (folder / saved_teacher.WEIGHTS).exists():
        return saved_teacher.load_teacher(folder)
    raise InputError(
        f"{folder}: holds neither a student (scripts/distill.py) nor a teacher "
        "(scripts/finetune_teacher.py)."
    )


def write_report(path: str, results: Sequence["Result"], settings: dict[str, Any]) -> None:
    """Writes all scores and the settings that they were measured with."""
    with atomic_file(path) as file:
        report = {"settings": settings, "models": [result.to_json() for result in results]}
        json.dump(report, file, indent=1)
