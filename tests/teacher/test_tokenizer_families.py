"""Tokenizers beyond BERT's: MPNet's pieces, and byte-level BPE."""

import json

import pytest

from bioner_kd.errors import InputError
from bioner_kd.teacher.tokenizer import load_tokenizer
from bioner_kd.text.tokenizer import MASK

from .tiny_families import ROBERTA_PIECES, write_byte_level, write_family, write_word_pieces

MPNET = {
    "cls_token": "<s>",
    "sep_token": "</s>",
    "pad_token": "<pad>",
    "unk_token": "[UNK]",
    "mask_token": "<mask>",
}


@pytest.fixture
def mpnet(tmp_path):
    write_family(tmp_path, "mpnet")
    write_word_pieces(tmp_path, "mpnet")
    return tmp_path


@pytest.fixture
def roberta(tmp_path):
    write_family(tmp_path, "roberta", vocab_size=300)
    write_byte_level(tmp_path)
    return tmp_path


def pieces_of(tokenizer, word):
    return [tokenizer._tokenizer.id_to_token(index) for index in tokenizer.subwords(word)]


@pytest.mark.parametrize("said", [True, False])
def test_mpnet_has_robertas_special_pieces_and_berts_unknown_one(mpnet, said):
    if said:
        (mpnet / "special_tokens_map.json").write_text(json.dumps(MPNET), encoding="utf-8")
    tokenizer = load_tokenizer(mpnet)
    assert (tokenizer.cls_id, tokenizer.pad_id, tokenizer.sep_id) == (0, 1, 2)
    vocabulary = (mpnet / "vocab.txt").read_text(encoding="utf-8").splitlines()
    assert tokenizer.unk_id == vocabulary.index("[UNK]")
    assert tokenizer.mask_id == vocabulary.index("<mask>")
    assert tokenizer.subwords(MASK) == [tokenizer.mask_id]
    # A word that reads like a special piece is text.
    assert tokenizer.pad_id not in tokenizer.subwords("<pad>")


def test_byte_level_bpe_reads_a_word_with_the_space_before_it(roberta):
    tokenizer = load_tokenizer(roberta)
    assert pieces_of(tokenizer, "gene") == ["Ġgene"]
    assert pieces_of(tokenizer, "tumor") == ["Ġtumor"]
    # No merge of Unicode's letters: one piece for each byte.
    assert pieces_of(tokenizer, "β")[0] == "Ġ"
    assert len(tokenizer.subwords("β")) == 3
    assert [tokenizer.cls_id, tokenizer.pad_id, tokenizer.sep_id] == [0, 1, 2]
    assert not tokenizer.lower_cases


def test_byte_level_bpe_gives_what_transformers_gives_of_words(roberta):
    from transformers import RobertaTokenizerFast

    theirs = RobertaTokenizerFast(
        str(roberta / "vocab.json"), str(roberta / "merges.txt"), add_prefix_space=True
    )
    words = ["gene", "Tumor", "-", "tumorgene", "β", "%", "IL"]
    expected = theirs(words, is_split_into_words=True, add_special_tokens=False)
    tokenizer = load_tokenizer(roberta)
    assert sum((tokenizer.subwords(word) for word in words), []) == expected["input_ids"]


@pytest.mark.parametrize("prefix_space", [True, False])
def test_a_tokenizer_file_is_read_alike_whatever_it_says_of_the_space(roberta, prefix_space):
    from tokenizers.pre_tokenizers import ByteLevel

    plain = load_tokenizer(roberta)
    plain._tokenizer.pre_tokenizer = ByteLevel(add_prefix_space=prefix_space)
    plain.save(roberta)
    assert not (roberta / "vocab.txt").exists()
    again = load_tokenizer(roberta)
    for word in ("gene", "tumor", "x-ray"):
        assert again.subwords(word) == plain.subwords(word)


@pytest.mark.parametrize("folder", ["mpnet", "roberta"])
def test_what_is_saved_is_the_same_tokenizer_for_us_and_for_transformers(folder, request, tmp_path):
    from transformers import AutoTokenizer

    tokenizer = load_tokenizer(request.getfixturevalue(folder))
    saved = tmp_path / "saved"
    tokenizer.save(saved)
    again = load_tokenizer(saved)
    theirs = AutoTokenizer.from_pretrained(saved)
    for word in ("gene", "tumor", "β", "IL"):
        assert again.subwords(word) == tokenizer.subwords(word)
        found = theirs([word], is_split_into_words=True, add_special_tokens=False)["input_ids"]
        assert found == tokenizer.subwords(word)
    assert theirs.pad_token_id == tokenizer.pad_id == again.pad_id
    assert theirs.cls_token_id == tokenizer.cls_id == again.cls_id


def test_merges_that_are_missing_or_broken_are_named(roberta):
    (roberta / "merges.txt").write_text("#version: 0.2\ng e n e\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"vocab\.json: this and merges\.txt"):
        load_tokenizer(roberta)
    (roberta / "merges.txt").unlink()
    with pytest.raises(InputError, match=r"vocab\.json: this and merges\.txt"):
        load_tokenizer(roberta)


def test_a_tokenizer_of_another_model_is_told_by_its_padding(tmp_path):
    write_family(tmp_path, "mpnet")
    write_word_pieces(tmp_path, "bert")
    with pytest.raises(InputError, match="id 0, but config.json says pad_token_id 1"):
        load_tokenizer(tmp_path)


def test_a_vocabulary_much_smaller_than_the_table_is_a_warning(mpnet, caplog):
    assert ROBERTA_PIECES
    write_family(mpnet, "mpnet", vocab_size=200)
    with caplog.at_level("WARNING"):
        load_tokenizer(mpnet)
    assert "vocab_size 200" in caplog.text
