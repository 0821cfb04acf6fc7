"""An exported student's tags beside those of the Keras student, over a whole split."""

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from absl import logging

from bioner_kd.evaluation.scores import EntityScore, score_logits
from bioner_kd.tagging.decoding import Decoder
from bioner_kd.tagging.models.layout import INT8, WEB
from bioner_kd.text.sentence import Sentence

# Points of conlleval F1 that int8 weights may cost before the person who exports is warned.
INT8_F1_LOSS = 0.3


@dataclass(frozen=True)
class Parity:
    """How one form of a student does beside the Keras student.

    Attributes:
        tags_that_differ: words whose tag is another one.
        largest_logit_difference: over all words and tags.
        score: micro, conlleval mode, percent.
    """

    tags_that_differ: int
    largest_logit_difference: float
    score: EntityScore

    def to_json(self) -> dict[str, Any]:
        """For the manifest."""
        return dataclasses.asdict(self)


def compare_logits(
    sentences: Sequence[Sentence],
    keras: Sequence[np.ndarray],
    exported: Sequence[np.ndarray],
    decoder: Decoder,
) -> Parity:
    """Compares two models on the same sentences.

    Args:
        sentences: with tags.
        keras: float32 (words, tags) a sentence, of the Keras student.
        exported: the same of an exported one.
        decoder: logits to tags, of both.
    """
    pairs = list(zip(keras, exported, strict=True))
    return Parity(
        tags_that_differ=sum(_differing(one, other, decoder) for one, other in pairs),
        largest_logit_difference=max(
            (float(np.abs(one - other).max(initial=0.0)) for one, other in pairs), default=0.0
        ),
        score=score_logits(sentences, exported, decoder).conlleval.micro,
    )


def _differing(one: np.ndarray, other: np.ndarray, decoder: Decoder) -> int:
    pairs = zip(decoder.decode(one), decoder.decode(other), strict=True)
    return sum(tag != other_tag for tag, other_tag in pairs)


def warn_of_losses(form: str, parity: Parity, keras_f1: float) -> None:
    """Logs a warning where a form is worse than it should be.

    Args:
        form: its name.
        parity: of that form.
        keras_f1: of the Keras student, percent.
    """
    if form not in (INT8, WEB) and parity.tags_that_differ:
        logging.warning(
            "%s: %d tags differ from the Keras student's; none should.",
            form,
            parity.tags_that_differ,
        )
    loss = keras_f1 - parity.score.f1
    if form in (INT8, WEB) and loss > INT8_F1_LOSS:
        logging.warning(
            "%s: loses %.2f points of F1 (%.2f, the Keras student has %.2f), more than %.1f; "
            "prefer the float16 file where its size is no trouble.",
            form,
            loss,
            parity.score.f1,
            keras_f1,
            INT8_F1_LOSS,
        )
