"""Characters folded to what the corpora would have written; form and shape of a word."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bioner_kd.tagging.word_form import fold as fold_by
from bioner_kd.tagging.word_form import folding_of, folding_table, word_form, word_shape

LATIN_WITH_MARKS = [chr(c) for c in range(0xC0, 0x250) if chr(c) in folding_table()]


def fold(text):
    return fold_by(text, folding_table())


@pytest.mark.parametrize(
    ("character", "plain"),
    [
        ("é", "e"),
        ("β", "beta"),
        ("Δ", "Delta"),
        ("σ", "sigma"),
        ("ς", "sigma"),
        ("Ͷ", "Digamma"),  # the Pamphylian one
        ("ϕ", "phi"),
        ("–", "-"),
        ("\u2212", "-"),  # the minus sign, which lies outside the blocks of punctuation
        ("⁻", "-"),
        ("’", "'"),
        ("″", '"'),
        ("µ", "mu"),  # the micro sign
        ("μ", "mu"),  # the Greek letter
        ("Ω", "Omega"),  # the ohm sign
        ("½", "1/2"),
        ("²", "2"),
        ("Ⅷ", "VIII"),
        ("ﬁ", "fi"),
        ("Ａ", "A"),
        ("ß", "beta"),
        ("Ø", "O"),
        ("Đ", "D"),
        ("×", "x"),
        ("…", "..."),
        ("™", "TM"),
        ("\u0301", ""),  # a combining acute accent
    ],
)
def test_known_characters(character, plain):
    assert folding_table()[character] == plain


@pytest.mark.parametrize("character", ["a", "Z", "7", "-", "\u00a0", "\u200b", "°", "中", "Ж"])
def test_characters_that_stay(character):
    assert character not in folding_table()


def test_entries_are_single_characters_and_plain_ascii():
    table = folding_table()
    assert len(table) > 800
    assert all(len(character) == 1 and not character.isascii() for character in table)
    assert all(plain.isascii() and " " not in plain for plain in table.values())


def test_words_of_abstracts():
    assert fold("TNF‑α") == "TNF-alpha"
    assert fold("Sjögren’s") == "Sjogren's"
    assert fold("IL‐1β–induced") == "IL-1beta-induced"


def test_the_table_that_is_given_decides():
    assert fold_by("aβ", {"a": "xy"}) == "xyβ"


@given(st.text(st.sampled_from(LATIN_WITH_MARKS), max_size=8))
def test_composed_and_decomposed_text_fold_alike(text):
    assert fold(unicodedata.normalize("NFD", text)) == fold(unicodedata.normalize("NFC", text))


@pytest.mark.parametrize(
    ("word", "form", "shape"),
    [
        ("Beta2", "beta0", "Xxxxd"),
        ("p53", "p00", "xdd"),
        ("BRCA1/2", "brca0/0", "XXXXd/d"),
        ("immunoglobulin", "immunoglobulin", "xxxx"),
        ("TNF-", "tnf-", "XXX-"),
        ("123456", "000000", "dddd"),
        ("Жуки", "Жуки", "Жуки"),  # what is not ASCII is left alone: no language's own rules
        ("-----", "-----", "----"),
    ],
)
def test_form_and_shape(word, form, shape):
    assert word_form(word) == form
    assert word_shape(word) == shape


def test_a_folding_of_single_characters_is_one():
    assert folding_of({"β": "beta", "é": ""}) == {"β": "beta", "é": ""}


@pytest.mark.parametrize("table", [None, [], {"a": 1}, {"ab": "c"}, {"": "c"}, {"a": "c" * 21}])
def test_a_folding_that_is_none_is_refused(table):
    with pytest.raises(ValueError, match="'folding'"):
        folding_of(table)
