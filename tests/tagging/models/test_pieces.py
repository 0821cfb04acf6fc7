from collections.abc import Mapping, Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bioner_kd.tagging.models.pieces import Piece, cut_in_pieces, read_in_pieces


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
