import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bioner_kd.tagging.models.batching import Features, logits_in_batches, pad


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
