"""Text becomes blocks of subwords."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bioner_kd.errors import InputError
from bioner_kd.teacher.adaptation.blocks import Blocks, read_blocks
from bioner_kd.text.sentence import Sentence


def words(text):
    return Sentence.from_words(text.split())


def ids_of(tokenizer, *pieces):
    vocabulary = tokenizer._tokenizer.get_vocab()
    return [vocabulary[piece] for piece in pieces]


def test_sentences_follow_one_another_and_the_rest_is_left_over(tokenizer):
    text = [words("the tumors"), words("of gene in"), words("a b")]  # 3 + 3 + 2 subwords
    blocks = read_blocks(text, tokenizer, 5)
    assert blocks.ids.dtype == np.int32
    assert blocks.ids.tolist() == [
        ids_of(tokenizer, "[CLS]", "the", "tumor", "##s", "[SEP]"),
        ids_of(tokenizer, "[CLS]", "of", "gene", "in", "[SEP]"),
    ]
    assert blocks.starts.tolist() == [[True, True, True, False, True], [True] * 5]


def test_a_word_that_is_cut_begins_anew_in_the_next_block(tokenizer):
    blocks = read_blocks([words("the of tumors a b")], tokenizer, 5)
    assert blocks.ids[:, 1:-1].tolist() == [
        ids_of(tokenizer, "the", "of", "tumor"),
        ids_of(tokenizer, "##s", "a", "b"),
    ]
    assert blocks.starts.all()


def test_text_that_reads_like_a_special_piece_is_no_special_piece(tokenizer):
    blocks = read_blocks([words("[SEP] [MASK] [CLS] a b c")] * 2, tokenizer, 8)
    special = {tokenizer.cls_id, tokenizer.sep_id, tokenizer.mask_id}
    assert not special & set(blocks.ids[:, 1:-1].ravel().tolist())


def test_an_empty_text_is_an_input_error(tokenizer):
    with pytest.raises(InputError, match="there is no sentence in this text"):
        read_blocks([], tokenizer, 16)


def test_a_text_shorter_than_two_blocks_is_an_input_error(tokenizer):
    with pytest.raises(InputError, match="has 27 subwords, and 28 are needed .*--block_subwords"):
        read_blocks([words("a " * 27)], tokenizer, 16)
    assert len(read_blocks([words("a " * 28)], tokenizer, 16)) == 2


def test_a_part_of_the_text_is_drawn_from_all_of_it(tokenizer):
    text = [words("a b c d e f")] * 300 + [words("gene gene gene gene gene gene")] * 100
    whole = read_blocks(text, tokenizer, 8).ids
    some, few = (read_blocks(text, tokenizer, 8, text_size=n).ids for n in (200, 40))
    assert (len(whole), len(some), len(few)) == (400, 200, 40)
    gene = ids_of(tokenizer, "gene")[0]
    assert (some[:, 1] == gene).mean() == pytest.approx(0.25, abs=0.08)
    assert set(map(bytes, few)) <= set(map(bytes, some))
    assert len(read_blocks(text, tokenizer, 8, text_size=10_000)) == 400
    assert len(read_blocks(text, tokenizer, 8, text_size=1)) == 2


def numbered(count):
    return Blocks(np.arange(count)[:, None], np.ones((count, 1), bool))


@given(st.integers(2, 2000), st.floats(0.001, 0.999), st.integers(0, 9))
def test_every_block_is_trained_on_or_held_out(count, share, seed):
    train, held_out = numbered(count).hold_out(share, seed=seed)
    assert sorted([*train.ids.ravel(), *held_out.ids.ravel()]) == list(range(count))
    assert 1 <= len(held_out) <= 500
    assert len(train) >= 1


def test_the_share_that_is_held_out_is_drawn_by_the_seed():
    blocks = numbered(1000)
    held_out = [blocks.hold_out(0.02, seed=seed)[1].ids.ravel().tolist() for seed in (1, 1, 2)]
    assert len(held_out[0]) == 20
    assert held_out[0] == held_out[1] != held_out[2]
