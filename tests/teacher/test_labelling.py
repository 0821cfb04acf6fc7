"""A teacher labels sentences into a cache, and a labelled text is read from it."""

import lzma
from types import SimpleNamespace

import numpy as np
import pytest

from bioner_kd.errors import InputError, UsageError
from bioner_kd.teacher.labelling import SENTENCES as FILE
from bioner_kd.teacher.labelling import label, read_labelled_text, write_sentences
from bioner_kd.teacher.logits_cache import LogitsCache
from bioner_kd.teacher.logits_shard import HIDDEN_STATES
from bioner_kd.text.sentence import Sentence
from bioner_kd.text.tokenizer import sentence_from_text

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


TEXTS = ("Gout  hurts.", "No β-blockers", "Fever")
TAGS = ("O", "B-Disease", "I-Disease")
FINGERPRINT = {"teacher": "abc", "tags": TAGS}


def rows(sentence):
    """Gout and fever are diseases; blockers go on with one that never began."""
    ids = {"Gout": 1, "Fever": 1, "blockers": 2}
    return np.eye(3, dtype=np.float32)[[ids.get(word, 0) for word in sentence.words]]


@pytest.fixture
def folder(tmp_path):
    sentences = [sentence_from_text(text) for text in TEXTS]
    cache = LogitsCache(tmp_path)
    list(cache.write(sentences, FINGERPRINT, lambda part: list(map(rows, part))))
    write_sentences(tmp_path, sentences)
    return tmp_path


def test_sentences_come_with_their_logits_and_tags(folder):
    text = read_labelled_text(folder, {"teacher": "abc"})
    assert [sentence.text for sentence in text.sentences] == list(TEXTS)
    assert text.logits.lengths.tolist() == [3, 4, 1]
    np.testing.assert_array_equal(text.logits.rows()[2], [[0, 1, 0]])
    assert text.tag_set.tags == TAGS


def test_the_teachers_tags_are_those_that_iob2_allows(folder):
    tagged = read_labelled_text(folder, {}).tagged()
    assert [sentence.tags for sentence in tagged] == [
        ("B-Disease", "O", "O"),
        ("O", "O", "O", "O"),
        ("B-Disease",),
    ]
    assert tagged[0].text == TEXTS[0]


def test_a_text_that_is_missing_or_unfinished_says_how_to_make_it(folder):
    (folder / FILE).unlink()
    with pytest.raises(InputError, match=r"unfinished; make it with bioner_kd cache_logits"):
        read_labelled_text(folder, {})
    with pytest.raises(InputError, match="no labelled text is here"):
        read_labelled_text(folder / "none", {})


def test_a_text_that_was_stopped_while_it_grew_says_so(folder):
    more = [sentence_from_text(text) for text in (*TEXTS, "Cough")]
    shards = LogitsCache(folder).write(more, FINGERPRINT, lambda part: list(map(rows, part)))
    next(shards)
    with pytest.raises(InputError, match="the labelling of 4 sentences is unfinished here; run"):
        read_labelled_text(folder, {})


def test_sentences_that_were_changed_are_found(folder):
    write_sentences(folder, [sentence_from_text(text) for text in (*TEXTS[:2], "Cough")])
    with pytest.raises(InputError, match="its words"):
        read_labelled_text(folder, {})


def test_a_damaged_file_of_sentences_is_named(folder):
    data = (folder / FILE).read_bytes()
    (folder / FILE).write_bytes(data[:-9])
    with pytest.raises(InputError, match=f"{FILE}: this compressed file is cut short"):
        read_labelled_text(folder, {})


def test_logits_of_another_teacher_are_refused(folder):
    with pytest.raises(InputError, match="its teacher: abc, expected xyz"):
        read_labelled_text(folder, {"teacher": "xyz"})


def test_how_the_sentences_are_compressed_does_not_matter(folder):
    (folder / FILE).write_bytes(lzma.compress("\n".join(TEXTS).encode()))
    assert len(read_labelled_text(folder, {}).sentences) == 3
