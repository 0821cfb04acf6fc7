"""What a student finds, beside what is annotated."""

import numpy as np

from bioner_kd.evaluation.found_mentions import AnnotatedText, compared
from bioner_kd.tagging.decoding import Entity
from bioner_kd.text.sentence import Sentence


def entity(entity_type: str, start: int, end: int, score: float, raw: float) -> Entity:
    return Entity(entity_type, "x" * (end - start), start, end, score, raw)


def test_a_mention_is_right_with_its_type_and_both_borders() -> None:
    annotated = [
        frozenset({("Disease", 0, 4), ("Chemical", 6, 9)}),
        frozenset({("Disease", 0, 4)}),
    ]
    found = compared(
        [
            [entity("Disease", 0, 4, 0.8, 0.9), entity("Disease", 6, 9, 0.3, 0.5)],
            [entity("Disease", 0, 5, 0.4, 0.6)],
        ],
        annotated,
    )
    assert found.texts.tolist() == [0, 0, 1]
    assert found.types.tolist() == ["Disease"] * 3
    assert found.scores.tolist() == [0.8, 0.3, 0.4]
    assert found.raw_scores.tolist() == [0.9, 0.5, 0.6]
    assert found.right.tolist() == [True, False, False]
    assert found.annotated == [{"Disease": 1, "Chemical": 1}, {"Disease": 1}]
    assert found.names == ["Chemical", "Disease"]


def test_rows_of_some_types_alone() -> None:
    found = compared(
        [[entity("Gene", 0, 2, 0.5, 0.5), entity("Disease", 3, 5, 0.6, 0.6)]],
        [frozenset({("Gene", 0, 2), ("Disease", 3, 5)})],
    ).only({"Disease"})
    assert found.types.tolist() == ["Disease"] and found.right.tolist() == [True]
    assert found.annotated == [{"Disease": 1}] and found.names == ["Disease"]


def test_nothing_found_has_no_rows() -> None:
    found = compared([[], []], [frozenset(), frozenset({("Disease", 0, 1)})])
    assert len(found.texts) == 0 and found.right.dtype == np.bool_
    assert found.names == ["Disease"]


def test_the_text_of_a_sentence_has_its_mentions_by_characters() -> None:
    sentence = Sentence.from_words(["No", "renal", "failure"], ["O", "B-Disease", "I-Disease"])
    text = AnnotatedText.of_sentence(sentence)
    ((name, start, end),) = text.mentions
    assert (name, text.document.text[start:end]) == ("Disease", "renal failure")
