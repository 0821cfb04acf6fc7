"""The folder of a run: unfinished under another name, so that what bears the final name is complete."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bioner_kd.errors import InputError


def unfinished_folder(path: Path) -> Path:
    """Where a run is kept until it is finished."""
    return path.with_name(path.name + ".unfinished")


@contextmanager
def run_folder(path: Path, *, overwrite: bool) -> Iterator[Path]:
    """Yields the unfinished folder of a run, and gives it its final name when the block ends without an error.

    After an error, a kill or Ctrl-C the unfinished folder stays, with the state from which the same command goes on.

    Args:
        path: final name.
        overwrite: start again, and replace what is there in the end.

    Raises:
        InputError: a finished run has that name already, or the folder cannot be made.
    """
    if path.exists() and not overwrite:
        raise InputError(
            f"{path}: a finished run is here already; choose another --output, or pass --overwrite to replace it."
        )
    folder = unfinished_folder(path)
    try:
        if overwrite and folder.exists():
            shutil.rmtree(folder)
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(
            f"{folder}: cannot make this folder ({error.strerror}); choose an --output that you may write to."
        ) from error
    yield folder
    shutil.rmtree(folder / "state", ignore_errors=True)
    if path.exists():
        shutil.rmtree(path)
    folder.rename(path)
