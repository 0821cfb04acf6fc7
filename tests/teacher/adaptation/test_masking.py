"""Which subwords are masked and by what, and the order and rounds of the batches."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bioner_kd.errors import InputError
from bioner_kd.teacher.adaptation.blocks import Blocks
from bioner_kd.teacher.adaptation.masking import MaskedBatches, Masker, held_out_batches
from bioner_kd.teacher.config import AdaptationConfig
from bioner_kd.teacher.tokenizer import load_tokenizer

from ..tiny_bert import VOCABULARY, write_tokenizer
from .text import make_blocks

MASK, UNKNOWN = 4, 1
ORDINARY = np.arange(5, 105, dtype=np.int32)


def masker(share=0.15, *, whole_words=True):
    return Masker(share, whole_words, MASK, ORDINARY)


def restored(masked):
    """The ids with every slot's original put back."""
    ids = masked.ids.copy()
    np.put_along_axis(ids, masked.positions.astype(int), masked.originals, axis=1)
    return ids


def chosen(masked):
    """bool (blocks, subwords), what is to be guessed."""
    found = np.zeros(masked.ids.shape, bool)
    np.put_along_axis(found, masked.positions.astype(int), masked.weights > 0, axis=1)
    return found


def word_numbers(blocks):
    rows = 10_000 * np.arange(len(blocks))[:, None]
    return np.cumsum(blocks.starts, axis=1) + rows


@given(
    st.integers(0, 2**32 - 1), st.integers(8, 60), st.floats(0.01, 0.99), st.booleans()
)  # fmt: skip
def test_what_holds_for_all_masks(seed, subwords, share, whole_words):
    blocks = make_blocks(5, subwords, np.append(ORDINARY, UNKNOWN), seed=seed)
    maker = masker(share, whole_words=whole_words)
    masked = maker.mask(blocks, np.random.default_rng(seed))
    slots = maker.slots(subwords)
    assert masked.positions.shape == masked.originals.shape == masked.weights.shape == (5, slots)
    np.testing.assert_array_equal(restored(masked), blocks.ids)
    guessed = chosen(masked)
    assert np.isin(blocks.ids[guessed], ORDINARY).all()  # no special piece, no [UNK]
    assert np.isin(masked.ids, [*ORDINARY, MASK])[guessed].all()
    np.testing.assert_array_equal(masked.ids[~guessed], blocks.ids[~guessed])
    assert (guessed.sum(axis=1) == masked.weights.sum(axis=1)).all()
    assert (np.diff(masked.positions) != 0).all()
    if whole_words:
        words = word_numbers(blocks)
        assert not np.isin(words[~guessed], words[guessed]).any()


def test_each_slot_is_used_where_single_subwords_are_masked():
    blocks = make_blocks(50, 128, ORDINARY)
    masked = masker(whole_words=False).mask(blocks, np.random.default_rng(0))
    assert masked.weights.shape == (50, 19)  # 15 % of 126
    assert masked.weights.all()
    words = word_numbers(blocks)
    together = np.isin(words[~chosen(masked)], words[chosen(masked)])
    assert together.any()  # words are torn apart


def test_whole_words_leave_few_slots_unused():
    blocks = make_blocks(200, 128, ORDINARY)
    masked = masker().mask(blocks, np.random.default_rng(0))
    assert masked.weights.mean() > 0.99


def test_of_ten_masked_subwords_eight_are_hidden_one_replaced_and_one_kept():
    blocks = make_blocks(2000, 128, ORDINARY)
    masked = masker(whole_words=False).mask(blocks, np.random.default_rng(1))
    guessed = chosen(masked)
    now, before = masked.ids[guessed], blocks.ids[guessed]
    count = 2000 * 19
    assert guessed.sum() == count
    hidden, kept = (now == MASK).mean(), (now == before).mean()
    # Five standard deviations; a replacement hits the same subword once in a hundred times.
    assert hidden == pytest.approx(0.8, abs=5 * (0.16 / count) ** 0.5)
    assert kept == pytest.approx(0.1 + 0.1 / 100, abs=5 * (0.09 / count) ** 0.5)
    replaced = now[(now != MASK) & (now != before)]
    assert np.bincount(replaced, minlength=105)[5:].min() > 0  # by any subword


def test_every_place_is_masked_equally_often():
    blocks = make_blocks(4000, 34, ORDINARY)
    share = chosen(masker(0.25, whole_words=False).mask(blocks, np.random.default_rng(2)))
    np.testing.assert_allclose(share[:, 1:-1].mean(axis=0), 0.25, atol=0.04)
    assert not share[:, [0, -1]].any()


def test_the_same_random_state_gives_the_same_masks():
    blocks = make_blocks(8, 64, ORDINARY)
    some, same, other = (masker().mask(blocks, np.random.default_rng(s)) for s in (3, 3, 4))
    for one, another in zip(some, same, strict=True):
        np.testing.assert_array_equal(one, another)
    assert not np.array_equal(some.ids, other.ids)


def test_words_that_cannot_be_masked_leave_slots_empty():
    long = np.zeros((1, 20), bool)
    long[0, [0, 1, -1]] = True  # one word of 18 subwords, more than there are slots
    ids = np.full((1, 20), 50, np.int32)
    ids[0, [0, -1]] = 2, 3
    unknown = np.where(ids == 50, UNKNOWN, ids)
    for blocks in (Blocks(ids, long), Blocks(unknown, np.ones_like(long))):
        masked = masker().mask(blocks, np.random.default_rng(0))
        assert masked.weights.tolist() == [[0.0, 0.0, 0.0]]
        np.testing.assert_array_equal(masked.ids, blocks.ids)


def test_a_tokenizer_says_which_pieces_are_special(tokenizer):
    found = Masker.from_tokenizer(tokenizer, AdaptationConfig(mask_share=0.2))
    assert (found.mask_id, found.mask_share, found.whole_word_masking) == (MASK, 0.2, True)
    assert found.ordinary_ids.tolist() == list(range(5, len(VOCABULARY)))


def test_a_vocabulary_without_mask_is_refused(tmp_path):
    write_tokenizer(tmp_path, [piece for piece in VOCABULARY if piece != "[MASK]"])
    with pytest.raises(InputError, match=r"--teacher: .* has no \[MASK\]"):
        Masker.from_tokenizer(load_tokenizer(tmp_path), AdaptationConfig())


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
