"""Rows of different lengths in one flat array."""

import numpy as np

from bioner_kd.encoding.ragged import Ragged


def test_lists_are_joined():
    ragged = Ragged.from_lists([[1, 2], [], [3]], np.int32)
    assert ragged.flat.dtype == np.int32
    assert ragged.flat.tolist() == [1, 2, 3]
    assert ragged.lengths.tolist() == [2, 0, 1]


def test_rows_are_what_was_joined():
    rows = [np.ones((2, 3)), np.zeros((0, 3)), np.full((1, 3), 7.0)]
    restored = Ragged.from_arrays(rows).rows()
    assert len(restored) == 3
    for before, after in zip(rows, restored, strict=True):
        np.testing.assert_array_equal(before, after)


def test_tensor_has_the_same_rows():
    ragged = Ragged.from_lists([[1, 2], [], [3]], np.int32)
    assert ragged.tensor().to_list() == [[1, 2], [], [3]]
    inner = Ragged(np.arange(6).reshape(3, 2), np.array([1, 2])).tensor()
    assert inner.to_list() == [[[0, 1]], [[2, 3], [4, 5]]]


def test_nothing_at_all():
    assert Ragged.from_lists([], np.int32).tensor().to_list() == []


def test_appended_rows_come_behind():
    first, second = Ragged.from_lists([[1], [2, 3]], int), Ragged.from_lists([[4, 5]], int)
    assert [row.tolist() for row in first.append(second).rows()] == [[1], [2, 3], [4, 5]]


def test_rows_are_taken_in_the_order_asked_for():
    ragged = Ragged.from_lists([[1], [2, 3], [], [4, 5, 6]], np.int32)
    taken = ragged.take(np.array([3, 0, 2]))
    assert [row.tolist() for row in taken.rows()] == [[4, 5, 6], [1], []]
    assert taken.lengths.tolist() == [3, 1, 0]
