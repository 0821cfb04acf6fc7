import numpy as np
import pytest

from bioner_kd.cli import distill
from bioner_kd.corpus.sentence import Sentence
from bioner_kd.errors import InputError, UsageError
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


TEXT = [Sentence.from_words(["more", "fever"])]


@pytest.fixture
def labelled(tmp_path):
    """Logits of the training split and of a text, by one teacher."""
    fingerprint = {"tags": ["O", "B-Disease"], "teacher": "abc"}
    list(LogitsCache(tmp_path / "train").write(SENTENCES, fingerprint, lambda part: [LOGITS]))
    list(LogitsCache(tmp_path / "text").write(TEXT, fingerprint, lambda part: [2 * LOGITS]))
    (tmp_path / "text.txt").write_text("more fever\n")
    return tmp_path


def test_a_transfer_set_comes_with_its_logits(labelled):
    flags = (f"--cache={labelled}", f"--transfer={labelled / 'text.txt'}", "--transfer_ratio=3")
    transfer = distill.read_guidance(program(*flags), SENTENCES).transfer
    assert [sentence.words for sentence in transfer.sentences] == [("more", "fever")]
    np.testing.assert_array_equal(transfer.logits.flat, 2 * LOGITS)
    assert transfer.ratio == 3


def test_a_transfer_set_of_another_teacher_is_refused(labelled):
    other = {"tags": ["O", "B-Disease"], "teacher": "xyz"}
    list(LogitsCache(labelled / "b" / "train").write(SENTENCES, other, lambda part: [LOGITS]))
    (labelled / "text").rename(labelled / "b" / "text")
    flags = (f"--cache={labelled / 'b'}", f"--transfer={labelled / 'text.txt'}")
    with pytest.raises(InputError, match="teacher"):
        distill.read_guidance(program(*flags), SENTENCES)


def test_a_transfer_set_without_logits_says_how_to_make_them(labelled):
    (labelled / "text.txt").write_text("something else\n")
    flags = (f"--cache={labelled}", f"--transfer={labelled / 'text.txt'}")
    with pytest.raises(InputError, match="cache_logits.py"):
        distill.read_guidance(program(*flags), SENTENCES)


def test_a_live_teacher_has_no_transfer_set():
    with pytest.raises(UsageError, match="--cache"):
        distill.read_guidance(program("--cache=", "--transfer=text.txt"), SENTENCES)
