import os
import signal

import pytest

from bioner_kd.lab.study.stop_requests import stop_requests


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_signals_are_counted_and_raise_nothing(number):
    with stop_requests() as requests:
        assert requests.count == 0
        os.kill(os.getpid(), number)
        os.kill(os.getpid(), number)
        assert requests.count == 2


def test_afterwards_they_do_what_they_did_before():
    before = [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)]
    with pytest.raises(ValueError), stop_requests():
        raise ValueError
    assert [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)] == before
