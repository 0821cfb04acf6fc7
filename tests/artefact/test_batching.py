import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bioner_kd.artefact.batching import Features, logits_in_batches, pad


def sentence(words: int, first: int = 1) -> Features:
    """Ids that count on from `first`."""
    ids = np.arange(first, first + words, dtype=np.int32)
    return {"word_ids": ids, "char_ids": np.stack([ids, -ids], axis=1)}


def test_sentences_are_padded_to_the_longest_and_rows_to_the_batch() -> None:
    batch = pad([sentence(1, 7), sentence(2, 3)], rows=3)
    np.testing.assert_array_equal(batch["word_ids"], [[7, 0], [3, 4], [0, 0]])
    np.testing.assert_array_equal(batch["char_ids"][0], [[7, -7], [0, 0]])
    assert batch["char_ids"].shape == (3, 2, 2)
    assert {ids.dtype for ids in batch.values()} == {np.dtype(np.int32)}


@given(st.lists(st.integers(1, 9), max_size=20), st.integers(1, 5), st.integers(0, 2))
def test_every_sentence_gets_its_own_logits(lengths: list[int], size: int, spare: int) -> None:
    sentences = [sentence(words, 100 * number) for number, words in enumerate(lengths)]
    calls = []

    def call(some: list[Features]) -> np.ndarray:
        calls.append(len(some))
        return pad(some, len(some) + spare)["char_ids"].astype(np.float32)

    found = logits_in_batches(call, sentences, size)
    assert len(found) == len(sentences)
    for logits, features in zip(found, sentences, strict=True):
        np.testing.assert_array_equal(logits, features["char_ids"])
    assert max(calls, default=0) <= size
    assert len(calls) == -(-len(lengths) // size)


def test_sentences_of_like_length_come_together() -> None:
    padded = []

    def call(some: list[Features]) -> np.ndarray:
        padded.append(pad(some, 2)["word_ids"].shape[1])
        return np.zeros((2, padded[-1], 1), np.float32)

    logits_in_batches(call, [sentence(words) for words in (50, 1, 49, 2)], 2)
    assert padded == [2, 50]


def test_what_is_kept_is_not_the_whole_batch() -> None:
    (logits,) = logits_in_batches(lambda some: np.zeros((8, 100, 3)), [sentence(2)], 8)
    assert logits.base is None
    assert logits.shape == (2, 3)


@pytest.mark.parametrize("size", [1, 4])
def test_no_sentences_make_no_call(size: int) -> None:
    assert logits_in_batches(lambda some: pytest.fail("called"), [], size) == []
