"""The whole path through the scripts, on sentences as awkward as real ones, with a tiny teacher."""

import csv
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from bioner_kd.corpus.demo import read_demo
from bioner_kd.text.formats.conll import write_conll
from bioner_kd.text.sentence import Sentence

from ..teacher.tiny_bert import write_checkpoint

ROOT = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.slow

# One word, a word of 505 characters, a sentence of 2000 words: each once in every split.
AWKWARD = [
    Sentence.from_words(["Asthma"], ["B-Disease"]),
    Sentence.from_words(["x" * 505, "fever"], ["O", "B-Disease"]),
    Sentence.from_words(["fever", "and"] * 1000, ["B-Disease", "O"] * 1000),
]
SMALL = ["--units=8", "--word_size=8", "--epochs=2", "--batch_size=4", "--intra_op_threads=1"]


def command(script: str, *arguments: str) -> list[str]:
    return [sys.executable, str(ROOT / "scripts" / f"{script}.py"), *arguments]


def run(script: str, *arguments: str, **options) -> subprocess.CompletedProcess:
    result = subprocess.run(
        command(script, *arguments), capture_output=True, text=True, timeout=600, **options
    )
    assert "Traceback" not in result.stderr
    return result


def succeed(script: str, *arguments: str, **options) -> str:
    result = run(script, *arguments, **options)
    assert result.returncode == 0, result.stderr
    return result.stdout


@pytest.fixture(scope="module")
def work(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A corpus and a fine-tuned tiny teacher with its logits."""
    work = tmp_path_factory.mktemp("pipeline")
    for split, count in (("train", 24), ("devel", 6), ("test", 6)):
        (work / "corpus").mkdir(exist_ok=True)
        write_conll(work / "corpus" / f"{split}.tsv", [*read_demo(split)[:count], *AWKWARD])
    write_checkpoint(work / "bert")
    succeed(
        "finetune_teacher", f"--teacher={work / 'bert'}", f"--corpus={work / 'corpus'}",
        f"--output={work / 'teacher'}", "--epochs=1", "--batch_size=8", "--max_subwords=64",
        "--overlap=16",
    )  # fmt: skip
    succeed(
        "cache_logits", f"--teachers={work / 'teacher'}", f"--corpus={work / 'corpus'}",
        f"--cache={work / 'logits'}",
    )  # fmt: skip
    return work


@pytest.fixture(scope="module")
def student(work: Path) -> Path:
    succeed(
        "distill", f"--corpus={work / 'corpus'}", f"--cache={work / 'logits'}",
        f"--teachers={work / 'teacher'}", f"--output={work / 'student'}", *SMALL,
    )  # fmt: skip
    return work / "student"


def test_awkward_sentences_go_the_whole_way(work, student, tmp_path):
    out = succeed(
        "evaluate", f"--corpus={work / 'corpus'}", f"--run=teacher={work / 'teacher'}",
        f"--run=student={student},{student}", f"--report={tmp_path / 'scores.json'}",
    )  # fmt: skip
    assert [line.split()[0] for line in out.splitlines()] == [
        "Model",
        "-------",
        "teacher",
        "student",
    ]
    report = json.loads((tmp_path / "scores.json").read_text())
    assert report["models"][0]["runs"][0]["words"] == sum(
        map(len, [*read_demo("test")[:6], *AWKWARD])
    )
    assert report["models"][1]["summary"]["n"] == 2

    succeed(
        "export",
        f"--corpus={work / 'corpus'}",
        f"--student={student}",
        f"--output={work / 'export'}",
    )
    lines = succeed("tag", f"--model={work / 'export'}", "--text=Fever and asthma.").splitlines()
    assert json.loads(lines[0])["text"] == "Fever and asthma."


def test_a_run_writes_the_flags_that_repeat_it(work, student):
    settings = (student / "run.cfg").read_text().splitlines()
    assert "--units=8" in settings
    assert f"--cache={work / 'logits'}" in settings


def test_a_live_teacher_trains_as_cached_logits_do(work, student, tmp_path):
    succeed(
        "distill", f"--corpus={work / 'corpus'}", "--cache=", f"--teachers={work / 'teacher'}",
        f"--output={tmp_path / 'live'}", *SMALL,
    )  # fmt: skip
    losses = [
        [
            float(row["loss"])
            for row in csv.DictReader((folder / "history.csv").read_text().splitlines())
        ]
        for folder in (student, tmp_path / "live")
    ]
    assert losses[0] == pytest.approx(losses[1], rel=1e-3)


def test_a_student_with_a_crf_goes_the_whole_way_beside_a_live_teacher(work, tmp_path):
    # transformers is loaded before tensorflow-addons here, which alone it would not survive.
    student, corpus = tmp_path / "student", f"--corpus={work / 'corpus'}"
    succeed(
        "distill", corpus, "--cache=", f"--teachers={work / 'teacher'}", "--head=crf",
        f"--output={student}", *SMALL,
    )  # fmt: skip
    out = succeed("evaluate", corpus, f"--run=crf={student}")
    assert out.splitlines()[-1].startswith("crf")
    export = tmp_path / "export"
    succeed("export", corpus, f"--student={student}", f"--output={export}", "--format=tflite")
    assert len(json.loads((export / "tables.json").read_text())["transitions"]) == 5
    lines = succeed("tag", f"--model={export}", "--text=Fever and asthma.").splitlines()
    assert json.loads(lines[0])["text"] == "Fever and asthma."


def test_logits_of_another_teacher_are_refused(work, tmp_path):
    other = tmp_path / "other"
    succeed(
        "finetune_teacher", f"--teacher={work / 'bert'}", f"--corpus={work / 'corpus'}",
        f"--output={other}", "--epochs=1", "--batch_size=8", "--max_subwords=48", "--overlap=16",
    )  # fmt: skip
    result = run(
        "distill", f"--corpus={work / 'corpus'}", f"--cache={work / 'logits'}",
        f"--teachers={other}", f"--output={tmp_path / 'student'}", *SMALL,
    )  # fmt: skip
    assert result.returncode == 1
    assert "its teacher" in result.stderr


def test_hidden_states_are_kept_and_fitted_first(work, tmp_path):
    (tmp_path / "text.txt").write_text("Fever and asthma are common.\nMore and more fever.\n")
    arguments = (
        f"--corpus={work / 'corpus'}", "--transfer_size=-1",
        f"--output={tmp_path / 'student'}", "--hidden_epochs=3", "--alpha=0", "--alpha_end=1",
        "--patience=1", "--deterministic", *SMALL,
    )  # fmt: skip
    result = run("distill", f"--cache={work / 'logits'}", *arguments[:1], *arguments[2:])
    assert result.returncode == 1
    assert "make it with bioner_kd cache_logits --hidden" in result.stderr
    assert not (tmp_path / "student.unfinished").exists()
    succeed(
        "cache_logits", f"--teachers={work / 'teacher'}", f"--corpus={work / 'corpus'}", "--hidden",
        f"--text={tmp_path / 'text.txt'}", f"--cache={tmp_path / 'logits'}",
    )  # fmt: skip
    names = {path.name for path in (tmp_path / "logits").iterdir()}
    assert names == {"train", "train_hidden", "text", "text_hidden"}
    records = [(tmp_path / "logits" / part / "run.cfg").read_text() for part in ("train", "text")]
    assert "--hidden\n" in records[0]
    assert records[0] == records[1]
    result = run("distill", f"--cache={tmp_path / 'logits'}", *arguments)
    assert result.returncode == 0, result.stderr
    assert "Gradients do not exist" not in result.stderr
    history = (tmp_path / "student" / "history_hidden.csv").read_text().splitlines()
    losses = [float(row["loss"]) for row in csv.DictReader(history)]
    assert len(losses) == 3
    assert losses[-1] < losses[0]


@pytest.mark.parametrize("kill", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_a_stopped_training_goes_on_where_it_was(work, tmp_path, kill):
    arguments = (
        f"--corpus={work / 'corpus'}", f"--cache={work / 'logits'}",
        f"--output={tmp_path / 'student'}", *SMALL, "--epochs=4", "--units=64",
    )  # fmt: skip
    history = tmp_path / "student.unfinished" / "history.csv"
    state = tmp_path / "student.unfinished" / "state" / "checkpoint"
    with subprocess.Popen(
        command("distill", *arguments), stderr=subprocess.PIPE, text=True
    ) as process:
        deadline = time.monotonic() + 300
        while not state.exists() and time.monotonic() < deadline and process.poll() is None:
            time.sleep(0.02)
        process.send_signal(kill)
        _, errors = process.communicate(timeout=60)
    assert process.returncode in (130, -signal.SIGKILL)
    assert "Traceback" not in errors
    before = history.read_text().splitlines()
    assert 1 < len(before) < 5, "the run ended before it could be stopped"
    assert not (tmp_path / "student").exists()

    resumed = run("distill", *arguments)
    assert resumed.returncode == 0, resumed.stderr
    assert "Resuming " in resumed.stderr
    rows = (tmp_path / "student" / "history.csv").read_text().splitlines()
    assert [row.split(",")[0] for row in rows] == ["epoch", "1", "2", "3", "4"]
    assert rows[1] == before[1]
    assert not os.path.exists(tmp_path / "student.unfinished")


def test_an_unfinished_run_is_not_continued_with_other_settings(work, tmp_path):
    unfinished = tmp_path / "student.unfinished" / "state"
    unfinished.mkdir(parents=True)
    (unfinished / "settings.json").write_text(json.dumps({"units": 7}))
    (unfinished / "checkpoint").write_text('model_checkpoint_path: "ckpt-1"\n')
    (unfinished / "ckpt-1.index").write_text("")
    result = run(
        "distill",
        "--alpha=1",
        f"--corpus={work / 'corpus'}",
        f"--output={tmp_path / 'student'}",
        *SMALL,
    )
    assert result.returncode == 1
    assert "--overwrite" in result.stderr
