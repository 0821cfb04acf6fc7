"""A static server, and headless Chromium, for the tests of the web page."""

import functools
import gzip
import http.server
import os
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NoReturn

import pytest

# .ci/run sets it: there, a page that cannot be tried is a failure.
REQUIRED = "BIONER_KD_REQUIRE_CHROMIUM"
_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def unavailable(reason: str) -> NoReturn:
    """Skips a test that cannot run here, or fails it where it has to run."""
    if os.environ.get(REQUIRED):
        pytest.fail(f"{reason} {REQUIRED} is set.")
    pytest.skip(reason)


def chromium_path(own: str) -> str | None:
    """Chromium of BIONER_KD_CHROMIUM, of the system, or playwright's own; None without any."""
    named = os.environ.get("BIONER_KD_CHROMIUM")
    candidates = [named] if named else [*map(shutil.which, _NAMES), own]
    return next((path for path in candidates if path and Path(path).is_file()), None)


@contextmanager
def chromium() -> Iterator[Any]:
    """A headless browser."""
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        unavailable("playwright is not installed: pip install -e '.[dev]'")
    with sync_playwright() as playwright:
        path = chromium_path(playwright.chromium.executable_path)
        if not path:
            unavailable("There is no Chromium here: apt-get install chromium")
        # Chromium's sandbox refuses to run for root, as in a container.
        sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []
        browser = playwright.chromium.launch(executable_path=path, args=sandbox)
        yield browser
        browser.close()


class _Handler(http.server.SimpleHTTPRequestHandler):
    encode = False

    def end_headers(self) -> None:
        if self.encode and self.path.endswith(".gz"):
            self.send_header("Content-Encoding", "gzip")
        super().end_headers()

    def log_message(self, *_: Any) -> None:
        pass


class _EncodingHandler(_Handler):
    encode = True


@contextmanager
def served(folder: Path, *, unpacks: bool = False) -> Iterator[str]:
    """Serves a folder; `unpacks` is a server that declares .gz as the encoding of what is inside.

    Yields:
        The folder's URL, with a slash at its end.
    """
    handler = functools.partial(_EncodingHandler if unpacks else _Handler, directory=str(folder))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.handle_error = lambda *_: None  # type: ignore[method-assign]  # a page that is closed
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def unpacked(path: Path) -> bytes:
    """Content of a file that is stored with gzip."""
    return gzip.decompress(path.read_bytes())
