"""Probabilities are the decoder's, however and whenever they are computed."""

import numpy as np
import pytest

from bioner_kd.tagging.decoding import Decoder
from bioner_kd.tagging.probabilities import Probabilities, compute
from bioner_kd.tagging.tag_set import TagSet

TAGS = TagSet(("O", "B-D", "I-D"))
CRF = Decoder(TAGS, ((0.1, -0.2, 0.0), (-0.2, -0.1, 0.3), (0.1, 0.2, -0.3)))
LENGTHS = [3, 1, 70, 8, 8, 25] * 60


def text_of(decoder, seed=1):
    """A text, and of each of its words the probabilities that it should have."""
    random = np.random.default_rng(seed)
    found, scores, in_entity = Probabilities(decoder), [], []
    for length in LENGTHS:
        logits = random.normal(scale=4, size=(length, 3)).astype(np.float32)
        ids = decoder.paths_many([logits])[0]
        found.append(ids, logits)
        (rows,) = decoder.probabilities_many([logits])
        scores += rows[np.arange(length), ids].tolist()
        in_entity += (1 - rows[:, 0]).tolist()
    return found, scores, in_entity


@pytest.mark.parametrize("decoder", [Decoder(TAGS), CRF])
def test_each_is_that_of_its_sentence_alone_to_the_last_bit(decoder):
    found, scores, in_entity = text_of(decoder)
    assert list(found.scores) == scores and list(found.in_entity) == in_entity


def test_words_of_several_sentences_are_asked_for_together():
    found, scores, in_entity = text_of(CRF)
    assert list(found.scores[2:75]) == scores[2:75]
    assert [found.is_known(number) for number in range(5)] == [True, True, True, True, False]
    assert found.in_entity[-1] == in_entity[-1] and list(found.in_entity[3:3]) == []


def test_sentences_of_several_texts_are_computed_together():
    (one, scores, _), (other, _, in_entity) = text_of(CRF, 2), text_of(CRF, 3)
    compute([(one, 4), (other, 0), (one, 4)])
    assert one.is_known(4) and other.is_known(0) and not one.is_known(0)
    assert list(one.scores[82:90]) == scores[82:90] and list(other.in_entity[:3]) == in_entity[:3]


def test_what_is_not_asked_for_stays_when_logits_are_left_out():
    found, scores, in_entity = text_of(CRF)
    compute((found, number) for number in range(0, len(LENGTHS), 3))
    found.leave_out_known()
    found.leave_out_known()
    assert list(found.in_entity) == in_entity and list(found.scores) == scores


def test_sentences_with_a_tag_are_known():
    found = Probabilities(CRF)
    for ids in ([0, 0], [0, 1], [2], [0]):
        found.append(ids, np.zeros((len(ids), 3), np.float32))
    assert found.with_tags() == [False, True, True, False]
    assert Probabilities(CRF).with_tags() == []
