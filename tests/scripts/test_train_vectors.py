"""The program that makes word vectors, as a user runs it."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from bioner_kd.vectors.reader import read_vectors

ROOT = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.slow


def command(*arguments: object) -> list[str]:
    return [sys.executable, str(ROOT / "scripts" / "train_vectors.py"), *map(str, arguments)]


def run(*arguments: object) -> subprocess.CompletedProcess:
    result = subprocess.run(
        command(*arguments), capture_output=True, text=True, timeout=300, check=False
    )
    assert "Traceback" not in result.stderr
    return result


def test_help_says_that_it_starts_again_and_what_repeats():
    text = " ".join(run("--help").stdout.split())
    assert "a stopped run starts again from the beginning" in text
    assert "With --workers=1 the same text and --seed give the same vectors" in text


def test_vectors_are_trained_repeated_and_not_replaced_unasked(tmp_path):
    first, again = tmp_path / "first.bin", tmp_path / "again.bin"
    settings = ("--corpus=demo", "--size=8", "--epochs=2", "--workers=1")
    result = run(*settings, f"--output={first}")
    assert result.returncode == 0, result.stderr
    vectors = read_vectors(first)
    assert vectors.size == 8
    assert result.stdout == (
        f"{len(vectors.words)} words of 8 numbers, {first.stat().st_size:,} bytes: {first}\n"
    )
    assert "Epoch 2/2" in result.stderr and "gensim" not in result.stderr
    assert run(f"--flagfile={first}.cfg", f"--output={again}").returncode == 0
    assert again.read_bytes() == first.read_bytes()

    refused = run(*settings, f"--output={first}")
    assert refused.returncode == 1 and "--overwrite" in refused.stderr
    assert run(*settings, f"--output={first}", "--overwrite", "--size=4").returncode == 0
    assert read_vectors(first).size == 4


def test_bad_input_is_one_line_and_leaves_nothing(tmp_path):
    (tmp_path / "picture.png").write_bytes(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR")
    output = tmp_path / "vectors.bin"
    for text in ("missing.txt", "picture.png"):
        result = run(f"--text={tmp_path / text}", f"--output={output}")
        assert result.returncode == 1 and text in result.stderr
        assert len(result.stderr.splitlines()) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["picture.png"]


def test_ctrl_c_in_a_training_leaves_nothing(tmp_path):
    arguments = ("--corpus=demo", "--epochs=100000", "--sample=0", f"--output={tmp_path / 'v.bin'}")
    with subprocess.Popen(command(*arguments), stderr=subprocess.PIPE, text=True) as process:
        lines = [process.stderr.readline() for _ in range(3)]
        process.send_signal(signal.SIGINT)
        _, rest = process.communicate(timeout=60)
    assert lines[2].startswith("Epoch 2/100000"), lines
    assert process.returncode == 130
    assert rest.splitlines()[-1] == (
        "train_vectors.py: Stopped; nothing was kept. Start again when you like."
    )
    assert "Traceback" not in rest
    assert list(tmp_path.iterdir()) == []
