"""The hub's real client against a server of the tests' own."""

import hashlib
import http.server
import json
import os
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from bioner_kd.errors import InputError
from bioner_kd.teacher.checkpoint.hub import choose_files

COMMIT = "0123456789abcdef0123456789abcdef01234567"
REPOSITORY = "owner/bert"
SMALL = {"config.json": b'{"model_type": "bert"}', "vocab.txt": b"[PAD]\n", "README.md": b"# bert"}
DESCRIPTIONS = (
    f"/api/models/{REPOSITORY}",
    f"/api/models/{REPOSITORY}/revision/main",
    f"/api/models/{REPOSITORY}/revision/{COMMIT}",
)
WEIGHTS = bytes(range(256)) * 800
PROGRAM = """
import sys
from huggingface_hub import constants
# In whole chunks, the client would lose a cut file of this size altogether.
constants.DOWNLOAD_CHUNK_SIZE = 10_000
from bioner_kd.errors import InputError
from bioner_kd.teacher.checkpoint.source import resolve_teacher
try:
    print(resolve_teacher(sys.argv[1]))
except InputError as error:
    sys.exit(f"InputError: {error}")
"""


@dataclass
class Hub:
    """What the server has, how it misbehaves, and what it was asked."""

    files: dict[str, bytes] = field(default_factory=dict)
    gated: bool = False
    status: int = 200
    # After how many bytes each of the next answers with weights breaks off.
    cuts: list[int] = field(default_factory=list)
    requests: list[tuple[str, str, str]] = field(default_factory=list)
    port: int = 0
    # What the real hub answers to a stranger who asks for what does not exist.
    missing: int = 401
    missing_headers: dict[str, str] = field(
        default_factory=lambda: {"X-Error-Code": "RepoNotFound"}
    )

    def fetched(self, method: str = "GET") -> list[str]:
        return [path for verb, path, _ in self.requests if verb == method]


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    hub: Hub

    def log_message(self, *arguments: object) -> None:
        pass

    def do_HEAD(self) -> None:  # noqa: N802
        self.answer()

    def do_GET(self) -> None:  # noqa: N802
        self.answer()

    def answer(self) -> None:
        asked = self.headers.get("Range", "")
        self.hub.requests.append((self.command, self.path, asked))
        if self.hub.status != 200:
            self.send(self.hub.status, b"")
        elif self.path in DESCRIPTIONS:
            self.send(200, json.dumps(self.description()).encode())
        elif self.path.startswith(f"/api/models/{REPOSITORY}/revision/"):
            self.send(404, b"", **{"X-Error-Code": "RevisionNotFound"})
        elif self.path.startswith(f"/{REPOSITORY}/resolve/"):
            self.send_file(self.path.split("/")[-1], asked)
        elif self.path.startswith("/cdn/"):
            self.send_range(self.hub.files[self.path.split("/")[-1]], asked)
        else:
            self.send(self.hub.missing, b"", **self.hub.missing_headers)

    def description(self) -> dict[str, object]:
        siblings = [{"rfilename": name} for name in self.hub.files]
        return {"id": REPOSITORY, "modelId": REPOSITORY, "sha": COMMIT, "siblings": siblings}

    def send_file(self, name: str, asked: str) -> None:
        if self.hub.gated:
            self.send(403, b"", **{"X-Error-Code": "GatedRepo"})
            return
        content = self.hub.files[name]
        tag = f'"{hashlib.sha256(content).hexdigest()}"'
        headers = {"X-Repo-Commit": COMMIT, "ETag": tag}
        if name.endswith(("json", "txt")):
            self.send(200, content, **headers)
            return
        # As for large files on the real hub: their content is on another server.
        headers |= {"X-Linked-Etag": tag, "X-Linked-Size": str(len(content))}
        place = f"http://127.0.0.1:{self.hub.port}/cdn/{name}"
        self.send(302, b"", Location=place, **headers)

    def send_range(self, content: bytes, asked: str) -> None:
        begin = int(match[1]) if (match := re.fullmatch(r"bytes=(\d+)-", asked)) else 0
        headers = {"Content-Range": f"bytes {begin}-{len(content) - 1}/{len(content)}"}
        part = content[begin:]
        self.send_head(206 if asked else 200, len(part), **(headers if asked else {}))
        if self.hub.cuts:
            self.wfile.write(part[: self.hub.cuts.pop(0)])
            self.close_connection = True
        else:
            self.wfile.write(part)

    def send(self, status: int, content: bytes, **headers: str) -> None:
        self.send_head(status, len(content), **headers)
        if self.command != "HEAD":
            self.wfile.write(content)

    def send_head(self, status: int, length: int, **headers: str) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(length))
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()


@pytest.fixture
def hub() -> Iterator[Hub]:
    hub = Hub(files={**SMALL, "pytorch_model.bin": WEIGHTS})
    handler = type("HubHandler", (Handler,), {"hub": hub})
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    hub.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    yield hub
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def resolve(hub, tmp_path):
    """Runs resolve_teacher in a process of its own, as the client reads its settings at import."""

    def run(teacher: str = REPOSITORY, **settings: str) -> subprocess.CompletedProcess[str]:
        kept = ("PATH", "HOME", "PYTHONPATH", "LANG", "SYSTEMROOT", "VIRTUAL_ENV")
        environment = {name: os.environ[name] for name in kept if name in os.environ}
        environment |= {
            "HF_ENDPOINT": f"http://127.0.0.1:{hub.port}",
            "HF_HOME": str(tmp_path / "hf_home"),
            "NO_PROXY": "127.0.0.1",
        }
        # The sources that are under test, wherever the package is installed from.
        environment["PYTHONPATH"] = os.pathsep.join(filter(None, sys.path))
        return subprocess.run(
            [sys.executable, "-c", PROGRAM, teacher],
            capture_output=True,
            text=True,
            env=environment | settings,
            cwd=tmp_path,
            timeout=120,
        )

    return run


def folder_of(ran: subprocess.CompletedProcess[str]) -> Path:
    assert ran.returncode == 0, ran.stderr
    return Path(ran.stdout.strip())


def error_of(ran: subprocess.CompletedProcess[str]) -> str:
    assert ran.returncode == 1
    assert "Traceback" not in ran.stderr
    return ran.stderr[ran.stderr.index("InputError: ") :].strip()


def test_a_checkpoint_is_downloaded_and_nothing_else(hub, resolve):
    hub.files |= {"tf_model.h5": WEIGHTS, "flax_model.msgpack": WEIGHTS, "sub/config.json": b"{}"}
    folder = folder_of(resolve())
    assert sorted(path.name for path in folder.iterdir()) == [
        "config.json",
        "pytorch_model.bin",
        "vocab.txt",
    ]
    assert (folder / "pytorch_model.bin").read_bytes() == WEIGHTS
    assert (folder / "config.json").read_bytes() == SMALL["config.json"]
    assert hub.fetched().count("/cdn/pytorch_model.bin") == 1


def test_the_second_time_nothing_is_downloaded_again(hub, resolve):
    first = folder_of(resolve())
    hub.requests.clear()
    assert folder_of(resolve()) == first
    assert all(path.startswith("/api/") for path in hub.fetched())


def test_a_commit_can_be_named(resolve):
    assert folder_of(resolve(f"{REPOSITORY}@{COMMIT}")).name == COMMIT


def test_offline_mode_takes_the_copy_in_the_cache(hub, resolve):
    first = folder_of(resolve())
    hub.requests.clear()
    assert folder_of(resolve(HF_HUB_OFFLINE="1")) == first
    assert hub.requests == []


def test_offline_mode_without_a_copy_says_so(hub, resolve):
    error = error_of(resolve(HF_HUB_OFFLINE="1"))
    assert error.startswith(f"InputError: {REPOSITORY}: not in the cache, and HF_HUB_OFFLINE")
    assert hub.requests == []


def test_without_network_the_copy_in_the_cache_is_taken(resolve):
    first = folder_of(resolve())
    # Port 9 discards: nothing listens there.
    assert folder_of(resolve(HF_ENDPOINT="http://127.0.0.1:9")) == first


def test_without_network_and_copy_the_error_says_what_to_do(resolve):
    error = error_of(resolve(HF_ENDPOINT="http://127.0.0.1:9"))
    assert "not in the cache, and http://127.0.0.1:9 did not deliver" in error
    assert "check the network" in error
    assert "\n" not in error


@pytest.mark.parametrize("status", [500, 503])
def test_a_server_in_trouble_is_a_clear_error(hub, resolve, status):
    hub.status = status
    assert "did not deliver" in error_of(resolve())


def test_a_refusal_is_told_with_its_status(hub, resolve):
    hub.status = 403
    assert "answered 403 Forbidden; check HF_TOKEN" in error_of(resolve())


@pytest.mark.parametrize("status", [401, 404])
@pytest.mark.parametrize("headers", [{"X-Error-Code": "RepoNotFound"}, {}])
def test_a_repository_that_does_not_exist_is_named(hub, resolve, status, headers):
    hub.missing, hub.missing_headers = status, headers
    error = error_of(resolve("owner/brt"))
    assert error.startswith("InputError: owner/brt: neither a folder here nor a repository at http")
    assert "\n" not in error


def test_a_revision_that_does_not_exist_is_named(resolve):
    error = error_of(resolve(f"{REPOSITORY}@v9"))
    assert error.startswith(f"InputError: {REPOSITORY}@v9: the repository exists, but not this")


def test_a_name_that_the_hub_forbids_is_an_input_error(hub, resolve):
    assert "neither a folder here nor a repository" in error_of(resolve("owner/a--b"))
    assert hub.requests == []


def test_a_gated_repository_says_where_to_ask(hub, resolve):
    hub.gated = True
    error = error_of(resolve())
    assert f"accept its terms at http://127.0.0.1:{hub.port}/{REPOSITORY}" in error


def test_a_repository_without_readable_weights_says_what_is_read(hub, resolve):
    hub.files = SMALL
    assert "none of the weights that can be read (model.safetensors" in error_of(resolve())


def test_a_cut_download_goes_on_where_it_stopped(hub, resolve):
    hub.cuts = [50_000]
    folder = folder_of(resolve())
    assert (folder / "pytorch_model.bin").read_bytes() == WEIGHTS
    ranges = [asked for _, path, asked in hub.requests if path.startswith("/cdn/") and asked]
    assert ranges == ["bytes=50000-"]


def test_a_download_that_is_cut_again_and_again_is_resumed_by_the_next_run(hub, resolve):
    hub.cuts = [50_000, 20_000, 20_000]
    error = error_of(resolve())
    assert "the copy in the cache is not complete" in error
    assert "it goes on where it stopped" in error
    hub.requests.clear()
    folder = folder_of(resolve())
    assert (folder / "pytorch_model.bin").read_bytes() == WEIGHTS
    ranges = [asked for _, path, asked in hub.requests if path.startswith("/cdn/")]
    assert ranges == ["bytes=90000-"]


def test_an_incomplete_copy_is_not_taken_offline(hub, resolve):
    hub.cuts = [100] * 3
    error_of(resolve())
    error = error_of(resolve(HF_HUB_OFFLINE="1"))
    assert "the copy in the cache is not complete, and HF_HUB_OFFLINE" in error


def test_a_cache_that_cannot_be_written_is_named(resolve, tmp_path):
    (tmp_path / "hf_home").write_text("a file where the cache should be")
    error = error_of(resolve())
    assert f"{tmp_path / 'hf_home' / 'hub'} cannot be written" in error
    assert "set HF_HOME" in error


def test_safetensors_are_chosen_before_torch_and_torch_before_tensorflow():
    names = [*SMALL, "tf_model.h5", "pytorch_model.bin", "model.safetensors"]
    assert choose_files("x", names) == ["config.json", "vocab.txt", "model.safetensors"]
    assert choose_files("x", names[:-1])[-1] == "pytorch_model.bin"
    assert choose_files("x", names[:-2])[-1] == "tf_model.h5"


def test_both_files_of_byte_level_bpe_are_downloaded():
    names = ["config.json", "merges.txt", "model.safetensors", "README.md", "vocab.json"]
    assert choose_files("x", names) == [name for name in names if name != "README.md"]


def test_an_index_is_chosen_with_its_shards_alone():
    names = [
        *SMALL,
        "model-00001-of-00002.safetensors",
        "model-00002-of-00002.safetensors",
        "model-old.safetensors",
        "model.safetensors.index.json",
        "pytorch_model-00001-of-00001.bin",
        "pytorch_model.bin.index.json",
    ]
    assert choose_files("x", names) == [
        "config.json",
        "vocab.txt",
        "model-00001-of-00002.safetensors",
        "model-00002-of-00002.safetensors",
        "model.safetensors.index.json",
    ]


@pytest.mark.parametrize(
    ("names", "reason"),
    [
        (["vocab.txt", "model.safetensors"], "no configuration"),
        (["config.json", "model.safetensors"], "no vocabulary"),
        (["config.json", "tokenizer.json", "model.gguf"], "none of the weights"),
    ],
)
def test_a_repository_that_is_no_checkpoint_says_what_it_lacks(names, reason):
    with pytest.raises(InputError, match=reason):
        choose_files("owner/name", names)
