"""scripts/query_server.py as a person runs it, against the tests' own servers."""

import pytest

pytest.importorskip("tensorflow_serving")

import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from bioner_kd.corpus.demo import read_demo
from bioner_kd.tagging.tagger import Tagger

from ..tagging.client.servers import HOST, GrpcServer, Model, RestServer, rest_api

ROOT = Path(__file__).resolve().parents[2]
TEXTS = [*(sentence.text for sentence in read_demo("test")[:5]), "", "β-thalassaemia 💊. Gout."]
Result = subprocess.CompletedProcess[str]


def run(*arguments: object, stdin: str | bytes = "", **environment: str) -> Result:
    given = stdin.encode() if isinstance(stdin, str) else stdin
    finished = subprocess.run(
        [sys.executable, str(ROOT / "scripts" / "query_server.py"), *map(str, arguments)],
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
def model(export_folder: Path) -> Model:
    return Model(export_folder / "saved_model" / "1")


@pytest.fixture(scope="module")
def rest(model: Model) -> Iterator[RestServer]:
    with RestServer(rest_api(model)) as server:
        yield server


@pytest.fixture(scope="module")
def expected(export_folder: Path) -> list[tuple]:
    tagger = Tagger.load(export_folder, form="saved_model")
    return [(text, [(e.type, e.text, e.start, e.end) for e in tagger.tag(text)]) for text in TEXTS]


def records(result: Result) -> list[tuple]:
    assert (result.returncode, result.stderr) == (0, "")
    lines = [json.loads(line) for line in result.stdout.splitlines()]
    assert all(0 < e["score"] <= 1 for line in lines for e in line["entities"])
    return [
        (line["text"], [(e["type"], e["text"], e["start"], e["end"]) for e in line["entities"]])
        for line in lines
    ]


def test_a_text(rest: RestServer, expected: list[tuple]) -> None:
    assert records(run(f"--url={rest.url}", f"--text={TEXTS[0]}")) == expected[:1]
    assert any(entities for _, entities in expected)


def test_lines_go_in_batches_and_come_back_in_order(
    rest: RestServer, expected: list[tuple], tmp_path: Path
) -> None:
    rest.requests.clear()
    assert records(run(f"--url={rest.url}", "--batch_size=3", stdin="\n".join(TEXTS))) == expected
    assert [len(json.loads(body)["instances"]) for *_, body in rest.requests] == [3, 3, 1]
    (tmp_path / "a.txt").write_text("\n".join(TEXTS), encoding="utf-8")
    output = tmp_path / "out.jsonl"
    result = run(f"--url={rest.url}", f"--output={output}", tmp_path / "a.txt")
    assert (result.returncode, result.stdout) == (0, "")
    assert [json.loads(line)["text"] for line in output.read_text("utf-8").splitlines()] == TEXTS


def test_a_file_may_be_one_text(rest: RestServer, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("Gout.\n\nGout", encoding="utf-8")
    ((text, _),) = records(run(f"--url={rest.url}", "--input=text", tmp_path / "a.txt"))
    assert text == "Gout.\n\nGout"


@pytest.mark.slow
def test_grpc_gives_the_same(model: Model, expected: list[tuple]) -> None:
    with GrpcServer(model) as server:
        arguments = ("--protocol=grpc", f"--url={server.url}")
        assert records(run(*arguments, stdin="\n".join(TEXTS))) == expected


def test_rest_needs_the_standard_library_and_numpy_alone(rest: RestServer, tmp_path: Path) -> None:
    for name in ("tensorflow", "keras", "grpc", "tensorflow_serving", "ai_edge_litert"):
        (tmp_path / f"{name}.py").write_text("raise RuntimeError('imported')")
    path = os.pathsep.join([str(tmp_path), str(ROOT)])
    assert len(records(run(f"--url={rest.url}", "--text=gout", PYTHONPATH=path))) == 1


def test_a_proxy_of_the_environment_is_not_asked(rest: RestServer) -> None:
    nowhere = "http://127.0.0.1:1"
    result = run(f"--url={rest.url}", "--text=gout", http_proxy=nowhere, HTTP_PROXY=nowhere)
    assert len(records(result)) == 1


def complaint(result: Result, status: int) -> str:
    """The one line that a failed run says."""
    assert (result.returncode, result.stdout) == (status, "")
    (line,) = result.stderr.strip().splitlines()
    return line


def test_a_server_that_is_down() -> None:
    said = complaint(run("--url=http://127.0.0.1:1", "--text=gout"), 1)
    assert "no server of TF Serving's REST API answers there (Connection refused)" in said


@pytest.mark.slow
def test_a_grpc_server_that_is_down() -> None:
    result = run("--protocol=grpc", "--url=127.0.0.1:1", "--text=gout")
    assert result.returncode == 1
    assert "no server of TF Serving's gRPC API answers there" in result.stderr


def test_a_server_that_does_not_answer() -> None:
    with socket.socket() as silent:
        silent.bind((HOST, 0))
        silent.listen()
        url = f"http://{HOST}:{silent.getsockname()[1]}"
        said = complaint(run(f"--url={url}", "--text=gout", "--timeout=0.3"), 1)
    assert "no answer within 0.3 s" in said


def test_a_wrong_model(rest: RestServer) -> None:
    said = complaint(run(f"--url={rest.url}", "--model=other", "--text=gout"), 1)
    assert "Servable not found for request: Latest(other)" in said


def test_an_answer_that_is_no_json() -> None:
    with RestServer(lambda path, body: (200, b"<html>")) as server:
        said = complaint(run(f"--url={server.url}", "--text=gout"), 1)
    assert "not as TF Serving's REST API does: '<html>'" in said


def test_an_output_file_is_whole_or_not_there(rest: RestServer, tmp_path: Path) -> None:
    output = tmp_path / "out.jsonl"
    arguments = (f"--url={rest.url}", "--batch_size=1", f"--output={output}")
    assert "byte 0xff" in complaint(run(*arguments, stdin=b"gout\n\xff\n"), 1)
    assert not output.exists()
    assert json.loads((tmp_path / "out.jsonl.part").read_text())["text"] == "gout"


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--text=gout", "file.txt"], "give a text or files, not both"),
        (["--protocol=grpc", "--url=http://h:1", "--text=x"], "--url=http://h:1: for grpc"),
        (["--timeout=0", "--text=x"], "--timeout=0"),
        (["--batch_size=0", "--text=x"], "--batch_size=0"),
        (["--url=http://:1", "--text=x"], "--url=http://:1: write it like"),
    ],
)
def test_usage_errors(arguments: list[str], says: str) -> None:
    assert says in complaint(run(*arguments), 2)


def test_a_missing_file_is_found_before_the_server_is_asked(rest: RestServer) -> None:
    rest.requests.clear()
    assert "no.txt: there is no such file" in complaint(run(f"--url={rest.url}", "no.txt"), 1)
    assert rest.requests == []


def test_names_of_files_and_character_references(rest: RestServer, tmp_path: Path) -> None:
    (tmp_path / "always").write_text("zzqx fever\tDisease\n", encoding="utf-8")
    options = [f"--url={rest.url}", f"--always={tmp_path / 'always'}"]
    text = "No zzqx&#32;fever"
    ((_, entities),) = records(run(*options, "--unescape", f"--text={text}"))
    assert ("Disease", "zzqx&#32;fever", 3, 17) in entities
    ((_, entities),) = records(run(*options, f"--text={text}"))
    assert "zzqx&#32;fever" not in [entity[1] for entity in entities]
    (tmp_path / "always").write_text("zzqx fever\n", encoding="utf-8")
    result = run(*options, f"--text={text}")
    assert result.returncode == 1 and "always:1: 'zzqx fever' has no type" in result.stderr
