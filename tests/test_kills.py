"""Programs that are killed at random moments end as programs that nobody killed."""

import random
import signal
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from .kills import differences
from .programs import SCRIPTS, Programs, programs
from .teacher.tiny_bert import write_checkpoint, write_tokenizer

pytestmark = [pytest.mark.slow, pytest.mark.process]

PRELUDE = """
import bioner_kd.cli.command, bioner_kd.recipes.distillation, bioner_kd.recipes.fine_tuning
import bioner_kd.recipes.labelling, bioner_kd.teacher.fine_tuning, bioner_kd.distill.training
import bioner_kd.teacher.ensemble.folders, bioner_kd.tagging.command, tensorflow, transformers
"""
KILLS, SEED = 3, 4
OFTEN = "--checkpoint_minutes=0.0001"
STUDENT = ["--epochs=2", "--units=8", "--word_size=8", "--batch_size=64", "--average=0.9"]


@pytest.fixture(scope="module")
def started() -> Iterator[Programs]:
    with programs(PRELUDE) as one:
        yield one


@pytest.fixture(scope="module")
def teacher(started: Programs, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tiny teacher, which was killed while it was fine-tuned, beside one that was not."""
    folder = tmp_path_factory.mktemp("teachers")
    (folder / "bert").mkdir()
    write_checkpoint(folder / "bert")
    write_tokenizer(folder / "bert")
    command = [
        SCRIPTS / "finetune_teacher.py", "--corpus=demo", f"--teacher={folder / 'bert'}",
        "--epochs=2", "--batch_size=32", "--learning_rate=1e-3", "--max_subwords=64",
        "--overlap=16", OFTEN,
    ]  # fmt: skip
    compare(started, command, folder, "--output={}")
    return folder / "killed"


def compare(
    started: Programs,
    command: Sequence[object],
    folder: Path,
    output: str,
    again: Sequence[str] = (),
) -> None:
    """Runs a command to its end, and once more with kills; what is made must be the same."""
    begin = time.monotonic()
    result = started.run(*command, output.format(folder / "unbroken"))  # type: ignore[arg-type]
    assert result.returncode == 0, result.stderr
    seconds = time.monotonic() - begin
    chance = random.Random(SEED)
    more: Sequence[str] = ()
    killed = 0
    last = [*command, output.format(folder / "killed")]
    for _ in range(KILLS):
        moment = chance.uniform(0.3, 0.95) * seconds
        status = started.run(*last, *more, kill_after=moment).returncode  # type: ignore[arg-type]
        if status != -signal.SIGKILL:
            assert status == 0
            break
        killed, more = killed + 1, again
    else:
        result = started.run(*last, *more)  # type: ignore[arg-type]
        assert result.returncode == 0, result.stderr
    assert killed
    assert differences(folder / "unbroken", folder / "killed") == []


def test_a_teacher_that_was_killed_has_the_weights_of_one_that_was_not(teacher: Path) -> None:
    assert {"config.json", "history.csv"} <= {path.name for path in teacher.iterdir()}


def test_labels_are_those_of_an_unbroken_run(
    started: Programs, teacher: Path, tmp_path: Path
) -> None:
    command = [SCRIPTS / "cache_logits.py", "--corpus=demo", f"--teachers={teacher}"]
    compare(started, [*command, "--splits=train,devel"], tmp_path, "--cache={}")


def test_a_student_that_was_killed_has_the_weights_of_one_that_was_not(
    started: Programs, tmp_path: Path
) -> None:
    command = [SCRIPTS / "distill.py", "--corpus=demo", "--alpha=1", *STUDENT, OFTEN]
    compare(started, command, tmp_path, "--output={}")


@pytest.mark.parametrize("workers", [1, 2])
def test_tagged_text_has_the_bytes_of_an_unbroken_run(
    started: Programs, export_folder: Path, tmp_path: Path, workers: int
) -> None:
    text = "Aspirin relieved the fever of rats, but not the cough.\n"
    (tmp_path / "in.txt").write_text("".join(f"{n} {text * (n % 3)}" for n in range(12_000)))
    command = [
        SCRIPTS / "tag.py", tmp_path / "in.txt", f"--model={export_folder}", "--input=lines",
        f"--workers={workers}",
    ]  # fmt: skip
    compare(started, command, tmp_path, "--output={}", ["--resume"])
