"""Text without annotation, from augmentation and labelling by two teachers to a student."""

import json
import signal
import subprocess
import time
from pathlib import Path

import pytest

from bioner_kd.corpus.demo import read_demo
from bioner_kd.text.formats.conll import write_conll
from bioner_kd.text.plain_text import read_plain_text

from ..teacher.tiny_bert import write_checkpoint
from .test_pipeline import SMALL, command, run, succeed

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def work(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A corpus and two tiny teachers of it."""
    work = tmp_path_factory.mktemp("transfer")
    for split in ("train", "devel", "test"):
        (work / "corpus").mkdir(exist_ok=True)
        write_conll(work / "corpus" / f"{split}.tsv", read_demo(split)[:30])
    write_checkpoint(work / "bert")
    for seed in (1, 2):
        succeed(
            "finetune_teacher", f"--teacher={work / 'bert'}", f"--corpus={work / 'corpus'}",
            f"--output={work / f'teacher_{seed}'}", "--epochs=1", "--max_subwords=64",
            "--overlap=16", f"--seed={seed}",
        )  # fmt: skip
    return work


def test_augmented_and_plain_text_go_the_whole_way(work):
    corpus, cache = f"--corpus={work / 'corpus'}", f"--cache={work / 'logits'}"
    teachers = f"--teachers={work / 'teacher_1'},{work / 'teacher_2'}"
    augmented, plain = work / "augmented.txt.xz", work / "plain.txt"
    succeed("augment", corpus, f"--output={augmented}", "--copies=2")
    plain.write_text("".join(f"Case {n} had gout.\n" for n in range(40)) + "x " * 100_000)
    text = f"--text={augmented},{plain}"
    labelled = run("cache_logits", corpus, cache, teachers, text, "--text_size=60")
    assert labelled.returncode == 0, labelled.stderr
    assert "--text: 60 of " in labelled.stderr
    # A sentence ends after 2,000 words, so that the last line is 50 sentences.
    assert "left out: 50 of more than 200 words" in labelled.stderr
    sentences = [s.text for s in read_plain_text(work / "logits" / "text" / "sentences.txt.gz")]
    assert len(sentences) == len(set(sentences)) == 60
    taught = run(
        "distill", corpus, cache, teachers, f"--output={work / 'student'}", *SMALL,
        "--transfer_size=20", "--transfer_select=confident", "--transfer_keep=0.5",
    )  # fmt: skip
    assert taught.returncode == 0, taught.stderr
    assert "Transfer set: 20 of 60 labelled sentences (confident: 30)." in taught.stderr

    report = work / "scores.json"
    both = f"{work / 'teacher_1'}+{work / 'teacher_2'}"
    one = f"--run=one={work / 'teacher_1'}"
    succeed("evaluate", corpus, f"--run=both={both}", one, f"--report={report}")
    both, one = json.loads(report.read_text())["models"]
    assert both["parameters"] == 2 * one["parameters"]
    assert both["bytes"] == 2 * one["bytes"]


def test_the_cache_of_two_teachers_is_not_that_of_one(work):
    corpus, cache = f"--corpus={work / 'corpus'}", f"--cache={work / 'averaged'}"
    teachers = f"--teachers={work / 'teacher_1'},{work / 'teacher_2'}"
    succeed("cache_logits", corpus, cache, teachers)
    alone = run("cache_logits", corpus, cache, f"--teachers={work / 'teacher_1'}")
    assert alone.returncode == 1
    assert "its teacher: [" in alone.stderr


def test_labelling_that_was_stopped_keeps_its_shards(work):
    text, folder = work / "long.txt", work / "stopped" / "text"
    text.write_text("".join(f"case {n} of {n} had gout\n" for n in range(12_000)))
    arguments = (
        "--splits=", f"--text={text}", f"--cache={work / 'stopped'}",
        f"--teachers={work / 'teacher_1'}", "--intra_op_threads=1",
    )  # fmt: skip
    with subprocess.Popen(
        command("cache_logits", *arguments), stderr=subprocess.PIPE, text=True
    ) as process:
        deadline = time.monotonic() + 300
        while len(list(folder.glob("shard-*"))) < 2 and time.monotonic() < deadline:
            time.sleep(0.02)
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "Traceback" not in errors
    before = {path.name: path.stat().st_mtime_ns for path in folder.glob("shard-*")}
    assert 2 <= len(before) < 12, "the run ended before it could be stopped"
    assert not [path for path in folder.iterdir() if path.name.startswith(".")]
    finished = json.loads((folder / "manifest.json").read_text())["shards"]

    succeed("cache_logits", *arguments)
    after = {path.name: path.stat().st_mtime_ns for path in folder.glob("shard-*")}
    assert len(after) == 12
    assert all(after[name] == before[name] for name in finished)
    assert len(list(read_plain_text(folder / "sentences.txt.gz"))) == 12_000
