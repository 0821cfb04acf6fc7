"""Logits of a split become scores."""

from collections.abc import Sequence

import numpy as np

from bioner_kd.evaluation.scores import Scores, score
from bioner_kd.tagging.decoding import Decoder
from bioner_kd.text.sentence import Sentence


def score_logits(
    sentences: Sequence[Sentence], logits: Sequence[np.ndarray], decoder: Decoder
) -> Scores:
    """Scores predictions against the sentences' tags.

    Args:
        sentences: with tags.
        logits: float (words, tags) a sentence.
        decoder: logits to tags.

    Raises:
        InputError: a sentence has no tags, or one that the tag set lacks.
    """
    gold = decoder.tag_set.known_tags(sentences)
    return score(gold, decoder.decode_many(logits))


def devel_f1(
    sentences: Sequence[Sentence], logits: Sequence[np.ndarray], decoder: Decoder
) -> float:
    """Gives what chooses the epoch: micro F1 in conlleval mode, percent, as `score_logits` does."""
    return score_logits(sentences, logits, decoder).conlleval.micro.f1
