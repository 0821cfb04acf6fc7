"""Fixtures of the Distiller's tests; reading only, so that a module can share them."""

import numpy as np
import pytest

from bioner_kd.teacher.model import Teacher

from .tiny import Task, make_teacher


@pytest.fixture(scope="session")
def task() -> Task:
    """Sentences of 1 to 40 words; the longer ones need several windows of the teacher."""
    return Task.make()


@pytest.fixture(scope="session")
def teacher() -> Teacher:
    """A BERT of two layers with much dropout, were it to act."""
    return make_teacher()


@pytest.fixture(scope="session")
def teacher_logits(task: Task, teacher: Teacher) -> list[np.ndarray]:
    """What the teacher says of each sentence of the task."""
    return task.teacher_logits(teacher)
