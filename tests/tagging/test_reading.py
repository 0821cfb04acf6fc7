"""What a model says of a text, kept in columns."""

from array import array

import numpy as np
import pytest

from bioner_kd.tagging.decoding import Decoder
from bioner_kd.tagging.reading import TextRead
from bioner_kd.tagging.tag_set import TagSet
from bioner_kd.text.rules import RULES
from bioner_kd.text.sentence import Sentence

DECODER = Decoder(TagSet(("O", "B-Disease", "I-Disease")))


def read(*sentences: Sentence) -> TextRead:
    """A text in which the first word of each sentence is a disease."""
    text = TextRead(DECODER)
    for sentence in sentences:
        ids = [1, *[0] * (len(sentence) - 1)][: len(sentence)]
        text.append((sentence, ids, np.eye(3, dtype=np.float32)[ids]))
    return text


def test_sentences_of_a_text_are_joined_with_their_first_words() -> None:
    text = "Gout hurts. It does."
    found = read(*RULES.iterate_sentences(text)).tagged()
    assert found.text == text and found.words == ["Gout", "hurts", ".", "It", "does", "."]
    assert found.tags == ["B-Disease", "O", "O"] * 2
    (scores,) = DECODER.scores_many([np.eye(3)[[1, 0, 0]]], [["B-Disease", "O", "O"]])
    assert list(found.scores) == [*scores, *scores]
    assert found.in_entity[:2] == array("d", [1 - DECODER.probabilities_many([np.eye(3)])[0][1, 0],
                                              1 - scores[1]])  # fmt: skip
    assert [text[slice(*span)] for span in found.spans] == found.words
    assert list(found.sentences) == [(0, 3), (3, 6)]


def test_no_sentence_is_an_empty_text() -> None:
    found = read().tagged()
    assert found.words == [] and found.text == "" and list(found.scores) == []
    nothing = Sentence("", (), ())
    assert read(nothing).tagged().words == [] and list(read(nothing).tagged().in_entity) == []


@pytest.mark.parametrize("text", ["A so\u00adft hyphen. No.", "Gout", "a \u200bb\u200bc. D e."])
def test_words_are_those_that_the_model_read(text: str) -> None:
    sentences = list(RULES.iterate_sentences(text))
    found = read(*sentences).tagged()
    assert found.words == [word for sentence in sentences for word in sentence.words]
    assert found.spans == [span for sentence in sentences for span in sentence.spans]


def test_wrapped_words_are_kept_as_they_were_joined() -> None:
    (sentence,) = RULES.iterate_sentences("On hyper-\ntension too", "hypertension".__eq__)
    assert read(sentence).tagged().words == ["On", "hypertension", "too"]
