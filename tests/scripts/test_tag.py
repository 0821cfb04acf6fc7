"""scripts/tag.py as a person runs it."""

import fcntl
import gzip
import json
import os
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from bioner_kd.corpus.demo import read_demo
from bioner_kd.tagging.tagger import Tagger
from bioner_kd.text.formats.conll import read_conll, write_conll

from ..programs import ROOT, SCRIPTS, Result, programs

TEXTS = [sentence.text for sentence in read_demo("test")[:12]]
Tag = Callable[..., Result]


def command(*arguments: object) -> list[str]:
    return [sys.executable, str(ROOT / "scripts" / "tag.py"), *map(str, arguments)]


def run(*arguments: object, stdin: str | bytes = "", **environment: str) -> Result:
    given = stdin.encode() if isinstance(stdin, str) else stdin
    finished = subprocess.run(
        command(*arguments),
        input=given,
        capture_output=True,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
        timeout=120,
        check=False,
    )
    output, errors = finished.stdout.decode("utf-8"), finished.stderr.decode("utf-8")
    assert "Traceback" not in errors
    return subprocess.CompletedProcess(finished.args, finished.returncode, output, errors)


@pytest.fixture(scope="module")
def tag() -> Iterator[Tag]:
    """Runs the program where it need not be a process that was started afresh."""
    prelude = "import bioner_kd.cli.programs.tag, ai_edge_litert.interpreter\n"
    with programs(prelude) as started:

        def run(*arguments: object, stdin: str = "") -> Result:
            result = started.run(SCRIPTS / "tag.py", *arguments, stdin=stdin)
            assert "Traceback" not in result.stderr
            return result

        yield run


@pytest.fixture(scope="module")
def model(export_folder: Path) -> str:
    return f"--model={export_folder}"


@pytest.fixture(scope="module")
def expected(export_folder: Path) -> list[dict]:
    """What the runtime finds in the texts, as the program writes it."""
    names = ("type", "text", "start", "end")
    return [
        {
            "text": text,
            "entities": [
                {name: getattr(entity, name) for name in names} | {"score": round(entity.score, 6)}
                for entity in entities
            ],
        }
        for text, entities in zip(TEXTS, Tagger.load(export_folder).tag_many(TEXTS), strict=True)
    ]


def records(result: Result) -> list[dict]:
    assert (result.returncode, result.stderr) == (0, "")
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_a_text_becomes_a_line_of_json(tag: Tag, model: str, expected: list[dict]) -> None:
    assert records(tag(model, f"--text={TEXTS[0]}")) == expected[:1]
    assert any(record["entities"] for record in expected)


def test_a_text_may_be_empty(tag: Tag, model: str) -> None:
    assert records(tag(model, "--text=")) == [{"text": "", "entities": []}]


def test_each_line_of_standard_input_is_a_text(tag: Tag, model: str, expected: list[dict]) -> None:
    assert records(tag(model, stdin="\n".join(TEXTS))) == expected
    assert records(tag(model, "-", stdin="\r\n".join(TEXTS) + "\r\n")) == expected


def test_an_empty_line_is_a_text_without_entities(tag: Tag, model: str) -> None:
    found = records(tag(model, stdin="gout\n\ngout\n"))
    assert [record["text"] for record in found] == ["gout", "", "gout"]


def test_files_are_read_in_order(
    tag: Tag, model: str, expected: list[dict], tmp_path: Path
) -> None:
    (tmp_path / "a.txt").write_text("\n".join(TEXTS[:4]), encoding="utf-8")
    (tmp_path / "b.txt.gz").write_bytes(gzip.compress("\n".join(TEXTS[4:8]).encode()))
    result = tag(model, tmp_path / "a.txt", tmp_path / "b.txt.gz", "-", stdin="\n".join(TEXTS[8:]))
    assert records(result) == expected


def test_a_file_may_be_one_text(tag: Tag, model: str, tmp_path: Path) -> None:
    content = "\ufeffTitle\r\n\r\n" + TEXTS[0] + "\r\n" + TEXTS[1] + "\n"
    (tmp_path / "a.txt").write_bytes(content.encode())
    (record,) = records(tag(model, "--input=text", tmp_path / "a.txt"))
    assert record["text"] == content.removeprefix("\ufeff")
    for entity in record["entities"]:
        assert record["text"][entity["start"] : entity["end"]] == entity["text"]


def test_conll_in_and_out(tag: Tag, model: str, tmp_path: Path, export_folder: Path) -> None:
    sentences = read_demo("test")[:5]
    write_conll(tmp_path / "in.tsv", sentences)
    output = tmp_path / "out.tsv"
    result = tag(
        model, "--input=conll", "--format=conll", f"--output={output}", tmp_path / "in.tsv"
    )
    assert (result.returncode, result.stdout, result.stderr) == (0, "", "")
    tagger = Tagger.load(export_folder)
    found = read_conll(output)
    assert [sentence.words for sentence in found] == [sentence.words for sentence in sentences]
    assert [list(s.tags or ()) for s in found] == [tagger.tag_words(s.words) for s in sentences]


def test_text_becomes_conll(tag: Tag, model: str) -> None:
    result = tag(model, "--format=conll", "--text=The gout. It hurts.")
    rows = [line.split("\t") for line in result.stdout.split("\n")]
    assert [row[0] for row in rows] == ["The", "gout", ".", "", "It", "hurts", ".", "", ""]
    assert all(len(row) == 2 for row in rows if row != [""])


@pytest.mark.parametrize("form", ["float32", "float16", "int8"])
def test_a_tflite_model_needs_no_tensorflow(model: str, form: str, tmp_path: Path) -> None:
    for name in ("tensorflow", "keras", "transformers"):
        (tmp_path / f"{name}.py").write_text("raise RuntimeError('imported')")
    path = os.pathsep.join([str(tmp_path), str(ROOT)])
    result = run(model, f"--form={form}", f"--text={TEXTS[0]}", PYTHONPATH=path)
    assert records(result)[0]["text"] == TEXTS[0]


@pytest.mark.slow
def test_a_saved_model_gives_the_same(export_folder: Path, expected: list[dict]) -> None:
    version = export_folder / "saved_model" / "1"
    found = records(run(f"--model={version}", stdin="\n".join(TEXTS)))
    for record, wanted in zip(found, expected, strict=True):
        assert [e["text"] for e in record["entities"]] == [e["text"] for e in wanted["entities"]]


def test_utf8_is_written_whatever_the_locale(model: str) -> None:
    text = "β-thalassaemia 💊"
    (record,) = records(run(model, stdin=text, LC_ALL="C", PYTHONUTF8="0", PYTHONIOENCODING=""))
    assert record["text"] == text


def test_results_come_while_texts_go_in(model: str) -> None:
    with subprocess.Popen(
        command(model),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
    ) as process:
        assert process.stdin and process.stdout
        for text in TEXTS[:2]:
            process.stdin.write(text.encode() + b"\n")
            process.stdin.flush()
            assert json.loads(process.stdout.readline())["text"] == text


def test_a_reader_that_has_seen_enough_is_no_error(model: str) -> None:
    with subprocess.Popen(
        command(model),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
    ) as process:
        assert process.stdin and process.stdout and process.stderr
        process.stdin.write((TEXTS[0] + "\n").encode())
        process.stdin.flush()
        process.stdout.readline()
        process.stdout.close()
        process.stdin.write((TEXTS[0] + "\n").encode() * 100)
        process.stdin.close()
        assert process.stderr.read() == b""
        assert process.wait(60) == 0


def test_ctrl_c_while_it_waits_for_text_is_one_line(model: str) -> None:
    with subprocess.Popen(
        command(model),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
    ) as process:
        assert process.stdin and process.stdout and process.stderr
        process.stdin.write(b"gout\n")
        process.stdin.flush()
        process.stdout.readline()
        process.send_signal(signal.SIGINT)
        assert process.stderr.read() == b"tag.py: Stopped.\n"
        assert process.wait(60) == 130


def test_many_texts_are_shared_by_workers_and_come_in_order(
    model: str, expected: list[dict], tmp_path: Path
) -> None:
    (tmp_path / "in.txt").write_text("\n".join(TEXTS), encoding="utf-8")
    files = [tmp_path / "in.txt"] * 250
    found = records(run(model, "--workers=2", *files))
    assert [record["text"] for record in found] == TEXTS * 250
    places = [[e["start"] for e in record["entities"]] for record in expected]
    assert [[e["start"] for e in record["entities"]] for record in found] == places * 250


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file of so many texts that processes are started, and are still at work when it is told."""
    path = tmp_path_factory.mktemp("many") / "in.txt"
    path.write_text("\n".join(TEXTS * 1000), encoding="utf-8")
    return path


def workers_of(pid: int) -> list[Path]:
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [Path(f"/proc/{child}") for child in children]


def test_a_full_disk_is_one_line_and_ends_the_workers(
    model: str, many: Path, tmp_path: Path, room_for: Callable[[int], AbstractContextManager[None]]
) -> None:
    output = tmp_path / "found.jsonl"
    with room_for(200_000):
        result = run(model, "--workers=2", f"--output={output}", many)
    assert (result.returncode, result.stdout) == (1, "")
    assert result.stderr == (
        f"tag.py: {output}.part: cannot write here (File too large); free some space or choose "
        f"another output path. What was finished before is in {output}.part; run the same with "
        "--resume to go on.\n"
    )
    names = sorted(path.name for path in tmp_path.iterdir())
    assert names == ["found.jsonl.part", "found.jsonl.part.journal"]
    *whole, _ = (tmp_path / "found.jsonl.part").read_text(encoding="utf-8").splitlines()
    assert [json.loads(line)["text"] for line in whole[: len(TEXTS)]] == TEXTS


@pytest.mark.parametrize("workers", [1, 2])
def test_a_full_disk_behind_standard_output_is_one_line(
    model: str, many: Path, workers: int
) -> None:
    with open("/dev/full", "wb") as full:
        finished = subprocess.run(
            command(model, f"--workers={workers}", many),
            stdout=full, stderr=subprocess.PIPE, text=True, cwd=ROOT,
            env=os.environ | {"PYTHONPATH": str(ROOT)}, timeout=60, check=False,
        )  # fmt: skip
    assert finished.returncode == 1
    assert finished.stderr == (
        "tag.py: Standard output: cannot write there (No space left on device); free some space, "
        "or send it elsewhere.\n"
    )


def reader_leaves(process: subprocess.Popen[bytes], workers: list[Path]) -> None:
    assert process.stdout
    process.stdout.close()


def worker_dies(process: subprocess.Popen[bytes], workers: list[Path]) -> None:
    os.kill(int(workers[0].name), signal.SIGKILL)


def ctrl_c(process: subprocess.Popen[bytes], workers: list[Path]) -> None:
    process.send_signal(signal.SIGINT)


@pytest.mark.parametrize(
    ("happens", "status", "says"),
    [
        (reader_leaves, 0, ""),
        (worker_dies, 1, "tag.py: A worker process was killed by signal 9 when it was given texts"),
        (ctrl_c, 130, "tag.py: Stopped.\n"),
    ],
)
def test_whatever_ends_the_program_ends_its_workers(
    model: str, many: Path, happens: Callable[..., None], status: int, says: str
) -> None:
    with subprocess.Popen(
        command(model, "--workers=2", *[many] * 4),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
    ) as process:
        assert process.stdout and process.stderr
        while len(workers := workers_of(process.pid)) < 2:
            assert process.stdout.readline()
        happens(process, workers)
        # Whoever reads on keeps the program from waiting.
        while not process.stdout.closed and process.stdout.readline():
            pass
        errors = process.stderr.read().decode()
        assert process.wait(60) == status
    assert errors.startswith(says) and errors.count("\n") == bool(says)
    # A worker that was still starting ends as soon as it looks for its parent.
    deadline = time.monotonic() + 30
    while any(worker.exists() for worker in workers):
        assert time.monotonic() < deadline
        time.sleep(0.05)


def complaint(result: Result, status: int) -> str:
    """The last line that a failed run says."""
    assert (result.returncode, result.stdout) == (status, "")
    return result.stderr.strip().splitlines()[0]


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--text=gout", "file.txt"], "give a text or files, not both"),
        (["--form=int4", "--text=gout"], "--form=int4: must be one of"),
        (["--format=xml", "--text=gout"], "xml"),
        (["--format=brat", "--text=gout"], "--format=brat: it cannot go to standard output"),
        (["--workers=-1", "--text=gout"], "--workers=-1: must be at least 0"),
        (["--tekst=gout"], "tekst"),
    ],
)
def test_usage_errors(tag: Tag, model: str, arguments: list[str], says: str) -> None:
    assert says in complaint(tag(model, *arguments), 2)


def test_nothing_to_tag_on_a_terminal_is_a_usage_error(model: str) -> None:
    primary, terminal = os.openpty()
    try:
        result = subprocess.run(
            command(model), stdin=terminal, capture_output=True, text=True, cwd=ROOT,
            env=os.environ | {"PYTHONPATH": str(ROOT)}, timeout=60, check=False,
        )  # fmt: skip
    finally:
        os.close(primary)
        os.close(terminal)
    assert "Nothing to tag" in complaint(result, 2)


def test_a_missing_model(tag: Tag, tmp_path: Path) -> None:
    result = tag(f"--model={tmp_path / 'no'}", "--text=gout")
    assert "there is no such file or folder; name an export folder" in complaint(result, 1)


def test_a_missing_file_is_found_before_any_text_is_tagged(
    tag: Tag, model: str, tmp_path: Path
) -> None:
    (tmp_path / "a.txt").write_text("gout")
    result = tag(model, tmp_path / "a.txt", tmp_path / "b.txt")
    assert "b.txt: there is no such file. Did you mean" in complaint(result, 1)


def test_bytes_that_are_no_utf8_are_named(model: str) -> None:
    result = run(model, stdin="gout\nÉ".encode("latin-1"))
    assert result.returncode == 1
    assert "<stdin>:2: byte 0xc9" in result.stderr


def test_an_output_below_a_file(tag: Tag, model: str, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    result = tag(model, "--text=gout", f"--output={tmp_path / 'file' / 'out.jsonl'}")
    assert f"there is no folder {tmp_path / 'file'}; make it first" in complaint(result, 1)


def test_an_output_file_is_whole_or_not_there(model: str, tmp_path: Path) -> None:
    result = run(model, f"--output={tmp_path / 'out.jsonl'}", stdin=b"gout\n\xff\n")
    assert "byte 0xff" in complaint(result, 1)
    assert not (tmp_path / "out.jsonl").exists()
    assert json.loads((tmp_path / "out.jsonl.part").read_text())["text"] == "gout"


def test_a_terminal_shows_progress_beside_an_output_file(model: str, tmp_path: Path) -> None:
    primary, terminal = os.openpty()
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
    try:
        subprocess.run(
            command(model, f"--output={tmp_path / 'out.jsonl'}"),
            input=b"gout\ngout\n", stdout=subprocess.DEVNULL, stderr=terminal, cwd=ROOT,
            env=os.environ | {"PYTHONPATH": str(ROOT)}, timeout=60, check=True,
        )  # fmt: skip
        assert b"2 document" in os.read(primary, 10_000)
    finally:
        os.close(primary)
        os.close(terminal)
