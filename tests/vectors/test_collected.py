"""Word vectors on their way out of a file."""

import numpy as np
import pytest

from bioner_kd.errors import InputError
from bioner_kd.vectors.collected import CollectedVectors


def test_words_come_out_in_their_order_with_their_vectors():
    collected = CollectedVectors("file", 2)
    collected.add("file:2", "b", np.array([1, 2], np.float32))
    collected.add("file:3", "a", np.array([3, 4], np.float32))
    vectors = collected.finish()
    assert vectors.words == ("b", "a")
    assert vectors.matrix.tolist() == [[1, 2], [3, 4]]


def test_no_words_are_refused():
    with pytest.raises(InputError, match="file: there is no word"):
        CollectedVectors("file", 2).finish()


def test_a_promise_that_is_kept_is_no_error():
    collected = CollectedVectors("file", 1)
    collected.add("file:2", "a", np.ones(1, np.float32))
    collected.add("file:3", "a", np.ones(1, np.float32))
    collected.check_count(2)
    with pytest.raises(InputError, match="promises 3 words of 1 numbers, but 2 are there"):
        collected.check_count(3)
