"""Order, masks and rounds of batches."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bioner_kd.teacher.adaptation.batches import MaskedBatches, held_out_batches
from bioner_kd.teacher.adaptation.blocks import Blocks
from bioner_kd.teacher.adaptation.masking import Masker

from .text import make_blocks

ORDINARY = np.arange(5, 105, dtype=np.int32)
MASKER = Masker(0.15, True, 4, ORDINARY)
BLOCKS = make_blocks(22, 40, ORDINARY)


def source(round_steps=0, blocks=BLOCKS):
    return MaskedBatches(blocks, MASKER, round_steps)


def batches(found, first, end, seed=1, size=4):
    return list(found.epochs(size, seed=seed, first=first, end=end).as_numpy_iterator())


def assert_same(some, others):
    for one, other in zip(some, others, strict=True):
        for name in one[0]:
            np.testing.assert_array_equal(one[0][name], other[0][name])
        np.testing.assert_array_equal(one[1]["masked_ids"], other[1]["masked_ids"])
        np.testing.assert_array_equal(one[2], other[2])


def originals(batch):
    features, targets, _ = batch
    ids = features["subword_ids"].copy()
    np.put_along_axis(ids, features["masked_positions"].astype(int), targets["masked_ids"], 1)
    return ids


@given(st.integers(1, 500), st.integers(1, 40), st.integers(0, 60))
def test_rounds_are_equal_and_hardly_longer_than_their_epoch(blocks, batch_size, round_steps):
    found = source(round_steps, Blocks(np.zeros((blocks, 3)), np.ones((blocks, 3), bool)))
    epoch, rounds = found.epoch_steps(batch_size), found.rounds(batch_size)
    steps = found.steps(batch_size)
    assert steps <= (round_steps or epoch)
    assert epoch <= rounds * steps < epoch + rounds


def test_an_epoch_has_every_block_once():
    found = batches(source(), 0, 1)
    assert [len(batch[2]) for batch in found].count(4) == 5  # and one of two blocks
    rows = np.concatenate([originals(batch) for batch in found])
    assert sorted(map(tuple, rows)) == sorted(map(tuple, BLOCKS.ids))


def test_epochs_differ_in_order_and_in_masks():
    first, second = batches(source(), 0, 1), batches(source(), 1, 2)
    assert not np.array_equal(originals(first[0]), originals(second[0]))
    by_block = [
        {
            tuple(block): tuple(seen)
            for batch in epoch
            for block, seen in zip(originals(batch), batch[0]["subword_ids"], strict=True)
        }
        for epoch in (first, second)
    ]
    assert sum(by_block[0][row] != by_block[1][row] for row in by_block[0]) > 15


@pytest.mark.parametrize("first", range(7))
def test_a_resumed_run_sees_what_it_would_have_seen(first):
    found = source(2)
    assert (found.rounds(4), found.steps(4)) == (3, 2)
    whole = batches(found, 0, 7)
    assert len(whole) == 14
    assert_same(batches(found, first, 7), whole[2 * first :])


def test_a_run_resumed_within_a_round_sees_what_it_would_have_seen():
    found = source(2)
    rest = found.epochs(4, seed=1, first=2, end=7, skip=1).as_numpy_iterator()
    assert_same(list(rest), batches(found, 0, 7)[5:])


def test_rounds_do_not_change_what_is_seen():
    assert_same(batches(source(2), 0, 6), batches(source(), 0, 2))


def test_the_seed_decides():
    assert_same(batches(source(), 0, 1), batches(source(), 0, 1))
    pairs = zip(batches(source(), 0, 1), batches(source(), 0, 1, seed=2), strict=True)
    assert not all(np.array_equal(a[0]["subword_ids"], b[0]["subword_ids"]) for a, b in pairs)


def test_held_out_blocks_come_in_order_with_the_same_masks_each_time():
    found = held_out_batches(BLOCKS, MASKER, 4, seed=5)
    some, same = list(found.as_numpy_iterator()), list(found.as_numpy_iterator())
    assert_same(some, same)
    assert_same(some, list(held_out_batches(BLOCKS, MASKER, 4, seed=5).as_numpy_iterator()))
    np.testing.assert_array_equal(np.concatenate([originals(b) for b in some]), BLOCKS.ids)


def test_shapes_are_those_of_the_model_contract():
    (features, targets, weights) = next(iter(source().epochs(4, seed=0, first=0, end=1)))
    shapes = {name: tuple(value.shape) for name, value in {**features, **targets}.items()}
    assert shapes == {"subword_ids": (4, 40), "masked_positions": (4, 6), "masked_ids": (4, 6)}
    assert tuple(weights.shape) == (4, 6)
    assert {value.dtype.name for value in itertools.chain(features.values(), targets.values())} == {
        "int32"
    }
