import subprocess
import sys

import pytest

from bioner_kd.errors import InputError
from bioner_kd.lab.study.lock import study_lock


def test_a_second_sweep_is_refused_and_a_later_one_is_not(tmp_path):
    folder = tmp_path / "a" / "study"
    with study_lock(folder):
        with pytest.raises(InputError, match=f"{folder}: another sweep is at work here"):
            with study_lock(folder, wait=0.2):
                pass
    with study_lock(folder, wait=0):
        pass


def test_other_studies_are_not_locked(tmp_path):
    with study_lock(tmp_path / "a"), study_lock(tmp_path / "b", wait=0):
        pass


def test_a_child_that_inherits_the_lock_holds_it_until_it_ends(tmp_path):
    with study_lock(tmp_path) as lock:
        child = subprocess.Popen(
            [sys.executable, "-c", "input()"], stdin=subprocess.PIPE, pass_fds=(lock,)
        )
    with pytest.raises(InputError), study_lock(tmp_path, wait=0.2):
        pass
    child.communicate(b"\n")
    with study_lock(tmp_path, wait=0):
        pass


def test_it_waits_for_a_child_that_is_about_to_end(tmp_path):
    with study_lock(tmp_path) as lock:
        child = subprocess.Popen(
            [sys.executable, "-c", "import time; time.sleep(0.5)"], pass_fds=(lock,)
        )
    with study_lock(tmp_path, wait=30):
        assert child.wait(timeout=5) == 0


def test_a_folder_that_cannot_be_made_is_named(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match="choose another --output"):
        with study_lock(tmp_path / "file" / "study"):
            pass
