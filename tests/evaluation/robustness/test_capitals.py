import pytest

from bioner_kd.evaluation.robustness.capitals import measure_capitals, title_case
from bioner_kd.text.sentence import Sentence

SENTENCES = [
    Sentence.from_words(["Rash", "was", "seen"], ["B-Disease", "O", "O"]),
    Sentence.from_words(["no", "fever"], ["O", "B-Disease"]),
]


def test_f1_of_each_kind_of_letters_stands_beside_that_of_the_words_as_they_are(split_of):
    names = ("Rash", "fever", "RASH", "WAS", "FEVER", "rash", "Fever")
    rows = measure_capitals(split_of(SENTENCES, "x", names=names))
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
