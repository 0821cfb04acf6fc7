"""What is checked of a student's teacher without TensorFlow."""

import numpy as np
import pytest

from bioner_kd.distill.config import DistillConfig, HiddenConfig, TransferConfig
from bioner_kd.errors import InputError
from bioner_kd.recipes.teaching import Teaching
from bioner_kd.teacher.logits_cache import LogitsCache
from bioner_kd.text.sentence import Sentence

SCRATCH = DistillConfig(alpha=1.0)


def teaching(cache="", teachers=(), objective=SCRATCH, size=0, epochs=0):
    return Teaching(cache, teachers, objective, TransferConfig(size), HiddenConfig(epochs))


def test_a_student_from_scratch_needs_no_teacher_and_none_is_looked_for(tmp_path):
    assert not teaching().needed
    teaching(cache=str(tmp_path / "none"), teachers=("none",)).check()


@pytest.mark.parametrize("settings", [{"objective": DistillConfig()}, {"size": 1}, {"epochs": 1}])
def test_soft_targets_a_transfer_set_and_hidden_states_need_one(settings):
    assert teaching(**settings).needed


@pytest.mark.parametrize("where", ["cache", "teachers"])
def test_a_folder_that_is_missing_is_named(tmp_path, where):
    missing = str(tmp_path / "none")
    named = {"cache": missing} if where == "cache" else {"teachers": (missing,)}
    with pytest.raises(InputError, match="none"):
        teaching(**named, objective=DistillConfig()).check()


def test_a_cache_of_a_transfer_set_alone_will_do_where_alpha_is_one(tmp_path):
    cache = LogitsCache(tmp_path / "text")
    sentences = [Sentence.from_words(["no", "fever"])]
    list(
        cache.write(sentences, {"tags": ["O", "B-X"]}, lambda part: [np.zeros((2, 2), np.float32)])
    )
    teaching(cache=str(tmp_path), size=1).check()
    with pytest.raises(InputError, match="train: no logits cache"):
        teaching(cache=str(tmp_path), size=1, objective=DistillConfig()).check()
