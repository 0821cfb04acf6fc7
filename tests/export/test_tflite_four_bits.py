import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from bioner_kd.export.tflite import FourBitTable, pack_four_bits, unpack_four_bits

RNG = np.random.default_rng(3)


def restored(rows: np.ndarray) -> np.ndarray:
    cells, columns = pack_four_bits(rows)
    return unpack_four_bits(tf.constant(cells), tf.constant(columns)).numpy()[:, : rows.shape[1]]


def test_numbers_on_the_grid_come_back_as_they_were() -> None:
    # Columns of the same root mean square, rows whose steps are whole units.
    numbers = np.array([[7, -7, 3, -3], [-7, 7, -3, 3], [3, 3, 7, 7], [-3, -3, -7, -7]])
    np.testing.assert_allclose(restored(numbers.astype(np.float32) * 0.25), numbers * 0.25, 1e-6)


def test_two_numbers_take_one_byte_and_each_row_one_more() -> None:
    cells, columns = pack_four_bits(RNG.normal(size=(50, 100)).astype(np.float32))
    assert (cells.dtype, cells.shape) == (np.int8, (50, 51))
    assert (columns.dtype, columns.shape) == (np.float32, (100,))


@pytest.mark.parametrize("size", [1, 2, 7, 100])
def test_errors_are_what_four_bits_cost_at_any_scale(size: int) -> None:
    rows = RNG.normal(size=(300, size)) * RNG.lognormal(size=size) * RNG.lognormal(size=(300, 1))
    rows = rows.astype(np.float32)
    error = np.square(restored(rows) - rows).sum() / np.square(rows).sum()
    # The best even steps for normal numbers err by 1.15 %; a row has a step that fits it.
    assert error < 0.0125


def test_rows_of_zeros_stay_zeros() -> None:
    rows = RNG.normal(size=(5, 6)).astype(np.float32)
    rows[[0, 3]] = 0
    assert not restored(rows)[[0, 3]].any()
    assert not restored(np.zeros((3, 4), np.float32)).any()


@given(arrays(np.int8, array_shapes(min_dims=2, max_dims=2, min_side=2, max_side=9)))
def test_every_byte_is_two_numbers_of_four_bits(cells: np.ndarray) -> None:
    cells[:, -1] = 1
    found = unpack_four_bits(tf.constant(cells), tf.ones(2 * (cells.shape[1] - 1))).numpy()
    left, right = np.split(found.astype(int), 2, axis=1)
    np.testing.assert_array_equal(left * 16 + right + 8, cells[:, :-1])
    assert found.min() >= -8
    assert found.max() <= 7


@pytest.mark.parametrize("size", [5, 6])
def test_a_table_is_read_like_an_embedding(size: int) -> None:
    rows = RNG.normal(size=(20, size)).astype(np.float32)
    ids = tf.constant([[3, 0], [19, 3]])
    found = FourBitTable(rows)(ids).numpy()
    np.testing.assert_array_equal(found, restored(rows)[ids.numpy()])


@given(st.integers(1, 5))
def test_the_largest_number_is_kept_where_it_is_alone(place: int) -> None:
    rows = np.zeros((3, 6), np.float32)
    rows[1, place] = 2.5
    assert restored(rows)[1, place] == pytest.approx(2.5, rel=0.02)
