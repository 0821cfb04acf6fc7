"""scripts/benchmark.py on a tiny export and a CRF that is trained for a moment."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.slow


def command(*flags: object) -> list[str]:
    return [sys.executable, str(ROOT / "scripts" / "benchmark.py"), *map(str, flags)]


def options(work: Path) -> dict[str, Any]:
    paths = [str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(paths)}
    return {"cwd": work, "env": environment, "text": True}


def run(work: Path, *flags: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command(*flags), **options(work), capture_output=True)


@pytest.fixture(scope="module")
def work(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("benchmark")


@pytest.fixture(scope="module")
def flags(export_folder: Path) -> list[str]:
    pytest.importorskip("sklearn_crfsuite", reason="the extra 'benchmark' is not installed")
    return [
        "--corpus=demo",
        f"--export={export_folder}",
        "--peers=crf",
        "--peers_folder=peers",
        "--peer_steps=20",
        "--leave_out=biobert_fp32,biobert_bf16,saved_model,saved_model_many",
        "--baseline=crf",
        "--sentences=10",
        "--warm_up=5",
        "--many_repeats=2",
        "--rounds=1",
        "--threads=1",
        "--formats=lines,pubmed",
    ]


@pytest.fixture(scope="module")
def finished(work: Path, flags: list[str]) -> subprocess.CompletedProcess[str]:
    done = run(work, *flags, "--output=out")
    assert done.returncode == 0, done.stderr
    return done


def test_tables_and_targets_are_printed(finished):
    for text in ("int8 .tflite, tag_many", "CRF (sklearn-crfsuite)", "peak memory of the process"):
        assert text in finished.stdout
    assert "PubMed XML" in finished.stdout
    assert finished.stdout.endswith("out/benchmark.md\n")
    assert "crf, F1: " in finished.stderr


def test_the_folder_holds_page_lines_and_flags(finished, work):
    names = sorted(path.name for path in (work / "out").iterdir())
    assert names == ["benchmark.md", "measurements.jsonl", "results.jsonl", "run.cfg"]
    text = (work / "out" / "results.jsonl").read_text(encoding="utf-8")
    lines = list(map(json.loads, text.splitlines()))
    scores = {line["contestant"]: line["f1"] for line in lines if line["kind"] == "score"}
    assert set(scores) >= {"float32", "float32_many", "int8", "int8_many", "crf"}
    assert scores["crf"] > 0
    measured = [line for line in lines if line["kind"] == "measurement"]
    assert all(line["seconds"] > 0 and line["ready"] > 0 for line in measured)
    sentences = {line["contestant"]: line["sentences"] for line in measured}
    assert (sentences["int8"], sentences["int8_many"]) == (10, 20)
    page = (work / "out" / "benchmark.md").read_text(encoding="utf-8")
    assert "bioner_kd benchmark --" in page and "--peers=crf" in page


def test_a_benchmark_goes_on_where_it_was_stopped_and_keeps_its_peers(finished, work, flags):
    unfinished = work / "again.unfinished"
    (unfinished / "state").mkdir(parents=True)
    kept = (work / "out" / "measurements.jsonl").read_text().splitlines(keepends=True)
    (unfinished / "measurements.jsonl").write_text("".join(kept[:-2]))
    trained = (work / "peers" / "crf" / "peer.json").stat().st_mtime_ns
    done = run(work, *flags, "--output=again")
    assert done.returncode == 0, done.stderr
    assert f"{len(kept) - 2} of {len(kept)} measurements are there." in done.stderr
    again = (work / "again" / "measurements.jsonl").read_text().splitlines(keepends=True)
    assert again[:-2] == kept[:-2] and len(again) == len(kept)
    assert (work / "peers" / "crf" / "peer.json").stat().st_mtime_ns == trained


def test_ctrl_c_shows_and_keeps_what_was_measured(finished, work, flags):
    kept = work / "stopped.unfinished" / "measurements.jsonl"
    with subprocess.Popen(
        command(*flags, "--output=stopped", "--rounds=1000"),
        **options(work),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as started:
        while not (kept.exists() and '"measurement"' in kept.read_text(encoding="utf-8")):
            assert started.poll() is None
            time.sleep(0.05)
        started.send_signal(signal.SIGINT)
        output, errors = started.communicate()
    assert started.returncode == 130
    assert errors.splitlines()[-1].endswith(
        "Stopped. What was measured is kept; the same command goes on."
    )
    assert "float32 .tflite, tag" in output and "Words/s" in output
    assert kept.exists() and not (work / "stopped").exists()


@pytest.mark.parametrize(
    ("wrong", "status", "says"),
    [
        (["--output=out"], 1, "a finished run is here already"),
        (["--output=new", "--peers_folder=wrong"], 1, "is not a trained peer"),
        (["--output=new", "--export=nowhere"], 1, "nowhere/manifest.json"),
        (["--output=new", "--leave_out=flair"], 2, "--leave_out=flair: must be one of"),
        (["--output=new", "--threads=none"], 2, "--threads=none: must be numbers"),
    ],
)
def test_mistakes_are_told_in_a_line(finished, work, flags, wrong, status, says):
    (work / "wrong" / "crf").mkdir(parents=True, exist_ok=True)
    done = run(work, *flags, *wrong)
    assert done.returncode == status
    assert says in done.stderr.strip().splitlines()[-1]
    assert not (work / "new").exists()
