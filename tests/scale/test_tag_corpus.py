"""Whole runs: equal bytes whatever happens on the way, and one clear error where it must stop."""

import json
import os
import random
import signal
import subprocess
import time
from pathlib import Path

import pytest

from .collection import STUDENT, command, make_collection, tag, visible

pytest.importorskip("apache_beam", reason="Apache Beam is in the extra scale")

from bioner_kd.tagging.choices import NOTHING_CHOSEN
from bioner_kd.tagging.records import Records
from bioner_kd.tagging.tagger import Tagger
from bioner_kd.text.documents import all_formats, read_documents


@pytest.fixture(scope="module")
def collection(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three files, the first of which has documents that cannot be read."""
    folder = make_collection(tmp_path_factory.mktemp("collection") / "in")
    whole = (folder / "0.jsonl").read_bytes().splitlines(keepends=True)
    whole[5:5] = [b'{"text": "not \xff UTF-8"}\n', b'{"text": 7}\n']
    whole += [json.dumps({"id": "long", "text": "word " * 100}).encode() + b"\n"]
    (folder / "0.jsonl").write_bytes(b"".join(whole))
    (folder / "broken.xml").write_text(
        "<PubmedArticleSet><PubmedArticle><MedlineCitation><PMID>7</PMID><Article><ArticleTitle>"
        "Gout.</ArticleTitle></Article></MedlineCitation></PubmedArticle><PubmedArticle>",
        encoding="utf-8",
    )
    return folder


LARGEST = "--largest_document=200"


@pytest.fixture(scope="module")
def undisturbed(collection: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The output of a run that nothing disturbs."""
    output = tmp_path_factory.mktemp("undisturbed") / "out"
    tag(collection, output, LARGEST)
    return output


def test_each_document_stands_in_one_shard_or_is_named_once(undisturbed: Path) -> None:
    shards = sorted(undisturbed.glob("*-*.jsonl"))
    ids = [json.loads(line)["id"] for path in shards for line in path.read_text().splitlines()]
    expected = [f"{file}-{one}" for file in range(3) for one in range(25)]
    assert sorted(ids) == sorted([*expected, "7"])
    failures = list(map(json.loads, (undisturbed / "failures.jsonl").read_text().splitlines()))
    names = [Path(one["file"]).name for one in failures]
    assert names == ["0.jsonl", "0.jsonl", "0.jsonl", "broken.xml"]
    assert "500 characters, more than 200" in failures[2]["reason"]
    assert "cut short" in failures[3]["reason"]
    summary = json.loads((undisturbed / "summary.json").read_text())
    assert (summary["documents"], summary["failures"], summary["files"]) == (76, 4, 4)
    assert summary["entities"]["Chemical"] > 0 and summary["words"] > 400


def test_a_shard_is_what_records_of_its_documents_are(undisturbed: Path, collection: Path) -> None:
    documents = list(read_documents(collection / "1.jsonl"))[4:8]
    writer = all_formats()["jsonl"].record_writer
    assert writer is not None
    expected = Records(Tagger.load(STUDENT), writer(), NOTHING_CHOSEN)(documents)
    assert (undisturbed / "1.jsonl-00001.jsonl").read_text().splitlines(True) == expected


@pytest.mark.slow
def test_two_workers_and_many_parts_write_the_same_bytes(
    undisturbed: Path, collection: Path, tmp_path: Path
) -> None:
    tag(collection, tmp_path / "out", LARGEST, "--workers=2", "--parts=3")
    assert visible(tmp_path / "out") == visible(undisturbed)


@pytest.mark.slow
def test_a_run_that_is_killed_goes_on_to_the_same_bytes(
    undisturbed: Path, collection: Path, tmp_path: Path
) -> None:
    output, draw = tmp_path / "out", random.Random(7)
    for wanted in sorted(draw.sample(range(1, 18), 3)):
        resumed = [LARGEST, "--resume"]
        process = subprocess.Popen(
            command(collection, output, *resumed), start_new_session=True, stderr=subprocess.DEVNULL
        )
        # The moment is told by what is finished, since machines differ in their speed.
        while len(list(output.glob("*-*.jsonl"))) < wanted and process.poll() is None:
            time.sleep(0.002)
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    before = {path: path.stat().st_mtime_ns for path in (output / ".run").glob("*-*.json")}
    tag(collection, output, LARGEST, "--resume")
    assert visible(output) == visible(undisturbed)
    assert {path: path.stat().st_mtime_ns for path in before} == before


def test_a_finished_run_is_neither_read_nor_tagged_again(
    undisturbed: Path, collection: Path
) -> None:
    before = visible(undisturbed)
    tag(collection, undisturbed, LARGEST, "--resume")
    assert json.loads((undisturbed / "summary.json").read_text())["run"]["documents"] == 0
    assert visible(undisturbed) == before


@pytest.mark.parametrize(
    ("flags", "said"),
    [
        ([LARGEST], "a run is there already"),
        ([LARGEST, "--resume", "--overwrite"], "go on with the run or begin anew"),
        (["--resume"], "--largest_document is 2000000"),
        ([LARGEST, "--resume", "--min_precision=0.9"], "--min_precision is 0.9"),
        ([LARGEST, "--resume", f"--model={STUDENT.parent / 'disease_bilstm'}"], "another student"),
        ([LARGEST, "--resume", "stray.txt"], "name files by --input"),
    ],
)
def test_another_run_is_refused(
    undisturbed: Path, collection: Path, flags: list[str], said: str
) -> None:
    before = visible(undisturbed)
    finished = subprocess.run(command(collection, undisturbed, *flags), capture_output=True)
    assert finished.returncode in (1, 2)
    (line,) = finished.stderr.decode().splitlines()
    assert said in line
    assert visible(undisturbed) == before


@pytest.mark.slow
def test_a_worker_that_dies_ends_the_run_with_one_error(tmp_path: Path) -> None:
    source, output = make_collection(tmp_path / "in", files=2, documents=3000), tmp_path / "out"
    process = subprocess.Popen(
        command(source, output, "--workers=2"), stderr=subprocess.PIPE, text=True
    )
    while not list(output.glob("*-*.jsonl")):
        assert process.poll() is None
        time.sleep(0.05)
    os.kill(_workers_of(process.pid)[0], signal.SIGKILL)
    said = process.communicate(timeout=60)[1]
    assert process.returncode == 1
    assert "A process of the engine died" in said and "Traceback" not in said
    assert _workers_of(process.pid) == []


def _workers_of(pid: int) -> list[int]:
    """Processes of the engine that a run has started."""
    found, last = [], [pid]
    while last:
        tasks = [path for one in last for path in Path(f"/proc/{one}/task").glob("*/children")]
        last = [int(one) for path in tasks for one in path.read_text().split()]
        found += last
    lines = {one: Path(f"/proc/{one}/cmdline").read_bytes() for one in found}
    return [one for one, line in lines.items() if b"\0apache_beam.runners" in line]
