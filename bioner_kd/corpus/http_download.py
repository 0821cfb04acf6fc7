"""Downloads a file of known size and SHA-256: resumed where it was cut, verified, put in place."""

import http.client
import os
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from bioner_kd.corpus.public_table import PublicFile
from bioner_kd.errors import InputError, one_line
from bioner_kd.regular_file import file_digest

# Called with the file's name, the bytes that are here, and the bytes that it has in all.
Progress = Callable[[str, int, int], None]

_CHUNK = 1 << 16
_TRY_AGAIN = frozenset({429, 500, 502, 503, 504})


class _Interrupted(Exception):
    """The download stopped before its end, and another try may go on with it."""


@dataclass(frozen=True)
class RetryPolicy:
    """How long to wait for a server, and how often to try again.

    Attributes:
        timeout: seconds without a byte until a connection counts as cut.
        retries: further tries after the first.
        pause: seconds before the first further try; each later pause is twice as long.
    """

    timeout: float = 30.0
    retries: int = 4
    pause: float = 1.0


def fetch(
    file: PublicFile,
    url: str,
    path: Path,
    *,
    progress: Progress | None = None,
    retry: RetryPolicy | None = None,
    mirror: str = "--base_url",
) -> None:
    """Downloads a file to `path`, through `path`.part, or finds that it is there already.

    Args:
        file: its size and SHA-256.
        url: http or https; proxies are those of the environment (http_proxy, https_proxy,
            no_proxy).
        path: where it goes; its folder is made where missing.
        progress: told of every piece that arrives.
        retry: how long to wait for the server, and how often to try again.
        mirror: how a person names another server, for messages.

    Raises:
        InputError: the file cannot be downloaded, is not what it should be, or cannot be written.
    """
    if path.exists():
        if file_digest(path) != file.sha256:
            raise InputError(
                f"{path}: this file is there already and is not the published one; "
                "move it away to download that."
            )
        return
    part = path.with_name(f"{path.name}.part")
    retry = retry or RetryPolicy()
    _receive_all(_Transfer(file, url, part, progress, retry.timeout, mirror), retry)
    found = file_digest(part)
    if found != file.sha256:
        part.unlink()
        raise InputError(
            f"{url}: wrong SHA-256, expected {file.sha256}, got {found}; the download was removed. "
            f"Try again, or name another mirror by {mirror}."
        )
    os.replace(part, path)


def _receive_all(transfer: "_Transfer", retry: RetryPolicy) -> None:
    for attempt in range(retry.retries + 1):
        try:
            transfer.receive()
            return
        except _Interrupted as error:
            reason = error
        if attempt < retry.retries:
            time.sleep(retry.pause * 2**attempt)
    raise InputError(
        f"{transfer.url}: gave up after {retry.retries + 1} tries ({one_line(reason)}). "
        f"Run the same command again to go on with {transfer.part}. "
        f"{transfer.advice}"
    )


@dataclass(frozen=True)
class _Transfer:
    file: PublicFile
    url: str
    part: Path
    progress: Progress | None
    timeout: float
    mirror: str

    @property
    def advice(self) -> str:
        return f"Check the network and the proxy settings, or name a mirror by {self.mirror}."

    def receive(self) -> None:
        """Adds to the .part file until it has the size that it should have."""
        offset = self._bytes_here()
        if offset == self.file.size:
            return
        with self._open(offset) as response:
            if response.status != http.client.PARTIAL_CONTENT:
                offset = 0  # this server does not resume: it sends the whole file again
            self._check_headers(response, offset)
            self._copy(response, offset)

    def _bytes_here(self) -> int:
        try:
            self.part.parent.mkdir(parents=True, exist_ok=True)
            offset = self.part.stat().st_size if self.part.exists() else 0
            if offset > self.file.size:
                self.part.unlink()
                offset = 0
            return offset
        except OSError as error:
            raise self._unwritable(error) from error

    def _open(self, offset: int) -> http.client.HTTPResponse:
        request = urllib.request.Request(self.url, headers={"Accept-Encoding": "identity"})
        if offset:
            request.add_header("Range", f"bytes={offset}-")
        try:
            # A new opener reads the proxies of the environment as they are now.
            response: http.client.HTTPResponse = urllib.request.build_opener().open(
                request, timeout=self.timeout
            )
            return response
        except urllib.error.HTTPError as error:
            error.close()
            raise self._refusal(error) from error
        except urllib.error.URLError as error:
            raise InputError(
                f"{self.url}: cannot connect ({one_line(error.reason)}). {self.advice}"
            ) from error
        except (OSError, http.client.HTTPException) as error:
            raise _Interrupted(f"no answer: {error or type(error).__name__}") from error

    def _refusal(self, error: urllib.error.HTTPError) -> Exception:
        if error.code == http.client.REQUESTED_RANGE_NOT_SATISFIABLE:
            self.part.unlink(missing_ok=True)
            return _Interrupted("the server has no rest of the file to send")
        if error.code in _TRY_AGAIN:
            return _Interrupted(f"the server answered {error.code} {one_line(error.reason)}")
        return InputError(
            f"{self.url}: the server answered {error.code} {one_line(error.reason)}. "
            f"Name a mirror that has this file by {self.mirror}."
        )

    def _check_headers(self, response: http.client.HTTPResponse, offset: int) -> None:
        if response.headers.get_content_type() == "text/html":
            raise InputError(
                f"{self.url}: the server sent a web page instead of the file. {self.advice}"
            )
        rest = response.headers.get("Content-Length", "")
        if rest.isdecimal() and offset + int(rest) != self.file.size:
            self.part.unlink(missing_ok=True)
            raise self._wrong_size(offset + int(rest))

    def _copy(self, response: http.client.HTTPResponse, offset: int) -> None:
        try:
            # Unbuffered, so that a full disk shows at the write and not when the file is closed.
            with self.part.open("ab" if offset else "wb", buffering=0) as handle:
                while chunk := _read(response):
                    handle.write(chunk)
                    offset += len(chunk)
                    if self.progress:
                        self.progress(self.file.name, offset, self.file.size)
                    if offset > self.file.size:
                        break
        except OSError as error:
            raise self._unwritable(error) from error
        if offset > self.file.size:
            self.part.unlink()
            raise self._wrong_size(offset)
        if offset < self.file.size:
            raise _Interrupted(f"connection cut after {offset} of {self.file.size} bytes")

    def _wrong_size(self, size: int) -> InputError:
        return InputError(
            f"{self.url}: wrong size, expected {self.file.size} bytes, got {size} or more. "
            f"Name a mirror that has the published file by {self.mirror}."
        )

    def _unwritable(self, error: OSError) -> InputError:
        return InputError(
            f"{self.part}: cannot write here ({error.strerror}); free some space or choose another "
            "folder. What has arrived is kept."
        )


def _read(response: http.client.HTTPResponse) -> bytes:
    try:
        return response.read(_CHUNK)
    except (OSError, http.client.HTTPException) as error:
        raise _Interrupted(f"connection cut: {error or type(error).__name__}") from error
