"""fetch_uv.py FOLDER: makes FOLDER/bin/uv from the Python package index, where there is no pip.

Only the standard library of Python 3.7 or later is needed. PIP_INDEX_URL names another index,
PIP_CERT its certificates; HTTPS_PROXY is heeded.
"""

from __future__ import annotations

import base64
import hashlib
import io
import os
import platform
import re
import ssl
import sys
import urllib.request
import zipfile
from html.parser import HTMLParser
from pathlib import Path
from typing import NamedTuple
from urllib.parse import unquote, urldefrag, urljoin, urlsplit, urlunsplit

_INDEX = "https://pypi.org/simple"
_TIMEOUT = 60  # seconds without an answer


class Wheel(NamedTuple):
    """A file that the index offers."""

    version: tuple[int, ...]
    url: str
    sha256: str


class _Links(HTMLParser):
    """Collects the links of an index page, but for those of withdrawn files."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keeps the target of one link."""
        values = dict(attrs)
        if tag == "a" and "data-yanked" not in values:
            self.found.append(values.get("href") or "")


def read(url: str, index: str) -> bytes:
    """Reads an address; the name and password in the index's go to the index's host alone."""
    parts, own = urlsplit(url), urlsplit(index)
    host = parts.netloc.rpartition("@")[2]
    login, _, index_host = own.netloc.rpartition("@")
    request = urllib.request.Request(urlunsplit(parts._replace(netloc=host)))
    # One form of index page, which every index has.
    request.add_header("Accept", "application/vnd.pypi.simple.v1+html, text/html;q=0.5, */*;q=0.1")
    if login and (parts.scheme, host) == (own.scheme, index_host):
        key = base64.b64encode(unquote(login).encode()).decode()
        request.add_unredirected_header("Authorization", f"Basic {key}")
    context = ssl.create_default_context(cafile=os.environ.get("PIP_CERT") or None)
    with urllib.request.urlopen(request, timeout=_TIMEOUT, context=context) as answer:
        return answer.read()


def platform_pattern(system: str, machine: str) -> str:
    """The end of a fitting wheel's name.

    On Linux that of musl is taken: its uv is linked statically and runs with every C library.
    """
    kinds = {"Linux": "musllinux", "Darwin": "macosx"}
    if system not in kinds:
        raise ValueError(f"there is no uv for {system}")
    return rf"{kinds[system]}_\d+_\d+_{re.escape(machine)}\.whl$"


def find_wheel(page: str, page_url: str, pattern: str) -> Wheel:
    """The newest wheel of an index page whose name ends with a pattern."""
    links = _Links()
    links.feed(page)
    wheels = []
    for link in links.found:
        url, fragment = urldefrag(urljoin(page_url, link))
        name = unquote(url.rpartition("/")[2])
        version = re.match(r"uv-(\d+(?:\.\d+)*)-py3-none-", name)
        if version and re.search(pattern, name):
            digits = tuple(map(int, version.group(1).split(".")))
            wheels.append(Wheel(digits, url, fragment.partition("sha256=")[2]))
    if not wheels:
        raise ValueError(f"{page_url} offers no uv for this machine ({pattern})")
    return max(wheels)


def unpack(wheel: bytes, folder: Path) -> None:
    """Writes the program in a wheel to folder/bin/uv."""
    with zipfile.ZipFile(io.BytesIO(wheel)) as archive:
        name = next(name for name in archive.namelist() if name.endswith(".data/scripts/uv"))
        program = archive.read(name)
    path = folder / "bin" / "uv"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(program)
    path.chmod(0o755)


def fetch(folder: Path) -> None:
    """Fetches the newest uv of the index, held against the sum that the index gives."""
    index = os.environ.get("PIP_INDEX_URL") or _INDEX
    page_url = index.rstrip("/") + "/uv/"
    # A folder of files has no server that would answer with its page.
    page = read(page_url + "index.html" if page_url.startswith("file:") else page_url, index)
    pattern = platform_pattern(platform.system(), platform.machine())
    wheel = find_wheel(page.decode(), page_url, pattern)
    content = read(wheel.url, index)
    if hashlib.sha256(content).hexdigest() != wheel.sha256:
        given = wheel.sha256 or "none"
        raise ValueError(f"{wheel.url} does not have the SHA-256 that the index gives: {given}")
    unpack(content, folder)


if __name__ == "__main__":
    try:
        fetch(Path(sys.argv[1]))
    except (OSError, ValueError, zipfile.BadZipFile, StopIteration) as error:
        sys.exit(f"fetch_uv.py: {type(error).__name__}: {error}")
