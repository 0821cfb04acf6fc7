"""Students on the Hugging Face hub, fetched by the hub's own client.

The client caches, resumes what was cut, and obeys HF_ENDPOINT, HF_HOME, HF_TOKEN and
HF_HUB_OFFLINE. It is imported when a student of the hub is named, and not before.
"""

import errno
import re
from pathlib import Path

from bioner_kd.errors import InputError, one_line, shown
from bioner_kd.tagging.exported import find_exported
from bioner_kd.tagging.models.layout import MANIFEST

PREFIX = "hf:"
_NAME = r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9_])?"
_STUDENT = re.compile(rf"{PREFIX}(?P<repository>{_NAME}/{_NAME})(?:@(?P<revision>[^\s@]+))?")
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
_ABSENT = "there is no such repository"


def is_on_hub(path: str) -> bool:
    """Whether what a user gave names a student on the hub, rightly or wrongly."""
    return path.startswith(PREFIX)


def fetch_student(student: str, form: str = "") -> Path:
    """Fetches what a tagger needs of an export folder: manifest, tables and one model.

    Args:
        student: "hf:owner/name" or "hf:owner/name@revision" with a branch, a tag or a commit.
        form: which model; the first that the folder has where empty.

    Returns:
        The folder in the client's cache. Without network, that of an earlier call.

    Raises:
        InputError: the client is not installed, the repository does not exist, may not be read, is
            no export folder or has no such model, or cannot be reached and is not in the cache.
        UsageError: `form` is no form of a model.
    """
    named = _STUDENT.fullmatch(student)
    if not named:
        raise InputError(
            f"{shown(student)[1:-1]}: not a student on the hub; write {PREFIX}owner/name, or "
            f"{PREFIX}owner/name@revision with a branch, a tag or a commit."
        )
    repository = named["repository"]
    manifest = _fetch(student, repository, MANIFEST, named["revision"])
    folder = manifest.parent
    for path in find_exported(folder, form).digests:
        # By the commit, which the folder is called after: all files are of one revision, and what
        # is in the cache is not asked for again.
        _fetch(student, repository, path.relative_to(folder).as_posix(), folder.name)
    return folder


def _fetch(student: str, repository: str, file: str, revision: str | None) -> Path:
    try:
        from huggingface_hub import hf_hub_download
    except ImportError as error:
        raise InputError(
            f"{student}: huggingface_hub, which fetches students from the hub, is not installed; "
            'run pip install "bioner_kd[hub]" or pip install huggingface_hub.'
        ) from error
    try:
        return Path(hf_hub_download(repository, file, revision=revision))
    except Exception as error:  # releases of the client raise errors of different libraries
        reason = refusal(repository, error, file=file) or f"not in the cache, and {failure(error)}"
        raise InputError(f"{student}: {reason}") from error


def refusal(
    repository: str, error: Exception, *, file: str = "", absent: str = _ABSENT
) -> str | None:
    """Why the hub does not give something, and what to do about it.

    Args:
        repository: owner/name.
        error: what the client raised.
        file: what was asked for, where it is one file.
        absent: what is said of a repository that does not exist.

    Returns:
        The end of a message, None where the hub has refused nothing.
    """
    from huggingface_hub import constants, errors

    if isinstance(error, errors.LocalEntryNotFoundError):
        # Nothing in the cache either; the cause says why it was looked for there.
        if not isinstance(error.__cause__, Exception):
            return None
        error = error.__cause__
    answer = error.response if isinstance(error, errors.HfHubHTTPError) else None
    if isinstance(error, errors.GatedRepoError):
        return (
            "access to this repository must be asked for; accept its terms at "
            f"{constants.ENDPOINT}/{repository} and log in with `hf auth login` or set HF_TOKEN."
        )
    if isinstance(error, errors.RevisionNotFoundError):
        return "the repository exists, but not this branch, tag or commit of it."
    if isinstance(error, errors.EntryNotFoundError):
        return f"the repository has no {file}, as an export folder has it; name another one."
    if isinstance(error, errors.HFValidationError):
        return missing(absent)
    if answer is not None and answer.status_code in _MISSING:
        return missing(absent)
    if answer is not None and answer.status_code < _SERVER_ERROR:
        reason = one_line(getattr(answer, "reason", None) or getattr(answer, "reason_phrase", ""))
        return (
            f"{constants.ENDPOINT} answered {answer.status_code} {reason}; check HF_TOKEN and "
            "whether you may read this repository."
        )
    return None


def missing(absent: str = _ABSENT) -> str:
    """The end of a message on a repository that does not exist, or not for this user."""
    from huggingface_hub import constants

    return (
        f"{absent} at {constants.ENDPOINT}; check the spelling, or log in with "
        "`hf auth login` or set HF_TOKEN if it is private."
    )


def failure(error: Exception) -> str:
    """Why nothing arrived although the hub has refused nothing, and what to do about it."""
    from huggingface_hub import constants

    if constants.HF_HUB_OFFLINE:
        return "HF_HUB_OFFLINE forbids downloading; unset it and run this once with a network."
    if isinstance(error, OSError) and error.errno in _NOT_WRITABLE:
        return (
            f"{constants.HF_HUB_CACHE} cannot be written ({error.strerror}); free some space or "
            "set HF_HOME to another folder."
        )
    kind = type(error.__cause__ or error).__name__
    return (
        f"{constants.ENDPOINT} did not deliver ({kind}); check the network and the proxy and "
        "run the same command again: it goes on where it stopped. Or name a local folder."
    )
