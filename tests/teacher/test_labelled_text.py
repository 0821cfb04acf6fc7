"""Plain text and its logits, read together."""

import lzma

import numpy as np
import pytest

from bioner_kd.errors import InputError
from bioner_kd.teacher.labelled_text import SENTENCES, read_labelled_text, write_sentences
from bioner_kd.teacher.logits_cache import LogitsCache
from bioner_kd.text.tokenizer import sentence_from_text

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
    (folder / SENTENCES).unlink()
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
    data = (folder / SENTENCES).read_bytes()
    (folder / SENTENCES).write_bytes(data[:-9])
    with pytest.raises(InputError, match=f"{SENTENCES}: this compressed file is cut short"):
        read_labelled_text(folder, {})


def test_logits_of_another_teacher_are_refused(folder):
    with pytest.raises(InputError, match="its teacher: abc, expected xyz"):
        read_labelled_text(folder, {"teacher": "xyz"})


def test_how_the_sentences_are_compressed_does_not_matter(folder):
    (folder / SENTENCES).write_bytes(lzma.compress("\n".join(TEXTS).encode()))
    assert len(read_labelled_text(folder, {}).sentences) == 3
