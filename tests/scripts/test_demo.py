"""How scripts/demo.sh reads its options and runs the programs, and what --help of the others says."""

import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
BASH = shutil.which("bash") or "bash"
SCRIPTS = ("set_up.sh", "demo.sh", "test.sh")


@pytest.mark.parametrize("script", SCRIPTS)
def test_help_needs_no_python(checkout: Any, script: str) -> None:
    result = checkout.run(f"{shlex.quote(BASH)} {checkout.script(script)} --help")
    assert (result.returncode, result.stderr) == (0, "")
    assert result.stdout.startswith(f"usage: bash scripts/{script}")


@pytest.mark.parametrize("script", [*(f"scripts/{name}" for name in SCRIPTS), ".ci/run"])
def test_bash_reads_the_script(script: str) -> None:
    assert subprocess.run([BASH, "-n", str(ROOT / script)], check=False).returncode == 0


def run_demo(checkout: Any, arguments: str, python: str = "") -> Any:
    """Runs demo.sh with a virtual environment whose interpreter is a bash program."""
    checkout.write("python", python, checkout.bin.parent / "venv" / "bin")
    command = f"{shlex.quote(BASH)} {checkout.script('demo.sh')} {arguments}"
    return checkout.run(command, BIONER_KD_VENV="venv")


@pytest.mark.parametrize("arguments", ["--text", "--text=", "--text --output x", "--txt x", "x"])
def test_demo_refuses_arguments_that_it_does_not_know(checkout: Any, arguments: str) -> None:
    result = run_demo(checkout, arguments)
    assert result.returncode == 2
    assert "see --help" in result.stderr


def test_demo_runs_every_program_and_passes_the_text_on(checkout: Any) -> None:
    result = run_demo(checkout, '--text "Gout and α-synuclein"', '[ "$1" = -I ] || echo "ran: $*"')
    assert (result.returncode, result.stderr) == (0, "")
    ran = re.findall(r"^ran: scripts/(\S+)", result.stdout, re.M)
    assert set(ran) == {path.name for path in (ROOT / "scripts").glob("*.py")} - {
        "download_corpus.py"
    }
    assert [f"[{i + 1}/{len(ran)}]" for i in range(len(ran))] == re.findall(
        r"^\[\d/\d\]", result.stdout, re.M
    )
    assert "--text=Gout and α-synuclein" in result.stdout
    assert re.search(r"^Done in 0 min \d\d s\.", result.stdout, re.M)


def test_demo_stops_at_the_first_step_that_fails(checkout: Any) -> None:
    result = run_demo(
        checkout,
        "",
        'case $1 in *cache_logits.py) echo "no logits" >&2; exit 1 ;; esac; echo "ran: $1"',
    )
    assert result.returncode == 1
    assert "no logits\ndemo.sh: step 2 of" in result.stderr
    assert "(cache_logits.py) failed with exit code 1" in result.stderr
    assert "ran: scripts/distill.py" not in result.stdout


def test_demo_leaves_a_folder_alone_that_holds_something(checkout: Any) -> None:
    mine = checkout.bin.parent / "mine"
    mine.mkdir()
    (mine / "thesis.txt").touch()
    result = run_demo(checkout, "--output mine")
    assert result.returncode == 1
    assert "--output mine is not empty" in result.stderr
    assert os.listdir(mine) == ["thesis.txt"]


def test_demo_writes_relative_to_the_working_directory(checkout: Any) -> None:
    result = run_demo(checkout, "--output new", 'echo "ran: $*"')
    assert f"--output={checkout.bin.parent}/new/teacher" in result.stdout


def test_a_given_environment_without_bioner_kd_is_refused(checkout: Any) -> None:
    result = run_demo(checkout, "", 'case $1 in -I) exit 1 ;; esac; echo "ran: $1"')
    assert (result.returncode, result.stdout) == (1, "")
    assert "BIONER_KD_VENV=venv is no virtual environment with bioner_kd" in result.stderr
