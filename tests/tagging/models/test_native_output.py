"""What native code writes to standard error: dropped, passed on, kept for failures."""

import os
import threading
from collections.abc import Callable

import pytest

from bioner_kd.tagging.models.native_output import call_quietly


def writing(text: bytes, error: Exception | None = None) -> Callable[[], int]:
    """Writes as native code does: past Python's sys.stderr."""

    def call() -> int:
        os.write(2, text)
        if error:
            raise error
        return 7

    return call


def is_notice(line: bytes) -> bool:
    return line.startswith(b"INFO")


def test_notices_are_dropped_and_the_rest_is_passed_on(capfd: pytest.CaptureFixture[str]) -> None:
    assert call_quietly(writing(b"INFO: hello\nERROR: no\n"), is_notice) == 7
    assert capfd.readouterr().err == "ERROR: no\n"


def test_an_error_passes_with_what_was_written(capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(ValueError, match="damaged"):
        call_quietly(writing(b"INFO: why\n", ValueError("damaged")), is_notice, keep_on_error=True)
    assert capfd.readouterr().err == "INFO: why\n"
    with pytest.raises(ValueError, match="damaged"):
        call_quietly(writing(b"INFO: why\n", ValueError("damaged")), is_notice)
    assert capfd.readouterr().err == ""


def test_afterwards_standard_error_is_what_it_was(capfd: pytest.CaptureFixture[str]) -> None:
    call_quietly(writing(b"INFO: a\n"), is_notice)
    os.write(2, b"INFO: b\n")
    assert capfd.readouterr().err == "INFO: b\n"


def test_threads_take_turns(capfd: pytest.CaptureFixture[str]) -> None:
    calls = [
        threading.Thread(target=call_quietly, args=(writing(b"INFO: x\nsaid\n"), is_notice))
        for _ in range(20)
    ]
    for call in calls:
        call.start()
    for call in calls:
        call.join()
    assert capfd.readouterr().err == "said\n" * 20


def test_a_process_without_a_standard_error_has_nothing_to_drop() -> None:
    original = os.dup(2)
    os.close(2)
    try:
        assert call_quietly(lambda: 7, is_notice) == 7
    finally:
        os.dup2(original, 2)
        os.close(original)
