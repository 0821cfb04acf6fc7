"""A teacher labels sentences into a cache."""

from types import SimpleNamespace

import numpy as np
import pytest

from bioner_kd.errors import InputError, UsageError
from bioner_kd.teacher.cache_kind import HIDDEN_STATES
from bioner_kd.teacher.labelled_text import SENTENCES as FILE
from bioner_kd.teacher.labelled_text import read_labelled_text
from bioner_kd.teacher.labelling import label
from bioner_kd.teacher.logits_cache import LogitsCache
from bioner_kd.text.sentence import Sentence

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


def make_teacher_with_states(name="one", fail_after=None):
    """A teacher that says hidden states as well."""
    calls = []

    def both(sentences, batch_size):
        if len(calls) == fail_after:
            raise KeyboardInterrupt
        calls.append(len(sentences))
        logits = [np.full((len(s), 2), len(s), np.float32) for s in sentences]
        return logits, [np.full((len(s), 5), 0.1 * len(s), np.float32) for s in sentences]

    teacher = make_teacher(name)
    return SimpleNamespace(**{**vars(teacher), "logits_and_hidden_states": both, "calls": calls})


def hidden_states(folder, teacher):
    return LogitsCache(folder, HIDDEN_STATES).read(SENTENCES, teacher.fingerprint).rows()


def test_logits_and_hidden_states_come_from_one_reading(tmp_path):
    teacher = make_teacher_with_states()
    label(teacher, SENTENCES, tmp_path / "train", batch_size=7, hidden=True)
    label(teacher, SENTENCES, tmp_path / "train", batch_size=7, hidden=True)
    assert teacher.calls == [3]
    logits = LogitsCache(tmp_path / "train").read(SENTENCES, teacher.fingerprint).rows()
    assert [row.tolist() for row in logits] == [[[3, 3]] * 3, [[1, 1]], [[2, 2]] * 2]
    rows = hidden_states(tmp_path / "train_hidden", teacher)
    assert [row.shape for row in rows] == [(3, 5), (1, 5), (2, 5)]
    assert rows[0][0, 0] == np.float16(0.3)


def test_hidden_states_can_be_added_to_logits_that_are_there(tmp_path):
    teacher = make_teacher_with_states()
    label(teacher, SENTENCES, tmp_path / "train", batch_size=7)
    before = (tmp_path / "train" / "shard-00000.npz").stat().st_mtime_ns
    label(teacher, SENTENCES, tmp_path / "train", batch_size=7, hidden=True)
    assert (tmp_path / "train" / "shard-00000.npz").stat().st_mtime_ns == before
    assert len(hidden_states(tmp_path / "train_hidden", teacher)) == 3


def test_a_labelling_of_both_that_was_stopped_goes_on(tmp_path, monkeypatch):
    monkeypatch.setattr(LogitsCache.write, "__kwdefaults__", {"shard_sentences": 1})
    with pytest.raises(KeyboardInterrupt):
        stopped = make_teacher_with_states(fail_after=2)
        label(stopped, SENTENCES, tmp_path / "train", batch_size=7, hidden=True)
    teacher = make_teacher_with_states()
    label(teacher, SENTENCES, tmp_path / "train", batch_size=7, hidden=True)
    assert teacher.calls == [1]
    assert [len(row) for row in hidden_states(tmp_path / "train_hidden", teacher)] == [3, 1, 2]


def test_hidden_states_of_another_teacher_are_refused(tmp_path):
    label(make_teacher_with_states(), SENTENCES, tmp_path / "a", batch_size=7, hidden=True)
    (tmp_path / "a_hidden").rename(tmp_path / "b_hidden")
    other = make_teacher_with_states("two")
    with pytest.raises(InputError, match="these hidden states belong to something else: its teach"):
        label(other, SENTENCES, tmp_path / "b", batch_size=7, hidden=True)


def test_only_a_single_bert_has_hidden_states(tmp_path):
    with pytest.raises(UsageError, match="--hidden: .*Name one teacher"):
        label(make_teacher(), SENTENCES, tmp_path / "text", batch_size=7, hidden=True)
    assert not (tmp_path / "text").exists()
