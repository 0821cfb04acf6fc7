"""Sentences of any lengths: padded batches, and pieces of very long sentences."""

from collections.abc import Mapping, Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bioner_kd.tagging.models.word_model import (
    Features,
    Piece,
    cut_in_pieces,
    logits_in_batches,
    pad,
    read_in_pieces,
)


def sentence(words: int, first: int = 1) -> Features:
    """Ids that count on from `first`."""
    ids = np.arange(first, first + words, dtype=np.int32)
    return {"word_ids": ids, "char_ids": np.stack([ids, -ids], axis=1)}


def shapes_of(lengths: list[int], size: int, words: int) -> list[tuple[int, ...]]:
    """Sentences and words of each call."""
    shapes = []

    def call(some: list[Features]) -> np.ndarray:
        shapes.append(pad(some)["word_ids"].shape)
        return np.zeros((*shapes[-1], 1), np.float32)

    logits_in_batches(call, [sentence(length) for length in lengths], size, words)
    return shapes


def test_sentences_are_padded_to_the_longest() -> None:
    batch = pad([sentence(1, 7), sentence(2, 3)])
    np.testing.assert_array_equal(batch["word_ids"], [[7, 0], [3, 4]])
    np.testing.assert_array_equal(batch["char_ids"][0], [[7, -7], [0, 0]])
    assert batch["char_ids"].shape == (2, 2, 2)
    assert {ids.dtype for ids in batch.values()} == {np.dtype(np.int32)}


@given(st.lists(st.integers(1, 9), max_size=20), st.integers(1, 5), st.integers(1, 30))
def test_every_sentence_gets_its_own_logits(lengths: list[int], size: int, words: int) -> None:
    sentences = [sentence(length, 100 * number) for number, length in enumerate(lengths)]

    def call(some: list[Features]) -> np.ndarray:
        batch = pad(some)["char_ids"]
        assert len(some) == 1 or (len(some) <= size and batch[..., 0].size <= words)
        return batch.astype(np.float32)

    found = logits_in_batches(call, sentences, size, words)
    assert len(found) == len(sentences)
    for logits, features in zip(found, sentences, strict=True):
        np.testing.assert_array_equal(logits, features["char_ids"])


def test_sentences_of_like_length_come_together() -> None:
    assert shapes_of([50, 1, 49, 2], 2, 1000) == [(2, 2), (2, 50)]


def test_words_of_a_batch_are_bounded_and_a_long_sentence_is_alone() -> None:
    assert shapes_of([3, 4, 5, 30], 8, 12) == [(2, 4), (1, 5), (1, 30)]


def test_what_is_kept_is_not_the_whole_batch() -> None:
    (logits,) = logits_in_batches(lambda some: np.zeros((1, 100, 3)), [sentence(2)], 8, 100)
    assert logits.base is None
    assert logits.shape == (2, 3)


def test_no_sentences_make_no_call() -> None:
    assert logits_in_batches(lambda some: pytest.fail("called"), [], 8, 100) == []


class ReadsTheWordsNearby:
    """A model whose logits say the ids of a word and of those at most 60 words away."""

    own_threads = False

    def batch_logits(self, sentences: Sequence[Mapping[str, np.ndarray]]) -> list[np.ndarray]:
        assert all(len(sentence["word_ids"]) <= 512 for sentence in sentences)
        return [self.logits(sentence) for sentence in sentences]

    def logits(self, features: Mapping[str, np.ndarray]) -> np.ndarray:
        padded = np.pad(features["word_ids"].astype(np.float32), 60)
        windows = np.lib.stride_tricks.sliding_window_view(padded, 121)
        return np.stack([windows.sum(axis=1), windows[:, 0], windows[:, -1]], axis=1)


@pytest.mark.parametrize("words", [1, 511, 512, 513, 900, 1024, 5000])
def test_a_sentence_of_any_length_is_read_with_all_of_its_context(words: int) -> None:
    features = {"word_ids": np.arange(words) % 977, "char_ids": np.zeros((words, 3))}
    model = ReadsTheWordsNearby()
    (found,) = read_in_pieces(model.batch_logits, [features])
    np.testing.assert_array_equal(found, model.logits(features))


def test_long_and_short_ones_come_back_in_order() -> None:
    model = ReadsTheWordsNearby()
    sentences = [{"word_ids": np.arange(words)} for words in (3, 1300, 1, 600)]
    found = read_in_pieces(model.batch_logits, sentences)
    for one, features in zip(found, sentences, strict=True):
        np.testing.assert_array_equal(one, model.logits(features))
    assert read_in_pieces(model.batch_logits, []) == []


def test_a_short_sentence_is_one_piece() -> None:
    assert cut_in_pieces(32, 32) == [Piece(0, 32, 0, 32)]


def test_a_longer_one_is_cut_into_overlapping_pieces() -> None:
    assert cut_in_pieces(60, 32) == [
        Piece(0, 32, 0, 28),
        Piece(24, 56, 28, 42),
        Piece(28, 60, 42, 60),
    ]


@given(st.integers(1, 3000), st.integers(2, 200))
def test_every_word_is_read_once_with_context(words: int, longest: int) -> None:
    pieces = cut_in_pieces(words, longest)
    assert [word for p in pieces for word in range(p.first, p.last)] == list(range(words))
    margin = longest // 4 // 2
    for piece in pieces:
        assert piece.end - piece.start <= longest
        assert piece.start <= piece.first < piece.last <= piece.end
        assert piece.start == 0 or piece.first - piece.start >= margin
        assert piece.end == words or piece.end - piece.last >= margin
