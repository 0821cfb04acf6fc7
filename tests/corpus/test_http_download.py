import contextlib
import hashlib
import http.server
import socket
import threading
from pathlib import Path

import pytest

from bioner_kd.corpus.http_download import RetryPolicy, fetch
from bioner_kd.corpus.public_table import PublicFile
from bioner_kd.errors import InputError

DATA = bytes(range(256)) * 2000  # 512,000 bytes, several pieces
FILE = PublicFile("", "train.tsv", "data/train.tsv", len(DATA), hashlib.sha256(DATA).hexdigest())
FAST = RetryPolicy(timeout=5, retries=3, pause=0)


class Handler(http.server.BaseHTTPRequestHandler):
    """Serves DATA and misbehaves as the test's server says."""

    protocol_version = "HTTP/1.1"

    def do_GET(self):  # noqa: N802
        server = self.server
        asked = self.headers.get("Range", "")
        server.asked.append((self.path, asked))
        code = server.codes.pop(0) if server.codes else 0
        start = int(asked[len("bytes=") : -1]) if asked and server.resumes else 0
        if code:
            self.answer(code, b"an error page", {})
        elif start >= len(server.data) > 0:
            self.answer(416, b"", {})
        else:
            headers = {"Content-Type": server.content_type}
            if start:
                headers["Content-Range"] = (
                    f"bytes {start}-{len(server.data) - 1}/{len(server.data)}"
                )
            self.answer(206 if start else 200, server.data[start:], headers)

    def answer(self, code, body, headers):
        self.send_response(code)
        for name, value in headers.items():
            self.send_header(name, value)
        if self.server.tells_length:
            self.send_header("Content-Length", str(len(body)))
        self.send_header("Connection", "close")
        self.end_headers()
        cut = self.server.cuts.pop(0) if self.server.cuts else len(body)
        self.wfile.write(body[:cut])
        self.close_connection = True

    def log_message(self, *_):
        pass


@pytest.fixture
def server(monkeypatch):
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.handle_error = lambda *_: None  # the client hangs up on what it does not want
    server.data, server.asked, server.cuts, server.codes = DATA, [], [], []
    server.resumes, server.tells_length, server.content_type = True, True, "text/plain"
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    server.url = f"http://127.0.0.1:{server.server_port}/data/train.tsv"
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def path(tmp_path):
    return tmp_path / "corpus" / "train.tsv"


def part_of(path):
    return path.with_name("train.tsv.part")


def message_of(url, path, **options):
    with pytest.raises(InputError) as caught:
        fetch(FILE, url, path, **{"retry": FAST, **options})
    assert url in str(caught.value) and "\n" not in str(caught.value)
    assert not path.exists()
    return str(caught.value)


def test_file_is_downloaded_verified_and_put_in_place(server, path):
    told = []
    fetch(FILE, server.url, path, progress=lambda *args: told.append(args))
    assert path.read_bytes() == DATA
    assert [entry.name for entry in path.parent.iterdir()] == ["train.tsv"]
    assert server.asked == [("/data/train.tsv", "")]
    assert told[-1] == ("train.tsv", len(DATA), len(DATA))
    assert [done for _, done, _ in told] == sorted(done for _, done, _ in told)


def test_finished_file_is_not_downloaded_again(server, path):
    fetch(FILE, server.url, path)
    fetch(FILE, server.url, path)
    assert len(server.asked) == 1


def test_other_file_of_that_name_is_left_alone(server, path):
    path.parent.mkdir()
    path.write_text("my own")
    with pytest.raises(InputError, match="move it away"):
        fetch(FILE, server.url, path)
    assert path.read_text() == "my own" and server.asked == []


@pytest.mark.parametrize("tells_length", [True, False])
def test_cut_connection_is_resumed_where_it_stopped(server, path, tells_length):
    server.cuts, server.tells_length = [200_000, 100_000], tells_length
    fetch(FILE, server.url, path, retry=FAST)
    assert path.read_bytes() == DATA
    ranges = [asked for _, asked in server.asked]
    assert ranges == ["", "bytes=200000-", "bytes=300000-"]


def test_download_of_an_earlier_run_is_resumed(server, path):
    path.parent.mkdir()
    part_of(path).write_bytes(DATA[:12_345])
    fetch(FILE, server.url, path)
    assert path.read_bytes() == DATA
    assert server.asked == [("/data/train.tsv", "bytes=12345-")]


def test_complete_part_needs_no_request(server, path):
    path.parent.mkdir()
    part_of(path).write_bytes(DATA)
    fetch(FILE, server.url, path)
    assert path.read_bytes() == DATA and server.asked == []


def test_server_that_ignores_range_sends_everything_again(server, path):
    server.cuts, server.resumes = [200_000], False
    fetch(FILE, server.url, path, retry=FAST)
    assert path.read_bytes() == DATA
    assert [asked for _, asked in server.asked] == ["", "bytes=200000-"]


def test_range_that_cannot_be_had_starts_again(server, path):
    path.parent.mkdir()
    part_of(path).write_bytes(DATA[:1000])
    server.codes = [416]
    fetch(FILE, server.url, path, retry=FAST)
    assert path.read_bytes() == DATA
    assert [asked for _, asked in server.asked] == ["bytes=1000-", ""]


def test_part_that_is_too_long_starts_again(server, path):
    path.parent.mkdir()
    part_of(path).write_bytes(DATA + b"x")
    fetch(FILE, server.url, path)
    assert path.read_bytes() == DATA and server.asked == [("/data/train.tsv", "")]


def test_connection_that_is_cut_again_and_again_gives_up_and_keeps_what_came(server, path):
    server.cuts = [10, 10, 10, 10]
    message = message_of(server.url, path)
    assert "gave up after 4 tries" in message and "--base_url" in message
    assert part_of(path).read_bytes() == DATA[:40]
    assert len(server.asked) == 4


def test_wrong_checksum_removes_the_download_and_says_both(server, path):
    server.data = b"x" + DATA[1:]
    message = message_of(server.url, path)
    assert FILE.sha256 in message and hashlib.sha256(server.data).hexdigest() in message
    assert list(path.parent.iterdir()) == []


@pytest.mark.parametrize("tells_length", [True, False])
def test_wrong_size_is_refused(server, path, tells_length):
    server.data, server.tells_length = DATA + b"more" * 50_000, tells_length
    assert f"wrong size, expected {len(DATA)} bytes" in message_of(server.url, path)
    assert list(path.parent.iterdir()) == []
    assert len(server.asked) == 1


def test_web_page_instead_of_the_file_is_refused(server, path):
    server.content_type, server.data = "text/html; charset=utf-8", b"<html>too many downloads"
    assert "web page" in message_of(server.url, path)


@pytest.mark.parametrize("code", [403, 404])
def test_refusal_is_final(server, path, code):
    server.codes = [code] * 9
    assert f"answered {code} " in message_of(server.url, path)
    assert len(server.asked) == 1


def test_busy_server_is_asked_again(server, path):
    server.codes = [503, 429]
    fetch(FILE, server.url, path, retry=FAST)
    assert len(server.asked) == 3
    server.codes = [503] * 9
    path.unlink()
    assert "503" in message_of(server.url, path)


def test_refused_connection(path):
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
    message = message_of(f"http://127.0.0.1:{port}/train.tsv", path)
    assert "refused" in message and "--base_url" in message


def test_unknown_host(path):
    assert "cannot connect" in message_of("http://no-such-host.invalid/train.tsv", path)


def test_silent_server_runs_into_the_timeout(path):
    with contextlib.closing(socket.create_server(("127.0.0.1", 0))) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}/train.tsv"
        message = message_of(url, path, retry=RetryPolicy(timeout=0.1, retries=1, pause=0))
    assert "timed out" in message


def test_proxy_of_the_environment_is_used(server, path, monkeypatch):
    monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{server.server_port}")
    monkeypatch.setenv("no_proxy", "")
    fetch(FILE, "http://corpora.invalid/train.tsv", path)
    assert server.asked == [("http://corpora.invalid/train.tsv", "")]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
def test_full_disk(server, path):
    path.parent.mkdir()
    part_of(path).symlink_to("/dev/full")
    with pytest.raises(InputError, match="No space left"):
        fetch(FILE, server.url, path)


def test_folder_that_cannot_be_made(server, tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(InputError, match="cannot write"):
        fetch(FILE, server.url, tmp_path / "file" / "train.tsv")
