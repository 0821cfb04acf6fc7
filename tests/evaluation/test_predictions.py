import numpy as np
import pytest

from bioner_kd.evaluation.predictions import devel_f1, score_logits
from bioner_kd.tagging.decoding import Decoder
from bioner_kd.tagging.tag_set import TagSet
from bioner_kd.text.sentence import Sentence

DECODER = Decoder(TagSet(("O", "B-Disease", "I-Disease")))
GOLD = [
    Sentence.from_words(["colon", "cancer"], ["B-Disease", "I-Disease"]),
    Sentence.from_words(["no", "fever"], ["O", "B-Disease"]),
]


def logits(*tags: int) -> np.ndarray:
    return np.eye(3, dtype=np.float32)[list(tags)]


def test_right_logits_score_a_hundred():
    assert score_logits(GOLD, [logits(1, 2), logits(0, 1)], DECODER).conlleval.micro.f1 == 100


def test_one_mention_of_two_found_and_nothing_wrong():
    scores = score_logits(GOLD, [logits(1, 2), logits(0, 0)], DECODER)
    assert scores.conlleval.micro.precision == 100
    assert scores.conlleval.micro.recall == 50
    assert devel_f1(GOLD, [logits(1, 2), logits(0, 0)], DECODER) == pytest.approx(200 / 3)


def test_predictions_are_valid_iob2_so_that_both_modes_agree():
    scores = score_logits(GOLD, [logits(0, 2), logits(2, 2)], DECODER)
    assert scores.conlleval == scores.strict
