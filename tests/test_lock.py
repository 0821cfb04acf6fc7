"""The lock as Windows has it; tests/lab/study/test_study_folder.py has the rest."""

import fcntl
import runpy
import sys
import types
from pathlib import Path
from typing import Any

import pytest

import bioner_kd.lock
from bioner_kd.errors import InputError


def locking(descriptor: int, mode: int, size: int) -> None:
    """Locks as msvcrt does, which calls a lock of another process "permission denied"."""
    assert (mode, size) == (2, 1)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        raise PermissionError(13, "Permission denied") from error


@pytest.fixture
def locked(monkeypatch: pytest.MonkeyPatch) -> Any:
    """The function, imported on a system that calls itself Windows and has no fcntl."""
    msvcrt = types.ModuleType("msvcrt")
    msvcrt.locking, msvcrt.LK_NBLCK = locking, 2  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "msvcrt", msvcrt)
    monkeypatch.setitem(sys.modules, "fcntl", None)
    monkeypatch.setattr(sys, "platform", "win32")
    return runpy.run_path(bioner_kd.lock.__file__)["locked"]


def test_windows_has_one_process_at_a_time_too(locked: Any, tmp_path: Path) -> None:
    path = tmp_path / "lock"
    with locked(path, busy="later"):
        with pytest.raises(InputError, match="later"), locked(path, busy="later", wait=0.2):
            pass
    with locked(path, busy="later"):
        pass
