"""Comparison of exported models with the Keras student: tags of words, and of raw text."""

import logging
from pathlib import Path

import numpy as np
import pytest

from bioner_kd.corpus.demo import read_demo
from bioner_kd.evaluation.scores import EntityScore
from bioner_kd.export import parity as module
from bioner_kd.export.parity import (
    Parity,
    compare_logits,
    compare_texts,
    tag_in_python,
    warn_of_losses,
)
from bioner_kd.student.saved_student import SavedStudent
from bioner_kd.tagging.decoding import Decoder
from bioner_kd.tagging.tag_set import TagSet
from bioner_kd.text.sentence import Sentence

DECODER = Decoder(TagSet(("O", "B-Disease", "I-Disease")))
SENTENCES = [
    Sentence.from_words(["lung", "cancer"], ["B-Disease", "I-Disease"]),
    Sentence.from_words(["no", "gout", "."], ["O", "B-Disease", "O"]),
]
O, B, I = np.eye(3, dtype=np.float32)  # noqa: E741 - the tags' own names


def test_the_same_logits_differ_in_nothing() -> None:
    logits = [np.stack([B, I]), np.stack([O, B, O])]
    parity = compare_logits(SENTENCES, logits, logits, DECODER)
    assert (parity.tags_that_differ, parity.largest_logit_difference) == (0, 0.0)
    assert parity.score == EntityScore(100.0, 100.0, 100.0, 2)


def test_each_word_with_another_tag_is_counted_once() -> None:
    keras = [np.stack([B, I]), np.stack([O, B, O])]
    exported = [np.stack([B, 3 * B]), np.stack([O, O, O])]
    parity = compare_logits(SENTENCES, keras, exported, DECODER)
    assert parity.tags_that_differ == 2
    assert parity.largest_logit_difference == 3.0
    assert (parity.score.precision, parity.score.recall) == (0.0, 0.0)


def test_logits_that_move_no_tag_are_no_difference_of_tags() -> None:
    keras = [np.stack([B, I]), np.stack([O, B, O])]
    parity = compare_logits(SENTENCES, keras, [rows * 0.5 for rows in keras], DECODER)
    assert (parity.tags_that_differ, parity.largest_logit_difference) == (0, 0.5)


def parity(f1: float, differing: int = 0) -> Parity:
    return Parity(differing, 0.0, EntityScore(f1, f1, f1, 10))


@pytest.mark.parametrize(
    ("form", "found", "warns"),
    [
        ("float32", parity(80.0), False),
        ("float32", parity(80.0, differing=1), True),
        ("float16", parity(80.0, differing=1), True),
        ("saved_model", parity(80.0, differing=1), True),
        ("int8", parity(79.71, differing=40), False),
        ("int8", parity(79.69, differing=40), True),
        ("int8", parity(81.0, differing=40), False),
    ],
)
def test_a_loss_is_told(
    form: str, found: Parity, warns: bool, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING, logger="absl"):
        warn_of_losses(form, found, keras_f1=80.0)
    assert [record.levelname for record in caplog.records] == ["WARNING"] * warns
    assert all(form in record.getMessage() for record in caplog.records)


def test_a_split_with_texts_of_several_sentences_and_of_none(
    export_folder: Path, trained_student: SavedStudent
) -> None:
    texts = ["It was gout. No, it was not.", " ", *(s.text for s in read_demo("test")[:40])]
    sentences = [Sentence(text, (), ()) for text in texts]
    found = compare_texts(export_folder / "saved_model" / "1", sentences, trained_student)
    assert (found["texts"], found["words_that_differ"]) == (42, 0)
    assert found["words"] == 10 + sum(map(len, read_demo("test")[:40]))


def test_each_word_that_differs_is_counted_and_told(
    export_folder: Path,
    trained_student: SavedStudent,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    sentences = read_demo("test")[:2]
    first, second = tag_in_python([s.text for s in sentences], trained_student)
    word, tag, score, start, end, odds = first[1]
    others = [("x", tag, score, start, end, odds), (word, "B-X", score, start, end, odds)]
    others += [
        (word, tag, score, start + 1, end, odds),
        (word, tag, score, start, end - 1, odds),
    ]
    version = export_folder / "saved_model" / "1"
    for other in others:
        changed = [first[0], other, *first[2:]], second[:-1]
        monkeypatch.setattr(module, "tag_in_graph", lambda *_, rows=changed: iter(rows))
        with caplog.at_level(logging.WARNING, "absl"):
            assert compare_texts(version, sentences, trained_student)["words_that_differ"] == 2
    assert "2 words of text differ from Python's; none should" in caplog.text
    for other in (
        (word, tag, score - 0.25, start, end, odds),
        (word, tag, score, start, end, odds - 0.25),
    ):
        changed = [first[0], other, *first[2:]], second
        monkeypatch.setattr(module, "tag_in_graph", lambda *_, rows=changed: iter(rows))
        found = compare_texts(version, sentences, trained_student)
        assert found["words_that_differ"] == 0
        assert found["largest_score_difference"] == pytest.approx(0.25)
