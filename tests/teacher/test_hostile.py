"""Files that are made to harm whoever reads them: each is refused in one line, at little cost."""

import pytest

from . import hostile_caches, hostile_folders
from .checkpoint import hostile
from .judge import faults, judge


@pytest.mark.slow
def test_every_hostile_file_of_weights_is_refused(tmp_path):
    outcomes = judge("checkpoint.hostile", tmp_path)
    assert outcomes.keys() == hostile.CASES.keys()
    wrong = {name: faults(outcome, "InputError") for name, outcome in outcomes.items()}
    assert not {name: found for name, found in wrong.items() if found}


@pytest.mark.slow
def test_every_hostile_cache_is_refused(tmp_path):
    outcomes = judge("hostile_caches", tmp_path / "cases")
    assert outcomes.keys() == hostile_caches.CASES.keys()
    wrong = {name: faults(outcome, "InputError") for name, outcome in outcomes.items()}
    assert not {name: found for name, found in wrong.items() if found}
    hostile_caches.write_cache(tmp_path)
    hostile_caches.use(tmp_path)


@pytest.mark.slow
def test_every_hostile_teacher_is_refused(tmp_path):
    outcomes = judge("hostile_folders", tmp_path / "cases")
    assert outcomes.keys() == hostile_folders.CASES.keys()
    wrong = {name: faults(outcome, "InputError") for name, outcome in outcomes.items()}
    assert not {name: found for name, found in wrong.items() if found}
    hostile_folders.write_teacher(tmp_path)
    hostile_folders.use(tmp_path)
