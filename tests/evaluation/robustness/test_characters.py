import pytest

from bioner_kd.evaluation.robustness.characters import (
    BEHIND,
    INVISIBLE,
    SYMBOLS,
    measure_capitals,
    measure_characters,
    middle_of,
    title_case,
)
from bioner_kd.text.sentence import Sentence

SENTENCES = [
    Sentence.from_words(["Rash", "and", "fever", "."], ["B-Disease", "O", "B-Disease", "O"]),
    Sentence.from_words(["No", "fever", "."], ["O", "B-Disease", "O"]),
]


def rows_of(split_of, expression):
    return {row.text: row for row in measure_characters(split_of(SENTENCES, expression))}


def test_a_character_in_a_word_hides_it_from_a_tagger_that_reads_it(split_of):
    rows = rows_of(split_of, "Rash|fever")
    hidden = rows["soft hyphen in a word"]
    assert (hidden.cases, hidden.percent, hidden.usual, hidden.reached) == (3, 0, 100, False)
    either = rows_of(split_of, "Ra\u00ad?sh|fe\u00ad?ver")
    assert either["soft hyphen in a word"].reached is True
    assert either["zero-width space in a word"].percent == 0
    assert sum(row.kind == "invisible" for row in rows.values()) == len(INVISIBLE)


def test_the_place_is_in_the_longest_word():
    assert middle_of("a severe fever", ("Disease", 2, 14)) == 2 + 3
    assert middle_of("a", ("Disease", 0, 1)) is None


def test_a_symbol_before_a_sentence_is_counted_where_a_mention_contains_it(split_of):
    rows = rows_of(split_of, "(?:→ )?Rash|fever")
    assert (rows["→ before a sentence"].percent, rows["→ before a sentence"].cases) == (50, 2)
    assert rows["• before a sentence"].percent == 0
    assert rows["each before a sentence"].percent == 0
    assert rows["grinning face before a sentence"].reached is True


def test_a_symbol_that_is_a_mention_is_counted(split_of):
    rows = rows_of(split_of, "→|Rash")
    assert rows["each before a sentence"].percent == 100 / len(SYMBOLS)
    assert rows["each as the whole text"].percent == 100 / len(SYMBOLS)
    assert rows["each as the whole text"].reached is False


def test_a_symbol_behind_a_mention_is_counted_where_it_is_drawn_in(split_of):
    rows = rows_of(split_of, "Rash™?|fever|No")
    drawn = rows["™ behind a mention"]
    assert (drawn.cases, drawn.percent) == (3, 100 / 3)
    assert {rows[f"{one} behind a mention"].percent for one in BEHIND.replace("™", "")} == {0}


GIVEN = [
    Sentence.from_words(["Rash", "was", "seen"], ["B-Disease", "O", "O"]),
    Sentence.from_words(["no", "fever"], ["O", "B-Disease"]),
]


def test_f1_of_each_kind_of_letters_stands_beside_that_of_the_words_as_they_are(split_of):
    names = ("Rash", "fever", "RASH", "WAS", "FEVER", "rash", "Fever")
    rows = measure_capitals(split_of(GIVEN, "x", names=names))
    assert [(row.text, row.usual) for row in rows] == [
        ("upper case", 100), ("lower case", 100), ("title case", 100),
    ]  # fmt: skip
    upper, lower, title = rows
    # "WAS" is one false mention beside two right ones.
    assert (upper.percent, upper.least, upper.reached) == (pytest.approx(80), 98.5, False)
    assert (lower.percent, lower.reached) == (100, None)
    assert title.percent == 100


def test_title_case_keeps_the_other_letters():
    assert [title_case(word) for word in ("fever", "mRNA", "HIV", "")] == [
        "Fever", "MRNA", "HIV", "",
    ]  # fmt: skip
