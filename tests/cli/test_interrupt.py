import subprocess
import sys

import pytest

PROGRAM = """
import os, signal, time
from bioner_kd.cli.interrupt import hear_interrupts

signal.signal(signal.SIGINT, signal.default_int_handler)
hear_interrupts()

class Slow:
    def __del__(self):
        os.kill(os.getpid(), signal.SIGINT)
        time.sleep(0.2)
        print("deleted", flush=True)

try:
    {body}
    for _ in range(200):
        time.sleep(0.1)
    print("never heard")
except KeyboardInterrupt:
    print("heard")
"""


def run(body: str) -> str:
    return subprocess.run(
        [sys.executable, "-c", PROGRAM.format(body=body)], capture_output=True, text=True
    ).stdout


@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM"])
def test_ctrl_c_and_sigterm_end_a_program(name: str) -> None:
    assert run(f"os.kill(os.getpid(), signal.{name})") == "heard\n"


def test_ctrl_c_inside_a_destructor_is_not_forgotten() -> None:
    assert run("Slow()") == "deleted\nheard\n"


def test_a_handler_of_somebody_elses_stays() -> None:
    body = "signal.signal(signal.SIGINT, signal.SIG_IGN); hear_interrupts(); "
    body += "print(signal.getsignal(signal.SIGINT) is signal.SIG_IGN); raise KeyboardInterrupt"
    assert run(body) == "True\nheard\n"
