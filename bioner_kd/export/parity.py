"""Exported models beside the Keras student on a split: tags of its words, and of its raw text."""

import dataclasses
import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import tensorflow as tf
from absl import logging

from bioner_kd.evaluation.scores import EntityScore, score_logits
from bioner_kd.student.saved_student import SavedStudent
from bioner_kd.student.student_tagger import student_tagger
from bioner_kd.tagging.decoding import Decoder
from bioner_kd.tagging.models.layout import INT8, NUM_WORDS, SERVING, TEXT, WEB, WORD_OUTPUTS
from bioner_kd.text.sentence import Sentence

# Points of conlleval F1 that int8 weights may cost before the person who exports is warned.
INT8_F1_LOSS = 0.3
_BATCH_SIZE = 32
# A word, its tag and score, start and end, and the probability of any entity.
Row = tuple[str, str, float, int, int, float]


@dataclass(frozen=True)
class Parity:
    """Comparison of an exported model with the Keras student.

    Attributes:
        tags_that_differ: number of words with another tag.
        largest_logit_difference: largest absolute difference of a logit, over all words and tags.
        score: of the exported model; micro average, conlleval mode, percent.
    """

    tags_that_differ: int
    largest_logit_difference: float
    score: EntityScore

    def to_json(self) -> dict[str, Any]:
        """The comparison as JSON values, for the manifest."""
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
        keras: logits of the Keras student, float32 (words, tags) per sentence.
        exported: logits of the exported model, float32 (words, tags) per sentence.
        decoder: decoder of both.
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
    """Logs a warning if an exported model is worse than it should be.

    Args:
        form: name of the form.
        parity: comparison of the exported model.
        keras_f1: F1 of the Keras student, percent.
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


def compare_texts(
    version: Path, sentences: Sequence[Sentence], student: SavedStudent
) -> dict[str, Any]:
    """Compares the text signature of a SavedModel with the Keras student in Python.

    Args:
        version: the version folder.
        sentences: sentences whose texts are tagged; a text may be cut into several sentences again.
        student: the exported student.

    Returns:
        JSON values: numbers of "texts", of "words" and of "words_that_differ" (in text, offsets or
        tag), and the "largest_score_difference" of the other words.
    """
    texts = [sentence.text for sentence in sentences]
    words = differing = 0
    largest = 0.0
    for expected, found in zip(
        tag_in_python(texts, student), tag_in_graph(texts, version), strict=True
    ):
        words += len(expected)
        for one, other in itertools.zip_longest(expected, found):
            if one and other and (*one[:2], *one[3:5]) == (*other[:2], *other[3:5]):
                largest = max(largest, abs(one[2] - other[2]), abs(one[5] - other[5]))
            else:
                differing += 1
    if differing:
        logging.warning(
            "%s: %d words of text differ from Python's; none should.", version, differing
        )
    return {
        "texts": len(texts),
        "words": words,
        "words_that_differ": differing,
        "largest_score_difference": largest,
    }


def tag_in_python(texts: Sequence[str], student: SavedStudent) -> Iterator[list[Row]]:
    """The words of each text, cut in Python and tagged by the Keras student."""
    tagger = student_tagger(student)
    for found in tagger.tagged_texts(map(tagger.sentences, texts)):
        columns = zip(
            found.words, found.tags, found.scores, found.spans, found.in_entity, strict=True
        )
        yield [(word, tag, score, *span, odd) for word, tag, score, span, odd in columns]


def tag_in_graph(texts: Sequence[str], version: Path) -> Iterator[list[Row]]:
    """The words of each text, as given by the text signature of a SavedModel."""
    loaded = tf.saved_model.load(str(version))
    for start in range(0, len(texts), _BATCH_SIZE):
        some = tf.constant(texts[start : start + _BATCH_SIZE], tf.string)
        answer = loaded.signatures[SERVING](**{TEXT: some})
        columns = [answer[name].numpy() for name in WORD_OUTPUTS]
        for row, number in enumerate(answer[NUM_WORDS].numpy()):
            yield list(zip(*(_values(column[row, :number]) for column in columns), strict=True))


def _values(column: np.ndarray) -> list[Any]:
    values = column.tolist()
    return [value.decode() for value in values] if column.dtype == object else values
