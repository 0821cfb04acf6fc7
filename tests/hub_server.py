"""A hub of the tests' own, for the Hugging Face hub's real client."""

import contextlib
import hashlib
import http.server
import json
import os
import re
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

COMMIT = "0123456789abcdef0123456789abcdef01234567"
REPOSITORY = "owner/bert"
REVISIONS = ("main", COMMIT)
DESCRIPTIONS = (
    f"/api/models/{REPOSITORY}",
    *(f"/api/models/{REPOSITORY}/revision/{revision}" for revision in REVISIONS),
)


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
            self.send_file(*self.path.split("/resolve/")[1].split("/", 1), asked)
        elif self.path.startswith("/cdn/"):
            self.send_range(self.hub.files[self.path.removeprefix("/cdn/")], asked)
        else:
            self.send(self.hub.missing, b"", **self.hub.missing_headers)

    def description(self) -> dict[str, object]:
        siblings = [{"rfilename": name} for name in self.hub.files]
        return {"id": REPOSITORY, "modelId": REPOSITORY, "sha": COMMIT, "siblings": siblings}

    def send_file(self, revision: str, name: str, asked: str) -> None:
        if self.hub.gated:
            self.send(403, b"", **{"X-Error-Code": "GatedRepo"})
            return
        if revision not in REVISIONS or name not in self.hub.files:
            code = "EntryNotFound" if revision in REVISIONS else "RevisionNotFound"
            self.send(404, b"", **{"X-Error-Code": code})
            return
        content = self.hub.files[name]
        tag = f'"{hashlib.sha256(content).hexdigest()}"'
        headers = {"X-Repo-Commit": COMMIT, "ETag": tag}
        if name.endswith(("json", "txt")):
            self.send(200, content, **headers)
            return
        # As for large files on the real hub: their content is on another server, which clients know
        # by its name.
        headers |= {"X-Linked-Etag": tag, "X-Linked-Size": str(len(content))}
        place = f"http://localhost:{self.hub.port}/cdn/{name}"
        self.send(302, b"", Location=place, **headers)

    def send_range(self, content: bytes, asked: str) -> None:
        begin = int(match[1]) if (match := re.fullmatch(r"bytes=(\d+)-", asked)) else 0
        headers = {"Content-Range": f"bytes {begin}-{len(content) - 1}/{len(content)}"}
        part = content[begin:]
        self.send_head(206 if asked else 200, len(part), **(headers if asked else {}))
        if self.command == "HEAD":
            return
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


@contextlib.contextmanager
def serving(files: dict[str, bytes]) -> Iterator[Hub]:
    """A hub that has one repository."""
    hub = Hub(files=files)
    handler = type("HubHandler", (Handler,), {"hub": hub})
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    hub.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    yield hub
    server.shutdown()
    thread.join()
    server.server_close()


def client_environment(hub: Hub, folder: Path) -> dict[str, str]:
    """Variables for a process whose client asks this hub; it reads them when it is imported."""
    kept = ("PATH", "HOME", "PYTHONPATH", "LANG", "SYSTEMROOT", "VIRTUAL_ENV")
    return {name: os.environ[name] for name in kept if name in os.environ} | {
        "HF_ENDPOINT": f"http://127.0.0.1:{hub.port}",
        "HF_HOME": str(folder / "hf_home"),
        "NO_PROXY": "127.0.0.1,localhost",
        # The sources that are under test, wherever the package is installed from.
        "PYTHONPATH": os.pathsep.join(filter(None, sys.path)),
    }
