"""What caches hold."""

from pathlib import Path

import numpy as np

from bioner_kd.teacher.cache_kind import HIDDEN_STATES, LOGITS, hidden_folder


def test_the_two_kinds_can_be_told_apart():
    assert (LOGITS.name, LOGITS.dtype) == ("logits", np.float32)
    assert (HIDDEN_STATES.name, HIDDEN_STATES.dtype) == ("hidden_states", np.float16)
    assert HIDDEN_STATES.title == "hidden states"


def test_hidden_states_are_beside_the_logits():
    assert hidden_folder(Path("cache") / "train") == Path("cache") / "train_hidden"
