import numpy as np
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st

from bioner_kd.export.text_graph.padded_batches import (
    Spans,
    call_in_batches,
    pieces,
    whole_sentences,
)
from bioner_kd.tagging.models.word_model import cut_in_pieces

LENGTHS = st.lists(st.integers(1, 40), max_size=8)


def run(spans: Spans, total: int, most_words: int) -> tuple[list, tf.Tensor, tf.Tensor]:
    """Reads words that are numbered from 1; also the shapes of the batches."""
    numbers = tf.range(1, total + 1)
    shapes = []

    def call(batch: dict, lengths: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        ids, chars = batch["word_ids"], batch["char_ids"]
        shapes.append(tuple(ids.shape))
        present = tf.sequence_mask(lengths, tf.shape(ids)[1])
        np.testing.assert_array_equal(ids > 0, present)
        np.testing.assert_array_equal(chars[..., 1], ids * 10)
        # What is said of padding must not matter. The second result tells where a word was read.
        return tf.where(present, ids, -7), tf.where(
            present[..., None], chars + ids[:, :1, None], -7
        )

    values = {"word_ids": numbers, "char_ids": tf.stack([numbers, numbers * 10], axis=1)}
    blank = [tf.zeros([total], tf.int32), tf.zeros([total, 2], tf.int32)]
    return shapes, *call_in_batches(call, values, spans, blank, most_words)


@settings(max_examples=40, deadline=None)
@given(LENGTHS)
def test_each_word_gets_what_its_sentence_was_given(lengths: list[int]) -> None:
    spans = whole_sentences(tf.constant(lengths, tf.int64))
    shapes, words, chars = run(spans, sum(lengths), 50)
    numbers = np.arange(1, sum(lengths) + 1)
    np.testing.assert_array_equal(words, numbers)
    firsts = np.repeat(np.cumsum([0, *lengths[:-1]])[: len(lengths)] + 1, lengths)
    np.testing.assert_array_equal(chars, np.stack([numbers + firsts, numbers * 10 + firsts], 1))
    assert sum(rows for rows, _ in shapes) == len(lengths)
    assert all(rows * longest <= 50 or rows == 1 for rows, longest in shapes)


def test_a_long_sentence_does_not_pad_the_short_ones() -> None:
    spans = whole_sentences(tf.constant([3, 10_000, 2, 4], tf.int64))
    assert run(spans, 10_009, 4096)[0] == [(1, 10_000), (3, 4)]


@settings(max_examples=40, deadline=None)
@given(LENGTHS, st.integers(4, 12))
def test_pieces_are_those_of_the_runtime(lengths: list[int], longest: int) -> None:
    found = pieces(tf.constant(lengths, tf.int64), longest)
    expected, offset = [], 0
    for length in lengths:
        for piece in cut_in_pieces(length, longest):
            places = (piece.start, piece.end, piece.first, piece.last)
            expected.append(tuple(offset + place for place in places))
        offset += length
    assert list(zip(*(column.numpy().tolist() for column in found), strict=True)) == expected
    # Each word once.
    assert run(found, sum(lengths), 30)[1].numpy().tolist() == [*range(1, sum(lengths) + 1)]
