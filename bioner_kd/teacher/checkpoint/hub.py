"""Downloads a checkpoint from the Hugging Face hub, through the hub's own client.

The client caches, resumes what was cut, and obeys HF_ENDPOINT, HF_HOME, HF_TOKEN and
HF_HUB_OFFLINE.
"""

import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

from absl import logging
from huggingface_hub import HfApi, snapshot_download
from huggingface_hub.errors import (
    HFValidationError,
    LocalEntryNotFoundError,
)
from requests.exceptions import ChunkedEncodingError

from bioner_kd.errors import InputError
from bioner_kd.tagging.hub import failure, missing, refusal
from bioner_kd.teacher.checkpoint.weights_file import INDEX_SUFFIX, WEIGHT_FILES

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
# The largest encoders come in a handful.
_MOST_SHARDS = 100

_Result = TypeVar("_Result")


def download_checkpoint(repository: str, revision: str | None = None) -> Path:
    """Downloads what `load_token_classifier` and `load_tokenizer` need, weights in one format.

    Args:
        repository: owner/name.
        revision: branch, tag or commit; the main branch where None.

    Returns:
        The folder in the client's cache. Without network, one from an earlier download.

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
    """Picks the files of a checkpoint, with its weights in one format only.

    Args:
        label: names the repository in errors.
        names: all its files.

    Returns:
        Names of the files to download, or to have.

    Raises:
        InputError: configuration, vocabulary or weights are not among them.
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
        # The client falls back to whatever is in the cache when the network fails between calls.
        if not (folder / name).exists():
            raise ConnectionError(f"{name} did not arrive")
    return folder


def _retry(call: Callable[[], _Result]) -> _Result:
    # The client itself retries most failures of the network, but not a body that ends too early.
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
