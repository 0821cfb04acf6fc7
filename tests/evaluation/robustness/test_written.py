import pytest

from bioner_kd.evaluation.robustness.written import Written, joined, write
from bioner_kd.text.sentence import Sentence


@pytest.mark.parametrize(
    ("words", "text"),
    [
        ("non - insulin - dependent ( type 2 ) .", "non-insulin-dependent (type 2)."),
        ("Crohn ' s disease , or [ ileitis ] ; 0 . 5 %", "Crohn's disease, or [ileitis]; 0.5%"),
        ('a " large " dose of 1 , 000 mg i . v .', 'a "large" dose of 1,000 mg i.v.'),
        ("11p15 . 5 and / or CD4 + cells : 2 , 3", "11p15.5 and/or CD4+ cells: 2, 3"),
    ],
)  # fmt: skip
def test_blanks_stand_where_a_person_writes_them(words, text):
    assert write(Sentence.from_words(words.split())).text == text


def test_mentions_are_where_their_words_are_written():
    words = ["Low", "-", "grade", "fever", ",", "rash"]
    tags = ["B-Disease", *["I-Disease"] * 3, "O", "B-Disease"]
    text = write(Sentence.from_words(words, tags))
    assert [text.text[start:end] for _, start, end in text.mentions] == ["Low-grade fever", "rash"]


def test_the_gaps_of_a_document_stay_as_one_blank_each():
    source = "x A -  B\nC"
    sentence = Sentence(source, ("A", "-", "B", "C"), ((2, 3), (4, 5), (7, 8), (9, 10)))
    assert write(sentence).text == "A - B C"
    close = Sentence("x A-B", ("A", "-", "B"), ((2, 3), (3, 4), (4, 5)))
    assert write(close).text == "A-B"


def test_insertions_move_mentions_and_stay_outside_of_their_borders():
    text = Written("a rash", (("Disease", 2, 6),))
    changed = text.with_insertions([(6, "™"), (0, "- "), (2, "("), (4, "\u00ad")])
    assert changed.text == "- a (ra\u00adsh™"
    ((_, start, end),) = changed.mentions
    assert changed.text[start:end] == "ra\u00adsh"


def test_joined_texts_keep_their_mentions():
    one, other = Written("rash", (("A", 0, 4),)), Written("a fever", (("B", 2, 7),))
    both = joined([one, other], ", ")
    assert both == Written("rash, a fever", (("A", 0, 4), ("B", 8, 13)))
