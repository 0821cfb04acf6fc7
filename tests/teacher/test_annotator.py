import numpy as np
import pytest

from bioner_kd.corpus.alignment import align
from bioner_kd.errors import InputError, UsageError
from bioner_kd.teacher.annotator import annotator_of
from bioner_kd.text.document import Annotation, Document
from bioner_kd.text.sentence import Sentence


def documents(score=None, text="Acute gout hurts."):
    annotation = Annotation("Disease", ((0, 10),), text[:10], score=score)
    return [Document.from_text(text).with_annotations([annotation])]


def probabilities(labelled, confidence=0.9):
    annotator = annotator_of(align(labelled), confidence=confidence)
    (rows,) = annotator.logits([Sentence.from_words(["Acute", "gout", "hurts", "."])])
    return annotator, np.exp(rows)


def test_labels_without_scores_have_the_confidence():
    annotator, rows = probabilities(documents())
    assert annotator.tag_set.tags == ("O", "B-Disease", "I-Disease")
    expected = [[0.05, 0.9, 0.05], [0.05, 0.05, 0.9], [0.9, 0.05, 0.05], [0.9, 0.05, 0.05]]
    np.testing.assert_allclose(rows, expected, atol=1e-6)


def test_a_score_is_the_probability_of_its_mention_against_none():
    _, rows = probabilities(documents(score=0.6))
    np.testing.assert_allclose(rows[:2], [[0.4, 0.6, 0], [0.4, 0, 0.6]], atol=1e-3)
    np.testing.assert_allclose(rows[2], [0.9, 0.05, 0.05], atol=1e-6)
    assert (rows > 0).all()


@pytest.mark.parametrize("score", [0.0, 1.0])
def test_certain_scores_stay_finite(score):
    annotator = annotator_of(align(documents(score=score)), confidence=0.9)
    assert all(np.isfinite(rows).all() for rows in annotator.targets.values())


def test_the_same_words_labelled_otherwise_are_averaged():
    plain = Document.from_text("Acute gout hurts.")
    _, rows = probabilities([*documents(), plain])
    np.testing.assert_allclose(rows[0], [0.475, 0.475, 0.05], atol=1e-6)


def test_the_tags_are_the_labels_tags_again():
    annotator, _ = probabilities(documents())
    aligned = align(documents())
    logits = annotator.logits(aligned.sentences)
    assert annotator.decoder.decode_many(logits) == [list(s.tags) for s in aligned.sentences]


def test_the_fingerprint_follows_labels_and_confidence():
    prints = [
        probabilities(documents(score), confidence)[0].fingerprint["teacher"]
        for score, confidence in ((None, 0.9), (0.6, 0.9), (None, 0.8))
    ]
    assert len(set(prints)) == 3
    assert probabilities(documents())[0].fingerprint["teacher"] == prints[0]


def test_other_text_is_refused():
    annotator, _ = probabilities(documents())
    with pytest.raises(InputError, match="'Other text'"):
        annotator.logits([Sentence.from_words(["Other", "text"])])


@pytest.mark.parametrize("confidence", [0.0, 1 / 3, 1.0, 2.0])
def test_a_confidence_out_of_bounds_is_refused(confidence):
    with pytest.raises(UsageError, match="--label_confidence="):
        probabilities(documents(), confidence)


def test_a_score_that_is_no_probability_is_refused():
    with pytest.raises(InputError, match="score 97"):
        probabilities(documents(score=97.0))


def test_labels_without_a_mention_are_refused():
    with pytest.raises(InputError, match="no entity"):
        probabilities([Document.from_text("Acute gout hurts.")])
