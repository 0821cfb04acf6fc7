import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tokenizers import Tokenizer, models
from transformers import BertTokenizer, BertTokenizerFast

from bioner_kd.errors import InputError
from bioner_kd.teacher.tokenizer import SubwordTokenizer, load_tokenizer
from bioner_kd.teacher.wordpiece import is_cased
from bioner_kd.text.tokenizer import MASK

from .tiny_bert import SPECIAL, VOCABULARY, write_config, write_json, write_tokenizer

CASED = [*VOCABULARY, "B", "C", "BRCA", "##A", "Tumor"]
# What no other tokenizer takes for text, or ours does not.
NO_TEXT = (*SPECIAL, MASK)
FILES = ("tokenizer.json", "tokenizer_config.json", "special_tokens_map.json", "vocab.txt")


def ids(*pieces: str, vocabulary: list[str] = VOCABULARY) -> list[int]:
    return [vocabulary.index(piece) for piece in pieces]


@pytest.fixture
def tokenizer(tiny_teacher_folder: Path) -> SubwordTokenizer:
    return load_tokenizer(tiny_teacher_folder)


def test_a_word_becomes_its_longest_pieces(tokenizer):
    assert tokenizer.subwords("tumors") == ids("tumor", "##s")
    assert tokenizer.subwords("p53") == ids("p", "##5", "##3")
    assert tokenizer.subwords("in-gene") == ids("in", "-", "gene")


def test_special_ids_are_those_of_the_vocabulary(tokenizer):
    assert (tokenizer.pad_id, tokenizer.unk_id, tokenizer.cls_id, tokenizer.sep_id) == (0, 1, 2, 3)
    assert tokenizer.vocabulary_size == len(VOCABULARY)


def test_ordinary_ids_are_those_of_all_but_the_special_pieces(tokenizer, tmp_path):
    assert tokenizer.ordinary_ids() == list(range(len(SPECIAL), len(VOCABULARY)))
    write_tokenizer(tmp_path, [piece for piece in VOCABULARY if piece != "[MASK]"])
    assert load_tokenizer(tmp_path).ordinary_ids() == list(range(4, len(VOCABULARY) - 1))


@pytest.mark.parametrize("word", ["", " ", "\u200b", "\x00", "\ufffd", "\u0301"])
def test_a_word_of_which_nothing_remains_is_unknown(tokenizer, word):
    assert tokenizer.subwords(word) == [tokenizer.unk_id]


def test_a_long_run_of_letters_is_unknown_but_parted_ones_are_not(tokenizer):
    assert tokenizer.subwords("a" * 100) == ids("a", *["##a"] * 99)
    assert tokenizer.subwords("a" * 101) == [tokenizer.unk_id]
    assert len(tokenizer.subwords("a-" * 300)) == 600


@pytest.mark.parametrize("word", SPECIAL)
def test_text_that_reads_like_a_special_piece_stays_text(tokenizer, word):
    assert tokenizer.subwords(word)[0] == VOCABULARY.index("[")
    assert tokenizer.subwords(word)[-1] == VOCABULARY.index("]")


def test_the_result_can_be_changed_without_changing_the_next_one(tokenizer):
    tokenizer.subwords("gene").append(7)
    assert tokenizer.subwords("gene") == ids("gene")


def test_uncased_vocabularies_are_lower_cased_without_any_setting(tokenizer):
    assert tokenizer.lower_cases
    assert tokenizer.subwords("TUMOR") == ids("tumor")
    assert tokenizer.subwords("Tumör") == ids("tumor")


def test_cased_vocabularies_are_not_lower_cased_without_any_setting(tmp_path, absl_log):
    write_tokenizer(tmp_path, CASED)
    tokenizer = load_tokenizer(tmp_path)
    assert not tokenizer.lower_cases
    assert tokenizer.subwords("BRCA") == ids("BRCA", vocabulary=CASED)
    assert tokenizer.subwords("Tumor") == ids("Tumor", vocabulary=CASED)
    assert not absl_log.records


def test_a_setting_wins_over_the_vocabulary_and_the_contradiction_is_logged(tmp_path, absl_log):
    write_tokenizer(tmp_path, CASED)
    write_json(tmp_path / "tokenizer_config.json", {"do_lower_case": True})
    tokenizer = load_tokenizer(tmp_path)
    assert tokenizer.subwords("Tumor") == ids("tumor", vocabulary=CASED)
    assert "the vocabulary is cased, but words are lower-cased" in absl_log.text


def test_an_uncased_vocabulary_that_is_not_lower_cased_is_logged(tmp_path, absl_log):
    write_tokenizer(tmp_path)
    write_json(tmp_path / "tokenizer_config.json", {"do_lower_case": False})
    assert load_tokenizer(tmp_path).subwords("TUMOR") == [1]
    assert "the vocabulary is uncased, but words are not lower-cased" in absl_log.text


def test_a_setting_wins_over_tokenizer_json_as_in_transformers(tmp_path, absl_log):
    write_tokenizer(tmp_path, CASED)
    load_tokenizer(tmp_path).save(tmp_path)
    write_json(tmp_path / "tokenizer_config.json", {"do_lower_case": True})
    assert load_tokenizer(tmp_path).subwords("Tumor") == ids("tumor", vocabulary=CASED)
    assert "do_lower_case=True, which is followed" in absl_log.text


def test_tokenizer_json_decides_where_there_is_no_setting(tmp_path):
    write_tokenizer(tmp_path, CASED)
    write_json(tmp_path / "tokenizer_config.json", {"do_lower_case": True})
    load_tokenizer(tmp_path).save(tmp_path)
    (tmp_path / "tokenizer_config.json").unlink()
    assert load_tokenizer(tmp_path).lower_cases


def test_truncation_and_padding_of_tokenizer_json_are_switched_off(tmp_path):
    write_tokenizer(tmp_path)
    load_tokenizer(tmp_path).save(tmp_path)
    library = Tokenizer.from_file(str(tmp_path / "tokenizer.json"))
    library.enable_truncation(2)
    library.enable_padding(length=8)
    library.save(str(tmp_path / "tokenizer.json"))
    tokenizer = load_tokenizer(tmp_path)
    assert tokenizer.subwords("gene") == ids("gene")
    assert tokenizer.subwords("p53") == ids("p", "##5", "##3")


@pytest.mark.parametrize("vocabulary", [VOCABULARY, CASED])
def test_saving_and_loading_changes_nothing(tmp_path, vocabulary):
    write_tokenizer(tmp_path / "a", vocabulary)
    tokenizer = load_tokenizer(tmp_path / "a")
    tokenizer.save(tmp_path / "b")
    again = load_tokenizer(tmp_path / "b")
    again.save(tmp_path / "c")
    assert sorted(FILES) == sorted(path.name for path in (tmp_path / "b").iterdir())
    for name in FILES:
        assert (tmp_path / "b" / name).read_bytes() == (tmp_path / "c" / name).read_bytes()
    words = ["Tumor", "BRCA1", "the", "[SEP]", "x-ray"]
    assert [again.subwords(w) for w in words] == [tokenizer.subwords(w) for w in words]
    assert (tmp_path / "b" / "vocab.txt").read_bytes() == (
        tmp_path / "a" / "vocab.txt"
    ).read_bytes()


def test_the_saved_vocabulary_alone_gives_the_same_tokenizer(tmp_path):
    repeated = [*VOCABULARY[:40], "gene", *VOCABULARY[40:]]
    write_tokenizer(tmp_path, repeated)
    tokenizer = load_tokenizer(tmp_path)
    tokenizer.save(tmp_path / "saved")
    (tmp_path / "saved" / "tokenizer.json").unlink()
    again = load_tokenizer(tmp_path / "saved")
    for word in ("gene", "tumors", "p53", "a"):
        assert again.subwords(word) == tokenizer.subwords(word)


@settings(max_examples=200, deadline=None)
@given(word=st.text(min_size=1, max_size=12).filter(lambda w: not any(p in w for p in NO_TEXT)))
@pytest.mark.parametrize("vocabulary", [VOCABULARY, CASED], ids=["uncased", "cased"])
def test_words_are_split_as_transformers_splits_them(tmp_path_factory, vocabulary, word):
    folder = tmp_path_factory.getbasetemp() / f"vocabulary_of_{len(vocabulary)}"
    write_tokenizer(folder, vocabulary)
    reference = BertTokenizerFast(str(folder / "vocab.txt"), do_lower_case=not is_cased(vocabulary))
    expected = reference(word, add_special_tokens=False)["input_ids"]
    assert load_tokenizer(folder).subwords(word) == (expected or [1])


def test_a_saved_tokenizer_is_one_for_transformers(tmp_path):
    write_tokenizer(tmp_path, CASED)
    load_tokenizer(tmp_path).save(tmp_path / "saved")
    fast = BertTokenizerFast.from_pretrained(tmp_path / "saved")
    slow = BertTokenizer(str(tmp_path / "vocab.txt"), do_lower_case=False)
    text = "BRCA tumors in the Tumor"
    assert fast(text)["input_ids"] == slow(text)["input_ids"]
    assert fast.sep_token == "[SEP]"


def test_special_pieces_may_have_other_names(tmp_path):
    pieces = ["<pad>", "<unk>", "<s>", "</s>", "a", "##b"]
    write_tokenizer(tmp_path, pieces)
    roles = {"pad_token": "<pad>", "unk_token": {"content": "<unk>", "lstrip": False}}
    write_json(tmp_path / "special_tokens_map.json", roles)
    write_json(tmp_path / "tokenizer_config.json", {"cls_token": "<s>", "sep_token": "</s>"})
    tokenizer = load_tokenizer(tmp_path)
    assert (tokenizer.pad_id, tokenizer.unk_id, tokenizer.cls_id, tokenizer.sep_id) == (0, 1, 2, 3)
    assert tokenizer.subwords("ab") == [4, 5]
    assert tokenizer.subwords("c") == [1]
    tokenizer.save(tmp_path / "saved")
    assert load_tokenizer(tmp_path / "saved").cls_id == 2


@pytest.mark.parametrize("piece", SPECIAL[:4])
def test_a_vocabulary_without_a_special_piece_is_refused(tmp_path, piece):
    write_tokenizer(tmp_path, [other for other in VOCABULARY if other != piece])
    with pytest.raises(
        InputError, match=rf"vocab\.txt: the vocabulary lacks .*'\[{piece[1:-1]}\]'"
    ):
        load_tokenizer(tmp_path)


def test_a_vocabulary_larger_than_the_models_is_refused(tmp_path):
    write_tokenizer(tmp_path)
    write_config(tmp_path, vocab_size=len(VOCABULARY))
    load_tokenizer(tmp_path)
    write_config(tmp_path, vocab_size=len(VOCABULARY) - 1)
    with pytest.raises(InputError, match=f"{len(VOCABULARY)} pieces.*{len(VOCABULARY) - 1}"):
        load_tokenizer(tmp_path)


def test_a_length_without_limit_as_transformers_writes_it_is_read(tmp_path):
    write_tokenizer(tmp_path)
    write_json(tmp_path / "tokenizer_config.json", {"model_max_length": int(1e30)})
    assert load_tokenizer(tmp_path).subwords("gene") == ids("gene")


def test_windows_line_ends_and_odd_pieces_are_read(tmp_path):
    pieces = [*SPECIAL, "a", "\u2028", "b"]
    (tmp_path / "vocab.txt").write_bytes("".join(f"{p}\r\n" for p in pieces).encode())
    tokenizer = load_tokenizer(tmp_path)
    assert tokenizer.vocabulary_size == 8
    assert tokenizer.subwords("b") == [7]


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("vocab.txt", b"[PAD]\n\xff\n", r"vocab\.txt: byte 6 is not UTF-8"),
        ("vocab.txt", b"", "lacks"),
        ("tokenizer.json", b"{", r"tokenizer\.json: this is not a file of the tokenizers"),
        ("tokenizer.json", b'{"version": "1.0"}', r"tokenizer\.json"),
        ("tokenizer_config.json", b"[]", r"tokenizer_config\.json: .*holds a list"),
        ("special_tokens_map.json", b"{", r"special_tokens_map\.json: this is not valid JSON"),
    ],
)
def test_a_broken_file_is_named(tmp_path, name, content, reason):
    write_tokenizer(tmp_path)
    (tmp_path / name).write_bytes(content)
    with pytest.raises(InputError, match=reason) as caught:
        load_tokenizer(tmp_path)
    assert "\n" not in str(caught.value)


def test_a_folder_without_vocabulary_says_what_it_needs(tmp_path):
    with pytest.raises(InputError, match=r"vocab\.txt: cannot read .* tokenizer\.json"):
        load_tokenizer(tmp_path)


def test_a_tokenizer_without_normalizer_keeps_case(tmp_path):
    library = Tokenizer(models.WordPiece({p: i for i, p in enumerate(CASED)}, unk_token="[UNK]"))
    library.save(str(tmp_path / "tokenizer.json"))
    assert not load_tokenizer(tmp_path).lower_cases
    assert json.loads((tmp_path / "tokenizer.json").read_text())["normalizer"] is None


def test_bracketed_pieces_do_not_make_a_vocabulary_cased():
    assert not is_cased(["[UNK]", "[unused1]", "gene", "##s", "β"])
    assert is_cased(["[UNK]", "gene", "##S"])


def test_the_mask_of_augmented_text_is_the_mask_of_pretraining(tokenizer, monkeypatch):
    assert tokenizer.mask_id == VOCABULARY.index("[MASK]")
    assert tokenizer.subwords(MASK) == [tokenizer.mask_id]
    monkeypatch.setattr("bioner_kd.teacher.tokenizer._MOST_REMEMBERED", 2)
    for word in ("gene", "tumor", "cancer"):
        tokenizer.subwords(word)
    assert tokenizer.subwords(MASK) == [tokenizer.mask_id]  # when others are forgotten, too


def test_a_vocabulary_without_a_mask_reads_it_as_unknown(tmp_path):
    write_tokenizer(tmp_path, [piece for piece in VOCABULARY if piece != "[MASK]"])
    tokenizer = load_tokenizer(tmp_path)
    assert tokenizer.subwords(MASK) == [tokenizer.unk_id] == [tokenizer.mask_id]


def test_a_saved_tokenizer_keeps_its_mask(tokenizer, tmp_path):
    tokenizer.save(tmp_path / "saved")
    assert load_tokenizer(tmp_path / "saved").subwords(MASK) == [tokenizer.mask_id]
