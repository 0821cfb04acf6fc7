"""Files and folders that appear under their final name complete or not at all.

A writer locks its temporary file or folder, so that the next writer of that name can tell what a
killed process has left, which it removes, from what another process is writing now.
"""

import contextlib
import errno
import glob
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

from bioner_kd.errors import InputError
from bioner_kd.lock import lock_if_free

# Ends the names of temporary files and folders that their writers lock.
TEMPORARY_END = ".tmp"
_SECONDS = 2.0
_DISK_ERRORS = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO})


def _make_parent(path: Path) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(
            f"{path.parent}: cannot create this folder ({error.strerror}); "
            "choose an output path that you may write to."
        ) from error


def check_parent(path: str | os.PathLike[str]) -> None:
    """Checks that the folder of an output file exists.

    A missing folder is not made, because its name is most often mistyped.

    Raises:
        InputError: it does not exist.
    """
    parent = Path(path).parent
    if not parent.is_dir():
        raise InputError(
            f"{path}: there is no folder {parent}; make it first (mkdir -p), or choose another "
            "output path."
        )


def _not_writable(path: Path, error: OSError) -> InputError:
    return InputError(
        f"{path}: cannot write here ({error.strerror}); free some space or choose another output "
        "path."
    )


def check_free(path: Path, *, overwrite: bool) -> None:
    """Checks that a folder may be made under a name.

    Raises:
        InputError: something has that name and is not to be replaced.
    """
    if path.exists() and not overwrite:
        raise InputError(
            f"{path}: this folder exists already; name another one or pass --overwrite to replace "
            "it."
        )


@contextlib.contextmanager
def reported(path: Path) -> Iterator[None]:
    """Turns a failure of a library that writes files itself into an error about `path`.

    Raises:
        InputError: the block raised an OSError.
    """
    try:
        yield
    except OSError as error:
        raise _not_writable(path, error) from error


@contextlib.contextmanager
def atomic_file(path: str | os.PathLike[str], mode: str = "w", **options: Any) -> Iterator[IO[Any]]:
    """Opens a temporary file beside `path` that replaces it when the block ends without an error.

    Args:
        path: final name; its folder is made where missing.
        mode: as in `open`, a writing mode.
        **options: as in `open`; text is UTF-8 unless `encoding` says otherwise.

    Raises:
        InputError: the folder cannot be written or the disk is full.
    """
    path = Path(path)
    _make_parent(path)
    if "b" not in mode:
        options.setdefault("encoding", "utf-8")
        options.setdefault("newline", "\n")
    _remove_left(path)
    with reported(path):
        descriptor, temporary = tempfile.mkstemp(TEMPORARY_END, f".{path.name}.", path.parent)
    try:
        with _marked(temporary):
            with open(descriptor, mode, **options) as handle:
                yield handle
                handle.flush()
                os.fsync(handle.fileno())
            with reported(path):
                os.chmod(temporary, 0o666 & ~_umask())
                os.replace(temporary, path)
    except OSError as error:
        # A disk's own complaints are about this file; others come from what else the block does.
        if error.errno in _DISK_ERRORS:
            raise _not_writable(path, error) from error
        raise
    finally:
        if os.path.exists(temporary):
            os.unlink(temporary)


@contextlib.contextmanager
def atomic_folder(path: str | os.PathLike[str], *, overwrite: bool = False) -> Iterator[Path]:
    """Yields a temporary sibling folder that becomes `path` when the block ends without an error.

    Args:
        path: final name; its parent is made where missing.
        overwrite: replace a folder of that name instead of refusing.

    Raises:
        InputError: `path` exists and may not be replaced, or its parent cannot be written.
    """
    path = Path(path)
    check_free(path, overwrite=overwrite)
    _make_parent(path)
    _remove_left(path)
    with reported(path):
        temporary = Path(tempfile.mkdtemp(TEMPORARY_END, f".{path.name}.", path.parent))
    try:
        with _marked(temporary):
            yield temporary
            with reported(path):
                os.chmod(temporary, 0o777 & ~_umask())
                _replace_folder(temporary, path)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def _replace_folder(new: Path, path: Path) -> None:
    # A folder cannot be replaced in one step: the old one steps aside first, and comes back if the
    # rename fails.
    if not path.exists():
        new.rename(path)
        return
    aside = Path(tempfile.mkdtemp(TEMPORARY_END, f".{path.name}.old.", path.parent))
    with _marked(aside):
        path.rename(aside / path.name)
        try:
            new.rename(path)
        except BaseException:
            (aside / path.name).rename(path)
            raise
        finally:
            shutil.rmtree(aside, ignore_errors=True)


@contextlib.contextmanager
def _marked(temporary: str | os.PathLike[str]) -> Iterator[None]:
    """Locks a temporary file or folder until the block ends or the process dies."""
    descriptor = lock_if_free(temporary)
    try:
        yield
    finally:
        if descriptor is not None:
            os.close(descriptor)


def _remove_left(path: Path) -> None:
    """Removes the temporary files and folders that killed writers of a name have left.

    A folder that had stepped aside comes back if its successor never came. What cannot be locked
    or removed stays: it is another process's, or it was written on a system without such locks.
    """
    for left in path.parent.glob(f".{glob.escape(path.name)}.*{TEMPORARY_END}"):
        # A writer that has just made its file may not have locked it yet.
        young = left.exists() and time.time() - left.stat().st_mtime < _SECONDS
        descriptor = None if young else lock_if_free(left)
        if descriptor is None:
            continue
        try:
            if (old := left / path.name).is_dir() and not path.exists():
                old.rename(path)
            if left.is_dir():
                shutil.rmtree(left, ignore_errors=True)
            else:
                left.unlink(missing_ok=True)
        except OSError:
            pass
        finally:
            os.close(descriptor)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
