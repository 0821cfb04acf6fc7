"""Continued pretraining as a program: stopped, resumed, refused."""

import csv
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from ..teacher.adaptation.text import make_sentences
from ..teacher.tiny_bert import write_checkpoint

ROOT = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.slow


def command(work: Path, *arguments: str) -> list[str]:
    given = (
        f"--teacher={work / 'bert'}",
        f"--text={work / 'text.txt'}",
        f"--output={work / 'out'}",
    )
    few = ("--block_subwords=32", "--held_out=0.1", "--batch_size=4", "--checkpoint_steps=5")
    return [sys.executable, str(ROOT / "scripts" / "adapt_teacher.py"), *given, *few, *arguments]


def run(work: Path, *arguments: str, **options) -> subprocess.CompletedProcess:
    result = subprocess.run(
        command(work, *arguments), capture_output=True, text=True, timeout=600, **options
    )
    assert "Traceback" not in result.stderr
    return result


def rounds(folder: Path) -> list[str]:
    with (folder / "history.csv").open(newline="") as file:
        return [row["round"] for row in csv.DictReader(file)]


@pytest.fixture
def work(tmp_path: Path) -> Path:
    write_checkpoint(tmp_path / "bert")
    lines = [sentence.text for sentence in make_sentences(400)]
    (tmp_path / "text.txt").write_text("\n".join(lines))
    return tmp_path


@pytest.mark.parametrize("kill", [signal.SIGINT, signal.SIGKILL])
def test_a_run_stopped_within_an_epoch_goes_on(work, kill):
    arguments = ("--epochs=1", "--checkpoint_steps=1")
    state = work / "out.unfinished" / "state" / "checkpoint"
    with subprocess.Popen(command(work, *arguments), stderr=subprocess.PIPE, text=True) as process:
        deadline = time.monotonic() + 300
        while not state.exists() and time.monotonic() < deadline and process.poll() is None:
            time.sleep(0.02)
        process.send_signal(kill)
        _, errors = process.communicate(timeout=60)
    assert process.returncode in (130, -signal.SIGKILL), errors
    assert "Traceback" not in errors
    done = rounds(work / "out.unfinished")
    assert not (work / "out").exists()

    resumed = run(work, *arguments)
    assert resumed.returncode == 0, resumed.stderr
    assert "Resuming " in resumed.stderr
    found = rounds(work / "out")
    assert len(found) > len(done) and found == [str(number + 1) for number in range(len(found))]
    assert {path.name for path in (work / "out").iterdir()} >= {
        "config.json", "tf_model.h5", "vocab.txt", "tokenizer.json", "run.cfg",
    }  # fmt: skip

    again = run(work, *arguments)
    assert again.returncode == 1
    assert "a finished run is here already" in again.stderr


def test_a_full_disk_is_one_clear_error_and_the_run_goes_on(work):
    def small_files() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000))

    result = run(work, preexec_fn=small_files)
    assert result.returncode == 1
    (complaint,) = [line for line in result.stderr.splitlines() if "adapt_teacher.py:" in line]
    assert "cannot be written" in complaint and "File too large" in complaint
    assert result.stderr.splitlines()[-1] == complaint
    assert run(work).returncode == 0


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (b"", "text.txt: no word in this file"),
        (b"too short\n", "--block_subwords"),
        (b"fine\n\x7fELF\x00\x01", "text.txt:2: a NUL byte"),
    ],
)
def test_a_text_that_is_none_is_one_clear_error(work, content, complaint):
    (work / "text.txt").write_bytes(content)
    result = run(work)
    assert result.returncode == 1
    assert complaint in result.stderr.splitlines()[-1]
    assert not (work / "out").exists() and not (work / "out.unfinished").exists()


def test_a_damaged_checkpoint_is_one_clear_error(work):
    weights = work / "bert" / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:5000])
    result = run(work)
    assert result.returncode == 1
    assert "model.safetensors" in result.stderr.splitlines()[-1]
    assert "download it again" in result.stderr.splitlines()[-1]
