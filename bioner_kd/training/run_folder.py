"""The folder of a run, under another name until it is finished.

A run that is resumed must learn from the same data: `sentences_digest` and `arrays_digest` say in a
few characters what it learns from.
"""

import hashlib
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from absl import logging

from bioner_kd.errors import InputError
from bioner_kd.lock import locked
from bioner_kd.text.sentence import Sentence

RECORD = "run.cfg"
STATE = "state"
HISTORY = "history.csv"
# Flags that do not change the model: the place of a run, its states and the use of the machine.
NO_SETTINGS = frozenset(
    {
        "output",
        "overwrite",
        "intra_op_threads",
        "inter_op_threads",
        "deterministic",
        "checkpoint_minutes",
        "subword_budget",
        "strategy",
        "worker_timeout",
    }
)
_LOCK = ".lock"
# Windows cannot rename a folder while a file in it is open.
_LOCK_BESIDE = sys.platform == "win32"
# The column of the history with the score that chooses the epoch, percent.
DEVEL_F1 = "devel_f1"
_DIGITS = 16


def unfinished_folder(path: Path) -> Path:
    """The folder in which a run stays until it is finished."""
    return path.with_name(path.name + ".unfinished")


def is_finished(path: Path) -> bool:
    """Whether `path` is the folder of a finished run."""
    return (path / RECORD).is_file()


def record_of(result: Path) -> Path:
    """The flagfile that records how a folder or file was made: inside a folder, beside a file."""
    return result / RECORD if result.is_dir() else result.with_name(f"{result.name}.cfg")


@contextmanager
def run_folder(path: Path, *, overwrite: bool) -> Iterator[Path]:
    """Yields the unfinished folder of a run, which gets its final name if the block succeeds.

    After an error, a kill or Ctrl-C the unfinished folder stays if it holds a state from which the
    same command can continue.

    Args:
        path: final name.
        overwrite: start again, and replace the finished run at the end.

    Raises:
        InputError: a finished run has that name already, something else has it, another process
            is training there, or the folder cannot be made.
    """
    check_name(path, overwrite=overwrite)
    folder = unfinished_folder(path)
    if folder.is_dir() and not overwrite and not (folder / STATE).exists():
        logging.info("%s: a run was stopped here before its first state; starting again.", folder)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise _cannot_make(folder, error) from error
    busy = (
        f"{folder}: another process is training here; wait until it has ended or stop it, or "
        "choose another --output."
    )
    beside = folder.with_name(folder.name + _LOCK)
    with locked(beside if _LOCK_BESIDE else folder / _LOCK, busy=busy):
        check_name(path, overwrite=overwrite)  # a process that has just ended may have made it
        if overwrite:
            _empty(folder)
        try:
            yield folder
        except BaseException:
            if not (folder / STATE).exists():
                shutil.rmtree(folder, ignore_errors=True)
            raise
        check_name(path, overwrite=overwrite)
        if path.exists():
            shutil.rmtree(path)
        folder.rename(path)
        # Last, so that a run that is stopped before it has its name can still go on.
        shutil.rmtree(path / STATE, ignore_errors=True)
        (path / _LOCK).unlink(missing_ok=True)


@contextmanager
def recorded_run(
    path: Path, *, overwrite: bool, write_record: Callable[[Path], None], kept: bool = True
) -> Iterator[Path]:
    """Does what `run_folder` does, and writes a record of the settings into the folder.

    Args:
        path: final name.
        overwrite: start again, and replace the finished run at the end.
        write_record: writes the settings as a flagfile to the path that it is given.
        kept: False for a process whose files nobody needs, since another one writes them: it gets
            a temporary folder.

    Raises:
        InputError: as for `run_folder`.
    """
    if not kept:
        with tempfile.TemporaryDirectory(prefix="bioner_kd_worker_") as temporary:
            yield Path(temporary)
        return
    with run_folder(path, overwrite=overwrite) as folder:
        # The record of a state stays until the training has checked that it may continue.
        if not (folder / STATE).exists():
            write_record(folder / RECORD)
        yield folder
        write_record(folder / RECORD)


def _empty(folder: Path) -> None:
    try:
        for path in folder.iterdir():
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path)
            elif path.name != _LOCK:
                path.unlink()
    except OSError as error:
        raise _cannot_make(folder, error) from error


def _cannot_make(folder: Path, error: OSError) -> InputError:
    return InputError(
        f"{folder}: cannot make this folder ({error.strerror}); choose an --output that you may "
        "write to."
    )


def check_name(path: Path, *, overwrite: bool) -> None:
    """Checks that a run may have this name.

    Raises:
        InputError: a finished run has that name already, or something else has it.
    """
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


def sentences_digest(*parts: Iterable[Sentence]) -> str:
    """Digest of the words and tags of sentences, and of their division into parts."""
    digest = hashlib.sha256()
    for part in parts:
        digest.update(b"\n")
        for sentence in part:
            words, tags = "\t".join(sentence.words), "\t".join(sentence.tags or ())
            digest.update(f"{words}\n{tags}\n".encode())
    return digest.hexdigest()[:_DIGITS]


def arrays_digest(arrays: Iterable[np.ndarray]) -> str:
    """Digest of the numbers, types and shapes of arrays, in order."""
    digest = hashlib.sha256()
    for array in arrays:
        digest.update(f"{array.dtype} {array.shape}\n".encode())
        digest.update(np.ascontiguousarray(array).data)
    return digest.hexdigest()[:_DIGITS]
