"""The folder of a run, under another name until it is finished."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bioner_kd.errors import InputError

RECORD = "run.cfg"
STATE = "state"
HISTORY = "history.csv"
# The column of the history that the epoch is chosen by, percent.
DEVEL_F1 = "devel_f1"


def unfinished_folder(path: Path) -> Path:
    """Where a run is kept until it is finished."""
    return path.with_name(path.name + ".unfinished")


@contextmanager
def run_folder(path: Path, *, overwrite: bool) -> Iterator[Path]:
    """Yields the unfinished folder of a run, which takes its final name if the block succeeds.

    After an error, a kill or Ctrl-C the unfinished folder stays if it holds a state from which the
    same command can go on.

    Args:
        path: final name.
        overwrite: start again, and replace what is there in the end.

    Raises:
        InputError: a finished run has that name already, what has that name is no run, or the
            folder cannot be made.
    """
    _check_name(path, overwrite)
    folder = unfinished_folder(path)
    try:
        if overwrite and folder.exists():
            shutil.rmtree(folder)
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(
            f"{folder}: cannot make this folder ({error.strerror}); choose an --output that you "
            "may write to."
        ) from error
    try:
        yield folder
    except BaseException:
        if not (folder / STATE).exists():
            shutil.rmtree(folder, ignore_errors=True)
        raise
    if path.exists():
        shutil.rmtree(path)
    folder.rename(path)
    # Last, so that a run that is stopped before it has its name can still go on.
    shutil.rmtree(path / STATE, ignore_errors=True)


def _check_name(path: Path, overwrite: bool) -> None:
    if not path.exists() and not path.is_symlink():
        return
    if not overwrite:
        raise InputError(
            f"{path}: a finished run is here already; choose another --output, or pass --overwrite "
            "to replace it."
        )
    if path.is_symlink() or not (path / RECORD).is_file():
        raise InputError(
            f"{path}: --overwrite replaces the folder of a run, which has a {RECORD}; this is "
            "something else: choose another --output."
        )
