import threading

import pytest

from bioner_kd.tagging.client.deadline import call_within


def test_what_is_done_in_time_is_returned_or_raised() -> None:
    assert call_within(60, lambda: 7) == 7
    with pytest.raises(KeyError, match="x"):
        call_within(60, lambda: {}["x"])


def test_what_is_not_done_is_left_behind() -> None:
    release = threading.Event()
    with pytest.raises(TimeoutError, match="no answer within 0.05 s"):
        call_within(0.05, release.wait)
    release.set()
