"""Words with a vector each, and the forms that they stand for."""

import numpy as np
import pytest

from bioner_kd.vectors.word_vectors import WordVectors, can_be_stored


def vectors(*words: str) -> WordVectors:
    return WordVectors(words, np.zeros((len(words), 3), np.float32))


def test_the_size_is_that_of_a_row():
    assert vectors("a", "b").size == 3


def test_words_are_found_by_their_forms():
    assert vectors("The", "β-blocker", "</s>").by_form() == {"the": 0, "beta-blocker": 1, "</s>": 2}


def test_of_several_words_of_a_form_the_first_wins():
    assert vectors("P53", "gene", "p21", "GENE").by_form() == {"p00": 0, "gene": 1}


@pytest.mark.parametrize("words", [("Gene", "gene", "GENE"), ("GENE", "Gene", "gene")])
def test_the_word_that_is_the_form_itself_wins_wherever_it_stands(words):
    assert vectors(*words).by_form() == {"gene": words.index("gene")}


@pytest.mark.parametrize(
    ("words", "matrix", "fault"),
    [
        (("a",), np.zeros((2, 3), np.float32), "1 words for 2 vectors"),
        (("a",), np.zeros((1, 3)), "float64"),
        (("a",), np.zeros(1, np.float32), "must be of float32"),
        (("a", "b", "a"), np.zeros((3, 1), np.float32), "twice"),
        (("a b",), np.zeros((1, 1), np.float32), "'a b' cannot be a word"),
    ],
)
def test_words_and_rows_that_do_not_belong_together_are_refused(words, matrix, fault):
    with pytest.raises(ValueError, match=fault):
        WordVectors(words, matrix)


@pytest.mark.parametrize("word", ["", " ", "a b", "a\tb", "a\n", "\ra", "a\0"])
def test_what_a_file_of_vectors_cannot_hold(word):
    assert not can_be_stored(word)


@pytest.mark.parametrize("word", ["gene", "</s>", "β", "a\u00a0b", "a\u2028b", "0.5"])
def test_what_a_file_of_vectors_can_hold(word):
    assert can_be_stored(word)
