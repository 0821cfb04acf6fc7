"""A teacher labels sentences into a cache."""

from types import SimpleNamespace

import numpy as np
import pytest

from bioner_kd.corpus.sentence import Sentence
from bioner_kd.errors import InputError
from bioner_kd.teacher.labelled_text import SENTENCES as FILE
from bioner_kd.teacher.labelled_text import read_labelled_text
from bioner_kd.teacher.labelling import label
from bioner_kd.teacher.logits_cache import LogitsCache

SENTENCES = [Sentence.from_words(["word"] * n) for n in (3, 1, 2)]


def make_teacher(name="one"):
    """What `label` needs of a teacher; remembers how it was called."""
    calls = []

    def logits(sentences, batch_size):
        calls.append((len(sentences), batch_size))
        return [np.full((len(s), 2), len(s), np.float32) for s in sentences]

    fingerprint = {"teacher": name, "tags": ["O", "B-Disease"]}
    return SimpleNamespace(fingerprint=fingerprint, logits=logits, calls=calls)


def test_sentences_are_labelled_once(tmp_path):
    teacher = make_teacher()
    label(teacher, SENTENCES, tmp_path / "train", batch_size=7)
    label(teacher, SENTENCES, tmp_path / "train", batch_size=7)
    assert teacher.calls == [(3, 7)]
    rows = LogitsCache(tmp_path / "train").read(SENTENCES, teacher.fingerprint).rows()
    assert [row.tolist() for row in rows] == [[[3, 3]] * 3, [[1, 1]], [[2, 2]] * 2]


def test_a_cache_of_another_teacher_is_refused(tmp_path):
    label(make_teacher(), SENTENCES, tmp_path, batch_size=7)
    with pytest.raises(InputError, match="its teacher: one, expected two"):
        label(make_teacher("two"), SENTENCES, tmp_path, batch_size=7)


def test_no_sentence_is_an_input_error(tmp_path):
    with pytest.raises(InputError, match="no sentence to label"):
        label(make_teacher(), [], tmp_path / "text", batch_size=7)
    assert not (tmp_path / "text").exists()


def test_text_without_tags_is_kept_beside_its_logits(tmp_path):
    label(make_teacher(), SENTENCES, tmp_path, batch_size=7)
    text = read_labelled_text(tmp_path, {"teacher": "one"})
    assert [sentence.words for sentence in text.sentences] == [s.words for s in SENTENCES]


def test_a_corpus_is_not_copied(tmp_path):
    tagged = [Sentence.from_words(["fever"], ["B-Disease"])]
    label(make_teacher(), tagged, tmp_path, batch_size=7)
    assert not (tmp_path / FILE).exists()


def test_the_sentences_come_last(tmp_path):
    def stop(sentences, batch_size):
        raise KeyboardInterrupt

    teacher = make_teacher()
    stopped = SimpleNamespace(fingerprint=teacher.fingerprint, logits=stop)
    with pytest.raises(KeyboardInterrupt):
        label(stopped, SENTENCES, tmp_path, batch_size=7)
    with pytest.raises(InputError, match="no labelled text is here, or it is unfinished"):
        read_labelled_text(tmp_path, {})
    label(teacher, SENTENCES, tmp_path, batch_size=7)
    assert len(read_labelled_text(tmp_path, {}).sentences) == 3
