"""Logits of a split become scores."""

from collections.abc import Sequence

import numpy as np

from bioner_kd.corpus.sentence import Sentence
from bioner_kd.corpus.tag_set import TagSet
from bioner_kd.encoding.decoding import decode
from bioner_kd.evaluation.scores import Scores, score


def score_logits(
    sentences: Sequence[Sentence], logits: Sequence[np.ndarray], tag_set: TagSet
) -> Scores:
    """Scores predictions against the sentences' tags.

    Args:
        sentences: with tags.
        logits: float (words, tags) a sentence.
        tag_set: the tags of the logits' last axis.

    Raises:
        InputError: a sentence has no tags, or one that the tag set lacks.
    """
    gold = [[tag_set.tags[number] for number in tag_set.encode(s)] for s in sentences]
    return score(gold, [decode(rows, tag_set) for rows in logits])


def devel_f1(sentences: Sequence[Sentence], logits: Sequence[np.ndarray], tag_set: TagSet) -> float:
    """Gives what chooses the epoch: micro F1 in conlleval mode, percent, as `score_logits` does."""
    return score_logits(sentences, logits, tag_set).conlleval.micro.f1
