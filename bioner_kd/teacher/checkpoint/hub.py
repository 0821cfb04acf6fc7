"""Downloads a checkpoint from the Hugging Face hub, through the hub's own client.

The client caches, resumes what was cut, and obeys HF_ENDPOINT, HF_HOME, HF_TOKEN and
HF_HUB_OFFLINE.
"""

import errno
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

from absl import logging
from huggingface_hub import HfApi, constants, snapshot_download
from huggingface_hub.errors import (
    GatedRepoError,
    HfHubHTTPError,
    HFValidationError,
    LocalEntryNotFoundError,
    RevisionNotFoundError,
)
from requests.exceptions import ChunkedEncodingError

from bioner_kd.errors import InputError, one_line
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
_NOT_WRITABLE = (
    errno.EACCES,
    errno.EPERM,
    errno.EROFS,
    errno.ENOSPC,
    errno.EDQUOT,
    errno.ENOTDIR,
)
# The hub answers 401 for what does not exist, too, so as not to tell what is private.
_MISSING = (401, 404)
_SERVER_ERROR = 500
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
        raise InputError(f"{label}: {_missing()}") from error
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
    refusal = _explain_refusal(repository, error)
    reason = refusal or _explain_failure(error)
    try:
        folder = Path(snapshot_download(repository, revision=revision, local_files_only=True))
    except LocalEntryNotFoundError:
        absent = "" if refusal else "not in the cache, and "
        raise InputError(f"{label}: {absent}{reason}") from error
    try:
        choose_files(label, [path.name for path in folder.iterdir() if path.exists()])
    except InputError:
        raise InputError(f"{label}: the copy in the cache is not complete, and {reason}") from error
    logging.info("%s: taken from the cache: %s", label, reason)
    return folder


def _explain_refusal(repository: str, error: OSError) -> str | None:
    answer = error.response if isinstance(error, HfHubHTTPError) else None
    if isinstance(error, GatedRepoError):
        return (
            "access to this checkpoint must be asked for; accept its terms at "
            f"{constants.ENDPOINT}/{repository} and log in with `hf auth login` or set HF_TOKEN."
        )
    if isinstance(error, RevisionNotFoundError):
        return "the repository exists, but not this branch, tag or commit of it."
    if answer is not None and answer.status_code in _MISSING:
        return _missing()
    if answer is not None and answer.status_code < _SERVER_ERROR:
        return (
            f"{constants.ENDPOINT} answered {answer.status_code} {one_line(answer.reason)}; check "
            "HF_TOKEN and whether you may read this repository."
        )
    return None


def _missing() -> str:
    return (
        f"neither a folder here nor a repository at {constants.ENDPOINT}; check the spelling, or "
        "log in with `hf auth login` or set HF_TOKEN if it is private."
    )


def _explain_failure(error: OSError) -> str:
    if constants.HF_HUB_OFFLINE:
        return "HF_HUB_OFFLINE forbids downloading; unset it and run this once with a network."
    if error.errno in _NOT_WRITABLE:
        return (
            f"{constants.HF_HUB_CACHE} cannot be written ({error.strerror}); free some space or "
            "set HF_HOME to another folder."
        )
    return (
        f"{constants.ENDPOINT} did not deliver ({type(error).__name__}); check the network and the "
        "proxy and run the same command again: it goes on where it stopped. Or name a local folder."
    )
