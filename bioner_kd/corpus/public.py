"""Downloads public corpora by name."""

import difflib
import hashlib
import os
import re
import zipfile
from pathlib import Path

from bioner_kd.atomic import atomic_file
from bioner_kd.corpus.demo import SPLITS
from bioner_kd.corpus.http_download import Progress, RetryPolicy, fetch
from bioner_kd.corpus.public_table import (
    ARCHIVE,
    ARCHIVE_TYPES,
    ARCHIVE_URL,
    REPOSITORY_URL,
    public_files,
    public_names,
)
from bioner_kd.errors import InputError, UsageError
from bioner_kd.regular_file import file_digest

RECORD = "SOURCES.tsv"
_BARE_TAG = re.compile(rb"\t([BI])(?=\r?$)", re.MULTILINE)


def download_corpus(
    name: str,
    folder: str | os.PathLike[str],
    *,
    base_url: str | None = None,
    progress: Progress | None = None,
    retry: RetryPolicy | None = None,
) -> None:
    """Downloads train.tsv, devel.tsv and test.tsv of a public corpus and verifies them.

    A download that was cut is resumed, and files that are there and right are left alone.
    SOURCES.tsv in the same folder records where each file came from, with its size and SHA-256.

    Args:
        name: one of `public_names()`.
        folder: gets the files; it is made where missing.
        base_url: http(s) address of a mirror with the same files under the same paths (NERdata.zip
            for BC4CHEMD and s800); None for the publishers' own.
        progress: told the file's name, its bytes that are here, and its bytes in all.
        retry: how long to wait for the server, and how often to try again.

    Raises:
        InputError: a file cannot be downloaded, is not the published one, or cannot be written.
        UsageError: no corpus of that name, or `base_url` is no http address.
    """
    _check_request(name, base_url)
    download = _download_from_archive if name in ARCHIVE_TYPES else _download_files
    sources = download(name, Path(folder), base_url, progress, retry)
    _write_record(Path(folder), sources)


def _check_request(name: str, base_url: str | None) -> None:
    if name not in public_names():
        close = difflib.get_close_matches(name, public_names(), n=1)
        hint = f" Did you mean {close[0]}?" if close else ""
        raise UsageError(
            f"no public corpus is called {name!r}; there are {', '.join(public_names())}.{hint}"
        )
    if base_url is not None and not re.match("https?://", base_url):
        raise UsageError(f"base_url {base_url!r} must start with http:// or https://.")


def _download_files(
    name: str,
    folder: Path,
    base_url: str | None,
    progress: Progress | None,
    retry: RetryPolicy | None,
) -> dict[str, str]:
    """Fetches the files of the repository one by one; returns the URL of each file name."""
    sources = {}
    for file in public_files():
        if file.corpus == name:
            sources[file.name] = f"{(base_url or REPOSITORY_URL).rstrip('/')}/{file.path}"
            fetch(file, sources[file.name], folder / file.name, progress=progress, retry=retry)
    return sources


def _download_from_archive(
    name: str,
    folder: Path,
    base_url: str | None,
    progress: Progress | None,
    retry: RetryPolicy | None,
) -> dict[str, str]:
    """Fetches the archive and takes a corpus out of it; returns the URL of each file name."""
    url = f"{base_url.rstrip('/')}/{ARCHIVE.path}" if base_url else ARCHIVE_URL
    files = [f"{split}.tsv" for split in SPLITS]
    recorded = _read_record(folder)
    if all(_is_recorded(folder / file, recorded) for file in files):
        return {file: recorded[file][0] for file in files}
    archive = folder / ARCHIVE.name
    fetch(ARCHIVE, url, archive, progress=progress, retry=retry)
    with zipfile.ZipFile(archive) as unpacked:
        for file in files:
            _install(folder / file, _typed_member(unpacked, f"{name}/{file}", ARCHIVE_TYPES[name]))
    archive.unlink()
    return {file: f"{url}#{name}/{file}" for file in files}


def _typed_member(archive: zipfile.ZipFile, member: str, entity_type: str) -> bytes:
    # The archive may hold its folders inside another one.
    found = [name for name in archive.namelist() if f"/{name}".endswith(f"/{member}")]
    if not found:
        raise InputError(f"{archive.filename}: there is no {member} in this archive.")
    return _BARE_TAG.sub(rb"\t\1-" + entity_type.encode(), archive.read(found[0]))


def _install(path: Path, data: bytes) -> None:
    if path.exists() and file_digest(path) != hashlib.sha256(data).hexdigest():
        raise InputError(
            f"{path}: this file is there already and is not the published one; "
            "move it away to download that."
        )
    with atomic_file(path, "wb") as handle:
        handle.write(data)


def _read_record(folder: Path) -> dict[str, tuple[str, str]]:
    """URL and SHA-256 of each file that an earlier download recorded."""
    record = folder / RECORD
    if not record.is_file():
        return {}
    rows = (line.split("\t") for line in record.read_text(encoding="utf-8").splitlines()[1:])
    return {row[0]: (row[1], row[3]) for row in rows if len(row) == 4}


def _is_recorded(path: Path, recorded: dict[str, tuple[str, str]]) -> bool:
    return path.is_file() and path.name in recorded and file_digest(path) == recorded[path.name][1]


def _write_record(folder: Path, sources: dict[str, str]) -> None:
    with atomic_file(folder / RECORD) as handle:
        handle.write("file\turl\tbytes\tsha256\n")
        for name, url in sources.items():
            path = folder / name
            handle.write(f"{name}\t{url}\t{path.stat().st_size}\t{file_digest(path)}\n")
