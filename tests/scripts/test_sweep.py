"""The sweep as a person runs it, and kills it."""

import re
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from bioner_kd.lab.study.study_folder import FAILED, FINISHED, NOT_YET, read_runs

from ..lab.study.study import FAKE, Study, is_alive, until

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def study(tmp_path: Path) -> Study:
    return Study.make(tmp_path)


def command(study: Study, *arguments: str, program: str = str(FAKE)) -> list[str]:
    return [
        sys.executable, str(ROOT / "scripts" / "sweep.py"), f"--program={program}",
        f"--base={study.base}", f"--output={study.output}", *arguments,
    ]  # fmt: skip


def run(command: list[str]) -> subprocess.CompletedProcess:
    result = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    assert "Traceback" not in result.stderr
    return result


def start(command: list[str]) -> subprocess.Popen:
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def states(study: Study) -> list[str]:
    return [row.state for row in read_runs(study.output)]


@pytest.mark.slow
def test_a_study_ends_with_a_table_over_seeds(study):
    result = run(command(study, "--grid=alpha=0,1", "--grid=seed=1,2", "--jobs=2"))
    assert result.returncode == 0
    assert result.stdout == (
        "Settings  Scored      Devel F1\n"
        "--------  ------  ------------\n"
        "alpha=0   2 of 2  81.50 ± 0.71\n"
        "alpha=1   2 of 2  91.50 ± 0.71\n"
    )
    assert "4 of 4 runs are finished, 0 left." in result.stderr
    again = run([*command(study)[:2], f"--flagfile={study.output / 'sweep.cfg'}"])
    assert again.stdout == result.stdout
    assert len(study.started()) == 4
    names = {path.name for path in study.output.iterdir()}
    folders = {f"alpha={alpha}+seed={seed}" for alpha in (0, 1) for seed in (1, 2)}
    assert names == {".lock", "logs", "runs.csv", "sweep.cfg"} | folders


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="needs PR_SET_PDEATHSIG")
def test_a_sweep_that_was_killed_loses_nothing_and_goes_on(study):
    study.tell("wait", "seed=2", "seed=3")
    arguments = command(study, "--grid=seed=1,2,3,4", "--jobs=2")
    with start(arguments) as process:
        until(lambda: study.waits("seed=2") and study.waits("seed=3"))
        process.kill()
    until(lambda: not any(map(is_alive, study.pids())), 10)
    assert (study.output / "seed=1" / "run.cfg").is_file()

    study.untell("wait", "seed=2", "seed=3")
    assert run(arguments).returncode == 0
    assert states(study) == [FINISHED] * 4
    starts = study.started()
    assert [starts.count(f"seed={seed}") for seed in (1, 2, 3, 4)] == [1, 2, 2, 1]
    assert "resumed" in (study.output / "logs" / "seed=3.log").read_text()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_sweep_that_is_stopped_says_how_to_go_on(study, number):
    study.tell("wait", "seed=1")
    with start(command(study, "--grid=seed=1,2")) as process:
        until(lambda: study.waits("seed=1"))
        process.send_signal(number)
        _, errors = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "Give the same command again for the rest." in errors
    assert "Traceback" not in errors
    assert not any(map(is_alive, study.pids()))
    assert states(study) == [NOT_YET, NOT_YET]
    assert "Traceback" not in (study.output / "logs" / "seed=1.log").read_text()


@pytest.mark.slow
def test_failures_are_listed_and_tried_again(study):
    study.tell("fail", "seed=1", "seed=3")
    arguments = command(study, "--grid=seed=1,2,3")
    result = run(arguments)
    assert result.returncode == 1
    assert "seed=1: no luck." in result.stderr
    assert result.stderr.splitlines()[-1] == (
        "sweep.py: 2 of 3 runs failed: seed=1, seed=3. The same command tries these again."
    )
    assert result.stdout.splitlines()[-1].startswith("all       1 of 3")
    assert states(study) == [FAILED, FINISHED, FAILED]
    study.untell("fail", "seed=1", "seed=3")
    assert run(arguments).returncode == 0
    assert study.started() == ["seed=1", "seed=2", "seed=3", "seed=1", "seed=3"]


@pytest.mark.slow
def test_two_sweeps_do_not_train_the_same_run(study):
    study.tell("wait", "seed=1")
    arguments = command(study, "--grid=seed=1,2")
    with start(arguments) as first:
        until(lambda: study.waits("seed=1"))
        second = run(arguments)
        assert second.returncode == 1
        assert f"{study.output}: another sweep is at work here" in second.stderr
        study.untell("wait", "seed=1")
        first.communicate(timeout=60)
    assert first.returncode == 0
    assert study.started() == ["seed=1", "seed=2"]


@pytest.mark.slow
def test_a_study_is_not_mixed_with_other_settings(study):
    assert run(command(study, "--grid=seed=1")).returncode == 0
    study.base.write_text(study.base.read_text() + "--epochs=3\n")
    for extra in ([], ["--dry_run"]):
        result = run(command(study, "--grid=seed=1,2", *extra))
        assert result.returncode == 1
        assert f"{study.output / 'seed=1'}: this run was trained with --epochs=2" in result.stderr
        assert "would now use --epochs=3" in result.stderr
    assert study.started() == ["seed=1"]


def test_an_unknown_flag_in_the_last_arm_is_found_at_once(study):
    result = run(command(study, "--arm=a: --alpha=0", "--arm=b: --alfa=1", "--grid=seed=1,2"))
    assert result.returncode == 2
    assert result.stderr.startswith("sweep.py: b/seed=1: Unknown command line flag 'alfa'")
    assert not study.output.exists()


def test_a_dry_run_prints_commands_and_makes_nothing(study):
    result = run(command(study, "--arm=a b: --words=x,y", "--grid=seed=1,2", "--dry_run"))
    shared = f"{sys.executable} {FAKE} --flagfile={study.base} --words=x,y"
    assert result.stdout.splitlines() == [
        f"{shared} --seed=1 --output={study.output}/a_b/seed=1",
        f"{shared} --seed=2 --output={study.output}/a_b/seed=2",
    ]
    assert not study.output.exists()


@pytest.fixture
def logits(tmp_path: Path) -> Path:
    """What a teacher without any idea says of the demo corpus."""
    from bioner_kd.corpus.demo import read_demo
    from bioner_kd.tagging.tag_set import TagSet
    from bioner_kd.teacher.logits_cache import LogitsCache

    sentences, random = read_demo("train"), np.random.default_rng(1)
    tags = list(TagSet.from_sentences(sentences).tags)

    def say(part):
        return [random.normal(size=(len(s), len(tags))).astype(np.float32) for s in part]

    list(LogitsCache(tmp_path / "logits" / "train").write(sentences, {"tags": tags}, say))
    return tmp_path / "logits"


@pytest.mark.slow
def test_the_demo_study_trains_real_students(study, logits):
    study.base.write_text(f"--cache={logits}\n--units=8\n--char_filters=8\n")
    arguments = [
        sys.executable, str(ROOT / "scripts" / "sweep.py"),
        f"--flagfile={ROOT / 'flags' / 'study' / 'demo' / 'sweep.cfg'}",
        f"--base={study.base}", f"--output={study.output}", "--jobs=2", "--grid=seed=1",
    ]  # fmt: skip
    result = subprocess.run(
        arguments, capture_output=True, text=True, timeout=900, check=False, cwd=ROOT
    )
    assert result.returncode == 0, result.stderr
    rows = read_runs(study.output)
    assert [row.folder for row in rows] == ["alpha=0.3+seed=1", "alpha=1+seed=1"]
    assert all(row.state == FINISHED and row.best_epoch in (1, 2) for row in rows)
    assert re.search(r"^alpha=0\.3  1 of 1 +\d+\.\d\d$", result.stdout, re.M)

    before = {path: path.stat().st_mtime_ns for path in study.output.glob("alpha=*/*")}
    again = subprocess.run(arguments, capture_output=True, text=True, timeout=60, cwd=ROOT)
    assert again.stdout == result.stdout
    assert {path: path.stat().st_mtime_ns for path in study.output.glob("alpha=*/*")} == before
