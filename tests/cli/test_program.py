"""A person's mistakes: one line, the right exit code, no traceback."""

import subprocess
import sys
from collections.abc import Callable, Iterator

import pytest

from tests.programs import ROOT, SCRIPTS, Programs, Result, programs

Run = Callable[..., Result]


@pytest.fixture(scope="module")
def run() -> Iterator[Run]:
    """Runs a script with arguments."""
    with programs("import numpy, bioner_kd.cli.shared_flags, bioner_kd.cli.program\n") as started:
        yield lambda script, *arguments: started.run(SCRIPTS / f"{script}.py", *arguments)


def complaint(result: Result) -> str:
    assert "Traceback" not in result.stderr
    return result.stderr.strip().splitlines()[-1]


def test_help_is_printed_to_standard_output(run, script):
    result = run(script, "--help")
    assert result.returncode == 0
    assert "--verbosity" in result.stdout
    assert result.stderr == ""


@pytest.mark.parametrize(
    ("script", "flag", "words"),
    [
        ("distill", "--alpha=1.3", ["--alpha=1.3", "[0, 1]"]),
        ("distill", "--temperature=0", ["--temperature", "above 0"]),
        ("distill", "--features=prefix", ["word"]),
        ("finetune_teacher", "--max_subwords=2", ["at least 3"]),
        ("finetune_teacher", "--epochs=0", ["--epochs=0", "at least 1"]),
        ("evaluate", "--run=teacher", ["name=folder"]),
    ],
)
def test_a_setting_out_of_bounds_is_a_usage_error(run, script, flag, words):
    result = run(script, flag)
    assert result.returncode == 2
    assert all(word in complaint(result) for word in words)


@pytest.mark.parametrize("argument", ["--alfa=1", "--alpha=much", "--flagfile=no_such.cfg"])
def test_a_flag_that_cannot_be_read_is_a_usage_error(run, argument):
    result = run("distill", argument)
    assert result.returncode == 2
    assert "Traceback" not in result.stderr
    assert argument.split("=")[0].lstrip("-") in result.stderr or "no_such" in result.stderr


def test_an_argument_that_is_no_flag_is_a_usage_error(run):
    result = run("evaluate", "saved_models")
    assert result.returncode == 2
    assert "saved_models" in complaint(result)


@pytest.mark.parametrize(
    ("script", "arguments", "words"),
    [
        ("finetune_teacher", ["--corpus=no/such/corpus"], ["no/such/corpus"]),
        ("finetune_teacher", ["--teacher=no/such/folder/at_all"], ["no/such/folder/at_all"]),
        ("cache_logits", ["--teachers=no/such/teacher"], ["no/such/teacher", "finetune_teacher"]),
        ("distill", ["--cache=no/such/cache"], ["no/such/cache", "cache_logits"]),
        ("evaluate", ["--run=a=no/such/run"], ["no/such/run"]),
    ],
)
def test_a_missing_file_or_folder_is_named(run, script, arguments, words, tmp_path):
    output = [f"--output={tmp_path / 'out'}"] if script in ("finetune_teacher", "distill") else []
    result = run(script, *arguments, *output)
    assert result.returncode == 1
    assert all(word in complaint(result) for word in words)


def test_a_finished_run_is_not_replaced_unasked(run, tmp_path):
    (tmp_path / "out").mkdir()
    result = run("distill", "--alpha=1", "--epochs=1", f"--output={tmp_path / 'out'}")
    assert result.returncode == 1
    assert "--overwrite" in complaint(result)


@pytest.mark.slow
def test_an_output_that_cannot_be_made_is_named(run, tmp_path):
    (tmp_path / "file").write_text("")
    result = run("distill", "--alpha=1", "--epochs=1", f"--output={tmp_path / 'file' / 'out'}")
    assert result.returncode == 1
    assert str(tmp_path / "file") in complaint(result)


def test_a_reader_that_stops_reading_is_no_error_message():
    script = ROOT / "scripts" / "distill.py"
    result = subprocess.run(
        f"{sys.executable} {script} --help | true",
        shell=True,
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=False,
    )
    assert result.stderr == ""


# As on a base install: what extras bring is out of reach.
BASE_INSTALL = """
import sys
from bioner_kd.extras import EXTRA_OF

class Blocker:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in EXTRA_OF:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)

sys.meta_path.insert(0, Blocker())
import numpy, bioner_kd.cli.program
"""


@pytest.fixture(scope="module")
def base_install() -> Iterator[Programs]:
    with programs(BASE_INSTALL) as started:
        yield started


def test_help_needs_no_extra(base_install, script, tmp_path):
    result = base_install.run(SCRIPTS / f"{script}.py", "--help", cwd=tmp_path)
    assert (result.returncode, result.stderr) == (0, "")


@pytest.mark.parametrize(
    ("script", "arguments", "extra"),
    [
        ("adapt_teacher", ["--text=text.txt", "--output=out"], "train"),
        ("benchmark", ["--export=", "--peers=", "--output=out"], "train"),
        ("cache_logits", ["--cache=out"], "train"),
        ("distill", ["--alpha=1", "--output=out"], "train"),
        ("evaluate", ["--run=a=b"], "train"),
        ("export", ["--student=a", "--output=out"], "train"),
        ("finetune_teacher", ["--output=out"], "train"),
        ("query_server", ["--protocol=grpc", "--text=a"], "serving"),
        ("report", ["--runs=a=b", "--output=out"], "study"),
        ("sweep", [f"--base={ROOT}/flags/demo/distill.cfg", "--output=out"], "train"),
        ("train_vectors", ["--text=text.txt", "--output=out"], "train"),
    ],
)
def test_a_program_says_in_a_line_which_extra_it_lacks(
    base_install, script, arguments, extra, tmp_path
):
    (tmp_path / "text.txt").write_text("Fever is common.\n")
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "student.safetensors").touch()  # what can be checked without it is, first
    result = base_install.run(SCRIPTS / f"{script}.py", *arguments, cwd=tmp_path)
    assert result.returncode == 1
    said = complaint(result)
    assert said.startswith(f"{script}.py: ") and "is not installed here" in said
    assert f'pip install "bioner_kd[{extra}]"' in said
    assert not (tmp_path / "out").exists()
