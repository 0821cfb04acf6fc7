import dataclasses
import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bioner_kd.text.sentence import Sentence


def test_words_are_joined_by_single_spaces():
    sentence = Sentence.from_words(["BRCA1", "-", "β"], ["B-Gene", "O", "O"], path="a.tsv", line=4)
    assert sentence.text == "BRCA1 - β"
    assert sentence.spans == ((0, 5), (6, 7), (8, 9))
    assert sentence.tags == ("B-Gene", "O", "O")
    assert len(sentence) == 3


@given(st.lists(st.text(min_size=1)))
def test_spans_slice_back_to_the_words(words):
    sentence = Sentence.from_words(words)
    assert [sentence.text[start:end] for start, end in sentence.spans] == words


def test_word_of_a_conll_file_stands_in_a_line_of_its_own():
    assert Sentence.from_words(["a", "b"], path="train.tsv", line=16).place(1) == "train.tsv:17"


def test_words_of_one_line_share_its_number():
    sentence = Sentence("a b", ("a", "b"), ((0, 1), (2, 3)), path="n.txt", line=3, one_line=True)
    assert sentence.place(1) == "n.txt:3, word 2"


def test_place_without_a_file_quotes_the_text():
    assert Sentence.from_words(["pain"]).place(0) == "word 1 of 'pain'"
    assert len(Sentence.from_words(["pain"] * 100).place(7)) < 60


@pytest.mark.parametrize(
    ("words", "spans", "tags"),
    [
        (("a",), (), None),
        (("a",), ((0, 1),), ("O", "O")),
        (("b",), ((0, 1),), None),
        (("a",), ((0, 2),), None),
    ],
)
def test_parts_that_do_not_fit_are_refused(words, spans, tags):
    with pytest.raises(ValueError):
        Sentence("a b", words, spans, tags)


def test_sentences_are_values():
    sentence = Sentence.from_words(["a", "b"], ["O", "O"])
    assert sentence == Sentence.from_words(("a", "b"), ("O", "O"))
    assert hash(sentence) == hash(pickle.loads(pickle.dumps(sentence)))
    with pytest.raises(dataclasses.FrozenInstanceError):
        sentence.text = "c"
