"""Words meet subwords: the gatherer of a teacher's batches."""

import numpy as np
import pytest
import tensorflow as tf

from bioner_kd.encoding.subwords import SubwordSentences
from bioner_kd.encoding.windows import WindowConfig
from bioner_kd.text.sentence import Sentence

PAD, CLS, SEP = 0, 1, 2
FIRST = 3
FORMS = {"one": [FIRST], "two": [4, 5], "seven": [6, 7, 8, 9, 10, 11, 12]}


def subwords(word):
    return FORMS[word]


def encoded(*texts, max_subwords=256, overlap=0):
    sentences = [Sentence.from_words(text.split()) for text in texts]
    config = WindowConfig(max_subwords, overlap)
    return SubwordSentences.from_sentences(
        sentences, subwords, config, cls_id=CLS, sep_id=SEP, pad_id=PAD
    )


def read_at_positions(batch):
    """What a model that gives each subword's id back would say of each word."""
    ids = batch["subword_ids"]
    flat = tf.reshape(ids, [ids.shape[0], -1])
    return tf.gather(flat, batch["word_positions"], batch_dims=1).numpy()


def test_a_batch_of_short_sentences():
    batch = encoded("one two", "two").gatherer()(tf.constant([1, 0], tf.int64))
    assert batch["subword_ids"].dtype == batch["word_positions"].dtype == tf.int32
    assert batch["subword_ids"].numpy().tolist() == [[[CLS, 4, 5, SEP, 0]], [[CLS, 3, 4, 5, SEP]]]
    assert batch["word_positions"].shape == (2, 8)
    assert batch["word_positions"][:, :3].numpy().tolist() == [[1, 0, 0], [1, 2, 0]]


def test_words_and_subwords_are_counted():
    sentences = encoded("one two", "seven", "one " * 8, max_subwords=5)
    assert sentences.words.tolist() == [2, 1, 8]
    # [CLS] and [SEP] of each window; overlapping subwords count in each.
    assert sentences.lengths.tolist() == [5, 3 * 5, 3 * 5]


def test_each_word_is_read_at_its_first_subword_whatever_the_windows_of_its_neighbours():
    texts = ["one", "seven two one " * 3, "two", "one two seven " * 7]
    batch = encoded(*texts, max_subwords=9, overlap=3).gatherer()(tf.range(4, dtype=tf.int64))
    read = read_at_positions(batch)
    for row, text in zip(read, texts, strict=True):
        words = text.split()
        assert row[: len(words)].tolist() == [FORMS[word][0] for word in words]
        # A word that is padding is read at [CLS] of the first window.
        assert set(row[len(words) :].tolist()) <= {CLS}


@pytest.mark.parametrize("max_subwords", [100, 33, 9])
def test_windows_are_not_padded_beyond_what_a_checkpoint_may_have_positions_for(max_subwords):
    gather = encoded("one " * 300, "one", max_subwords=max_subwords, overlap=4).gatherer()
    assert gather(tf.constant([0, 1], tf.int64))["subword_ids"].shape[2] == max_subwords


def test_short_batches_of_a_corpus_with_a_long_sentence_stay_short():
    gather = encoded("one " * 300, "one two").gatherer()
    assert gather(tf.constant([1], tf.int64))["subword_ids"].shape == (1, 1, 8)


def test_no_sentence_at_all():
    sentences = encoded()
    assert sentences.lengths.tolist() == []
    batch = sentences.gatherer()(tf.constant([], tf.int64))
    assert batch["word_positions"].shape[0] == 0


def test_positions_survive_a_graph():
    sentences = encoded("one two", "seven two " * 4, max_subwords=9, overlap=3)
    gather = sentences.gatherer()
    indices = tf.data.Dataset.from_tensors(tf.constant([0, 1], tf.int64))
    (batch,) = indices.map(gather)
    np.testing.assert_array_equal(
        read_at_positions(batch), read_at_positions(gather(tf.constant([0, 1], tf.int64)))
    )
