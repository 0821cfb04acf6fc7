"""How scripts/demo.sh reads its options and runs the programs; --help of all shell scripts."""

import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
SCRIPTS = ("set_up.sh", "demo.sh", "test.sh", "make_ready.sh")


@pytest.mark.parametrize("script", SCRIPTS)
def test_help_needs_no_python(checkout: Any, script: str) -> None:
    result = checkout.script(script, "--help")
    assert (result.returncode, result.stderr) == (0, "")
    assert result.stdout.startswith(f"usage: bash scripts/{script}")


@pytest.mark.parametrize("script", [*(f"scripts/{name}" for name in SCRIPTS), ".ci/run"])
def test_bash_reads_the_script(script: str) -> None:
    bash = shutil.which("bash") or "bash"
    assert subprocess.run([bash, "-n", str(ROOT / script)], check=False).returncode == 0


def run_demo(checkout: Any, arguments: str = "", python: str = 'echo "ran: $*"') -> Any:
    """Runs demo.sh with a virtual environment whose interpreter is a bash program."""
    checkout.write("python", python, checkout.bin.parent / "venv" / "bin")
    return checkout.script("demo.sh", arguments, BIONER_KD_VENV="venv")


def programs_that_ran(output: str) -> list[str]:
    return re.findall(r"^ran: scripts/(\S+)", output, re.M)


@pytest.mark.parametrize("arguments", ["--text", "--text=", "--text --output x", "--txt x", "x"])
def test_demo_refuses_arguments_that_it_does_not_know(checkout: Any, arguments: str) -> None:
    result = run_demo(checkout, arguments)
    assert (result.returncode, result.stdout) == (2, "")
    assert "see --help" in result.stderr


def test_demo_runs_every_program_that_needs_no_network(checkout: Any) -> None:
    result = run_demo(checkout)
    assert (result.returncode, result.stderr) == (0, "")
    programs = {path.name for path in (ROOT / "scripts").glob("*.py")}
    others = {
        "download_corpus.py",
        "sweep.py",
        "report.py",
        "train_vectors.py",
        "adapt_teacher.py",
        "augment.py",
        "query_server.py",
        "tag_corpus.py",
        "convert.py",
        "benchmark.py",
    }
    assert set(programs_that_ran(result.stdout)) == programs - others
    assert re.search(r"^Done in 0 min \d\d s\.", result.stdout, re.M)


def test_demo_numbers_its_steps(checkout: Any) -> None:
    output = run_demo(checkout).stdout
    steps = len(programs_that_ran(output))
    expected = [(str(step), str(steps)) for step in range(1, steps + 1)]
    assert re.findall(r"^\[(\d+)/(\d+)\] ", output, re.M) == expected


@pytest.mark.parametrize("option", ["--text ", "--text="])
def test_demo_tags_the_sentence_of_the_user(checkout: Any, option: str) -> None:
    result = run_demo(checkout, f'{option}"Gout and α-synuclein"')
    assert re.search(r"^ran: scripts/tag.py .*--text=Gout and α-synuclein$", result.stdout, re.M)


def test_demo_shows_each_command_as_it_can_be_typed(checkout: Any) -> None:
    result = run_demo(checkout, '--text "Gout and gout"')
    assert re.search(r"^\$ .*python scripts/tag.py .*Gout\\ and\\ gout$", result.stdout, re.M)


def test_demo_stops_at_the_first_step_that_fails(checkout: Any) -> None:
    fails = 'case $1 in *cache_logits.py) echo "no logits" >&2; exit 1 ;; esac; echo "ran: $1"'
    result = run_demo(checkout, python=fails)
    assert result.returncode == 1
    assert re.match(r"no logits\ndemo.sh: step 2 of \d \(cache_logits.py\) failed", result.stderr)
    assert programs_that_ran(result.stdout) == ["finetune_teacher.py"]


def test_demo_goes_on_without_the_web_page(checkout: Any) -> None:
    fails = 'case $* in *--format=web*) echo "no LiteRT.js" >&2; exit 1 ;; esac; echo "ran: $1"'
    result = run_demo(checkout, python=fails)
    assert result.returncode == 0
    assert result.stderr == (
        "no LiteRT.js\ndemo.sh: there is no web page, for the reason above; all else is done.\n"
    )
    assert re.search(r"^Done in 0 min \d\d s\.", result.stdout, re.M)


def test_demo_makes_the_web_page_last(checkout: Any) -> None:
    ran = re.findall(r"^ran: (.*)$", run_demo(checkout).stdout, re.M)
    assert ran[-1].endswith("/page --format=web") and "scripts/tag.py" in ran[-2]


def test_demo_says_where_it_was_stopped(checkout: Any) -> None:
    stops = 'case $1 in *cache_logits.py) kill -INT $PPID; exit 130 ;; esac; echo "ran: $1"'
    result = run_demo(checkout, python=stops)
    assert result.returncode == 130
    assert re.search(r"^demo.sh: stopped during step 2 of \d", result.stderr, re.M)
    assert programs_that_ran(result.stdout) == ["finetune_teacher.py"]


def test_demo_leaves_a_folder_alone_that_holds_something(checkout: Any) -> None:
    mine = checkout.bin.parent / "mine"
    mine.mkdir()
    (mine / "thesis.txt").touch()
    result = run_demo(checkout, "--output mine")
    assert (result.returncode, programs_that_ran(result.stdout)) == (1, [])
    assert "--output mine is not empty" in result.stderr
    assert os.listdir(mine) == ["thesis.txt"]


def test_demo_makes_its_own_folder_anew(checkout: Any) -> None:
    old = checkout.folder / "saved_models" / "demo" / "teacher" / "old"
    old.parent.mkdir(parents=True)
    old.touch()
    assert run_demo(checkout).returncode == 0
    assert not old.exists()


def test_demo_writes_relative_to_the_working_directory(checkout: Any) -> None:
    result = run_demo(checkout, "--output new")
    assert f"--output={checkout.bin.parent}/new/teacher" in result.stdout


def test_a_given_environment_that_does_not_exist_is_named(checkout: Any) -> None:
    result = checkout.script("demo.sh", BIONER_KD_VENV="/no/such/venv")
    assert (result.returncode, result.stdout) == (1, "")
    assert "BIONER_KD_VENV=/no/such/venv is no virtual environment" in result.stderr


def test_a_given_environment_without_bioner_kd_is_refused(checkout: Any) -> None:
    result = run_demo(checkout, python='case $1 in -I) exit 1 ;; esac; echo "ran: $1"')
    assert (result.returncode, result.stdout) == (1, "")
    assert "BIONER_KD_VENV=venv is no virtual environment with bioner_kd" in result.stderr


def run_make_ready(checkout: Any, arguments: str) -> Any:
    shutil.copytree(ROOT / "flags" / "ready", checkout.folder / "flags" / "ready")
    checkout.write("python", 'echo "ran: $*"', checkout.bin.parent / "venv" / "bin")
    return checkout.script("make_ready.sh", arguments, BIONER_KD_VENV="venv")


def test_a_ready_student_is_made_in_the_order_of_the_pipeline(checkout: Any) -> None:
    result = run_make_ready(checkout, "bc5cdr a.txt,/b.txt c.txt")
    assert (result.returncode, result.stderr) == (0, "")
    programs = ["train_vectors", "finetune_teacher", "cache_logits", "distill", "export"]
    assert programs_that_ran(result.stdout) == [f"{name}.py" for name in programs]
    here = checkout.bin.parent
    for start, text in (
        ("cache_logits.py .*bc5cdr", f"{here}/a.txt,/b.txt"),
        ("train_vectors.py ", f"{here}/c.txt"),
    ):
        pattern = rf"^ran: scripts/{start}.*--text={re.escape(text)}$"
        assert re.search(pattern, result.stdout, re.M)


def test_a_finished_student_needs_no_cache_again(checkout: Any) -> None:
    (checkout.folder / "saved_models" / "bc5cdr" / "ready_student").mkdir(parents=True)
    result = run_make_ready(checkout, "bc5cdr a.txt,b.txt c.txt")
    programs = ["train_vectors", "finetune_teacher", "export"]
    assert programs_that_ran(result.stdout) == [f"{name}.py" for name in programs]


def test_a_ready_student_is_not_made_with_another_teacher(checkout: Any) -> None:
    teacher = checkout.folder / "saved_models" / "bc5cdr" / "teacher"
    teacher.mkdir(parents=True)
    (teacher / "run.cfg").write_text("--teacher=dmis-lab/biobert-base-cased-v1.2\n")
    result = run_make_ready(checkout, "bc5cdr a.txt,b.txt c.txt")
    assert result.returncode == 1
    assert "saved_models/bc5cdr/teacher was not made of MiniLM" in result.stderr


@pytest.mark.parametrize("arguments", ["", "bc5cdr", "bc5cdr a.txt", "elsewhere a.txt b.txt"])
def test_a_ready_student_needs_its_corpus_and_texts(checkout: Any, arguments: str) -> None:
    result = run_make_ready(checkout, arguments)
    assert result.returncode == 2
    assert "see --help" in result.stderr
