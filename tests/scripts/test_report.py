"""bioner_kd report on students of the demo corpus that were trained for a moment."""

import csv
import os
import subprocess
import sys
from pathlib import Path

import pytest

from bioner_kd.corpus.demo import read_demo
from bioner_kd.encoding.windows import WindowConfig
from bioner_kd.tagging.tag_set import TagSet

from ..teacher.tiny_bert import write_checkpoint

ROOT = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.slow
TINY = ["--units=8", "--word_size=8", "--epochs=1", "--intra_op_threads=1", "--alpha=1", "--cache="]


def run(work: Path, script: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    result = subprocess.run(
        [sys.executable, str(ROOT / "scripts" / f"{script}.py"), *arguments],
        capture_output=True, text=True, cwd=work, timeout=600, check=False,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    assert "Traceback" not in result.stderr
    return result


def succeed(work: Path, script: str, *arguments: str) -> str:
    result = run(work, script, *arguments)
    assert result.returncode == 0, result.stderr
    return result.stdout


@pytest.fixture(scope="module")
def work(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Students of two batch sizes, two seeds of one of them, and a teacher that knows nothing."""
    work = tmp_path_factory.mktemp("report")
    for name, *flags in (
        ("slow_1", "--seed=1", "--batch_size=32"),
        ("quick_1", "--seed=1", "--batch_size=4"),
        ("quick_2", "--seed=2", "--batch_size=4"),
    ):
        succeed(work, "distill", f"--output={name}", *flags, *TINY)
    make_teacher(work)
    return work


def make_teacher(work: Path) -> None:
    from bioner_kd.teacher.checkpoint.heads import load_token_classifier
    from bioner_kd.teacher.model import Teacher
    from bioner_kd.teacher.saved_teacher import save_teacher
    from bioner_kd.teacher.tokenizer import load_tokenizer

    write_checkpoint(work / "bert")
    tag_set = TagSet.from_sentences(read_demo("train"))
    tokenizer = load_tokenizer(work / "bert")
    bert = load_token_classifier(work / "bert", tag_set.tags, fine_tuned=False)
    (work / "teacher").mkdir()
    teacher = Teacher(bert, pad_id=tokenizer.pad_id)
    save_teacher(work / "teacher", teacher, tokenizer, tag_set, WindowConfig(64, 16), "bert")
    (work / "teacher" / "run.cfg").write_text("--corpus=demo\n--seed=1\n")


GROUPS = ["--runs=teacher=teacher", "--runs=slow=slow_*", "--runs=quick=quick_*"]
FEW = ["--rounds=200", "--resamples=200"]


@pytest.fixture(scope="module")
def report(work: Path) -> Path:
    out = succeed(
        work, "report", *GROUPS, *FEW, "--baseline=slow", "--measure", "--output=page",
        "--title=Slow <or> quick",
    )  # fmt: skip
    assert out.splitlines()[-1] == "page/index.html"
    assert [line.split()[0] for line in out.splitlines()[2:5]] == ["teacher", "slow", "quick"]
    return work / "page"


def test_the_folder_is_whole(report):
    assert {path.name for path in report.iterdir()} == {
        "f1.png", "f1.svg", "f1_over_bytes.png", "f1_over_bytes.svg", "f1_over_time.png",
        "f1_over_time.svg", "flags", "groups.csv", "index.html", "report.md", "run.cfg",
        "scores.csv",
    }  # fmt: skip
    page = (report / "index.html").read_text(encoding="utf-8")
    assert "<h1>Slow &lt;or&gt; quick</h1>" in page
    assert "Against the baseline: slow" in page


def test_the_scores_are_those_of_evaluate(work, report):
    with (report / "scores.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["folder"] for row in rows] == ["teacher", "slow_1", "quick_1", "quick_2"]
    shown = succeed(work, "evaluate", "--split=devel", "--run=slow=slow_1").splitlines()[-1]
    assert shown.split()[3] == f"{float(rows[1]['f1_conlleval']):.2f}"


def test_a_second_report_reads_what_the_first_has_predicted(work, report):
    kept = sorted(work.glob("*/predicted_demo_devel.json.gz"))
    assert [path.parent.name for path in kept] == ["quick_1", "quick_2", "slow_1", "teacher"]
    before = [path.stat().st_mtime_ns for path in kept]
    succeed(work, "report", f"--flagfile={report / 'run.cfg'}", "--output=again", "--nomeasure")
    assert [path.stat().st_mtime_ns for path in kept] == before
    assert (work / "again" / "scores.csv").read_bytes() == (report / "scores.csv").read_bytes()


def test_the_flagfiles_of_a_report_repeat_its_runs(work, report):
    flags = (report / "flags" / "quick.cfg").read_text().splitlines()
    assert "--batch_size=4" in flags
    assert not [line for line in flags if line.startswith(("--seed", "--output"))]


@pytest.mark.parametrize(
    ("flags", "status", "says"),
    [
        ([], 2, "Nothing to report"),
        (["--runs=a=slow_1", "--baseline=b"], 2, "--baseline=b: must be one of the groups: a."),
        (["--runs=a=slow_1", "--pairs=a vs b"], 2, "--pairs=b: must be one of the groups: a."),
        (["--runs=a=slow_1,teacher"], 1, "group a: has teachers and students"),
        (["--runs=a=nowhere"], 1, "nowhere: no such folder"),
        (["--runs=a=nothing_*"], 1, "nothing_*: no folder of a finished run"),
        (["--runs=a=."], 1, ".: is not the folder of a finished run"),
        (["--runs=a=slow_1", "--output=slow_1", "--overwrite"], 1, "folder of a report"),
        (["--sweep=slow_1"], 1, "run bioner_kd sweep first"),
    ],
)
def test_mistakes_are_told_in_a_line(work, flags, status, says):
    result = run(work, "report", *flags)
    assert result.returncode == status
    assert says in result.stderr.strip().splitlines()[-1]
    assert not (work / "saved_models").exists()


def test_a_run_without_a_student_is_named(work):
    (work / "empty").mkdir()
    (work / "empty" / "run.cfg").write_text("--corpus=demo\n")
    result = run(work, "report", "--runs=a=slow_1,empty")
    assert "empty: holds neither a student" in result.stderr
