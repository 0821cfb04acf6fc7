import numpy as np
import pytest

from bioner_kd.cli import distill
from bioner_kd.corpus.sentence import Sentence
from bioner_kd.errors import InputError
from bioner_kd.teacher.logits_cache import LogitsCache

from .conftest import load_program

SENTENCES = [Sentence.from_words(["no", "fever"], ["O", "B-Disease"])]
LOGITS = np.array([[1.0, 2.0], [3.0, 4.0]], np.float32)


def program(*arguments: str):
    found = load_program("distill")
    found.values(["distill", *arguments])
    return found


def test_cached_logits_come_with_their_tags(tmp_path):
    fingerprint = {"tags": ["O", "B-Disease"], "teacher": "abc"}
    list(LogitsCache(tmp_path / "train").write(SENTENCES, fingerprint, lambda part: [LOGITS]))
    guidance = distill.read_guidance(program(f"--cache={tmp_path}"), SENTENCES)
    assert tuple(guidance.tags) == ("O", "B-Disease")
    np.testing.assert_array_equal(guidance.logits.flat, LOGITS)
    assert guidance.model is None


def test_without_cache_and_teacher_there_is_no_guidance():
    assert distill.read_guidance(program("--cache="), SENTENCES) is None


def test_a_cache_of_other_sentences_is_refused(tmp_path):
    list(LogitsCache(tmp_path / "train").write(SENTENCES, {"tags": []}, lambda part: [LOGITS]))
    others = [Sentence.from_words(["another", "sentence"], ["O", "O"])]
    with pytest.raises(InputError, match="words"):
        distill.read_guidance(program(f"--cache={tmp_path}"), others)
