import json
import re
import subprocess
import sys
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bioner_kd.text.character_ranges import SEPARATOR_RANGES, WORD_RANGES
from bioner_kd.text.ranges import character_set
from bioner_kd.text.tokenizer import (
    FIRST_TOKENIZER,
    MASK,
    SEPARATOR,
    SINGLE,
    TOKENIZER,
    WORD,
    sentence_from_text,
    split_words,
    tokenize,
)

# The table that every runtime's tokeniser is tested with.
CASES = json.loads(Path(__file__).with_name("tokenizer_cases.json").read_text(encoding="utf-8"))

# The class of each code point.
CLASSES = FIRST_TOKENIZER.character_classes()

# Invisible by category (Cf), visible by their glyph: Unicode's prepended concatenation marks.
VISIBLE_FORMAT = {*range(0x600, 0x606), 0x6DD, 0x70F, 0x890, 0x891, 0x8E2, 0x110BD, 0x110CD}


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_table_of_cases(case):
    found = FIRST_TOKENIZER.tokenize(case["text"])
    assert [list(word) for word in found] == case["words"]


def test_cases_are_sound():
    assert len({case["name"] for case in CASES}) == len(CASES) >= 40
    for case in CASES:
        assert all(case["text"][start:end] == word for word, start, end in case["words"])


@given(st.text())
def test_offsets_slice_back_to_the_word_and_only_separators_are_left_out(text):
    end = 0
    for word, start, stop in FIRST_TOKENIZER.tokenize(text):
        assert text[start:stop] == word != ""
        assert all(CLASSES[ord(char)] == SEPARATOR for char in text[end:start])
        end = stop
    assert all(CLASSES[ord(char)] == SEPARATOR for char in text[end:])


@given(
    st.text(st.one_of(st.characters(), st.sampled_from("ab\u00ad\u200b\ufe0f\u2122 ")), max_size=40)
)
def test_words_are_those_of_what_is_visible_with_places_in_the_text(text):
    invisible = re.compile(f"[{character_set(TOKENIZER.invisible)}]")
    found = tokenize(text)
    assert [word for word, _, _ in found] == split_words(invisible.sub("", text))
    for word, start, end in found:
        assert invisible.sub("", text[start:end]) == word
        assert text[start] == word[0] and text[end - 1] == word[-1]


@given(st.text(alphabet=st.characters(codec=None), max_size=40))
def test_regular_expression_follows_the_class_of_each_character(text):
    expected, previous = [], SEPARATOR
    for char in text:
        kind = CLASSES[ord(char)]
        if kind == WORD and previous == WORD:
            expected[-1] += char
        elif kind != SEPARATOR:
            expected.append(char)
        previous = kind
    assert [word for word, _, _ in FIRST_TOKENIZER.tokenize(text)] == expected


@given(st.text())
def test_words_joined_by_spaces_are_the_same_words(text):
    words = [word for word, _, _ in tokenize(text)]
    assert [word for word, _, _ in tokenize(" ".join(words))] == words


def test_classes_of_some_characters():
    assert [CLASSES[ord(char)] for char in "aβ²\u0301漢"] == [WORD] * 5
    assert [CLASSES[ord(char)] for char in " \n\0\u00ad\u200b\ufeff"] == [SEPARATOR] * 6
    assert [CLASSES[ord(char)] for char in "_-😀\ue000\ud800\u0378"] == [SINGLE] * 6
    assert len(CLASSES) == 0x110000


def _expected_class(code_point):
    category = unicodedata.category(chr(code_point))
    if category[0] in "LMN":
        return WORD
    invisible = category[0] == "Z" or category in ("Cc", "Cf")
    return SEPARATOR if invisible and code_point not in VISIBLE_FORMAT else SINGLE


def test_frozen_ranges_are_those_of_unicode_14():
    version = int(unicodedata.unidata_version.split(".")[0])
    differ = [c for c in range(0x110000) if CLASSES[c] != _expected_class(c)]
    if version < 14:  # characters that this Python does not know yet
        differ = [c for c in differ if unicodedata.category(chr(c)) != "Cn"]
    if version > 14:  # characters that came later are words by themselves
        differ = [c for c in differ if CLASSES[c] != SINGLE]
    assert [hex(c) for c in differ] == []


def test_white_space_of_python_separates():
    assert all(CLASSES[c] == SEPARATOR for c in range(0x110000) if chr(c).isspace())


def test_ranges_are_ascending_and_apart():
    for ranges in (WORD_RANGES, SEPARATOR_RANGES):
        bounds = [int(bound, 16) for entry in ranges.split() for bound in _bounds(entry)]
        assert bounds == sorted(bounds)


def _bounds(entry):
    first, _, last = entry.partition("-")
    return first, last or first


@pytest.mark.parametrize("corpus", ["BC2GM", "BC5CDR", "NCBI-disease"])
def test_words_of_public_corpora_are_reproduced(public_file, corpus):
    from bioner_kd.text.formats.conll import read_conll

    for sentence in read_conll(public_file(f"{corpus}/test.tsv")):
        assert tuple(word for word, _, _ in tokenize(sentence.text)) == sentence.words


def test_sentence_keeps_its_text_and_place():
    sentence = sentence_from_text("  β-blockers help.", path="notes.txt", line=7)
    assert sentence.text == "  β-blockers help."
    assert sentence.words == ("β", "-", "blockers", "help", ".")
    assert sentence.spans == ((2, 3), (3, 4), (4, 12), (13, 17), (17, 18))
    assert sentence.tags is None
    assert sentence.place(3) == "notes.txt:7, word 4"


def test_long_words_and_sentences_are_kept_whole():
    assert tokenize("x" * 505) == [("x" * 505, 0, 505)]
    assert len(tokenize("word " * 2000)) == 2000
    assert len(tokenize("(β)" * 3000)) == 9000


def test_import_brings_no_tensorflow_and_no_numpy():
    code = (
        "import sys, bioner_kd.text.tokenizer, bioner_kd.text.iob2, bioner_kd.text.formats.conll\n"
        "print([m for m in ('tensorflow', 'numpy', 'keras', 'transformers') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@given(st.text())
def test_words_without_their_places_are_the_same_words(text):
    assert split_words(text) == [word for word, _, _ in tokenize(text)]


@pytest.mark.parametrize("text", ["a {} b", "a{}b", "({}){}"])
def test_the_mask_is_one_word_wherever_it_stands(text):
    assert split_words(text.format(MASK, MASK)) == [
        MASK if part == "#" else part for part in split_words(text.format("#", "#"))
    ]


def test_symbols_are_words_of_no_mention():
    assert all(
        TOKENIZER.is_outside(word)
        for word in ("\u2022", "\u2192", "\u2713", "\U0001f637", "\uf0b7")
    )
    assert not any(
        TOKENIZER.is_outside(word) for word in ("gout", "-", "\u00b0", "%", MASK, "\u2460")
    )
    assert TOKENIZER.outside_of(["gout", "\u2192", "pain", "\u2193"]) == [1, 3]
    assert TOKENIZER.outside_of(["gout"]) == TOKENIZER.outside_of([]) == []
    assert FIRST_TOKENIZER.outside_of(["\u2192"]) == []
