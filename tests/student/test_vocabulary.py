"""A student with fewer word vectors."""

import dataclasses

import keras
import numpy as np
import pytest

from bioner_kd.errors import UsageError
from bioner_kd.student.config import StudentConfig
from bioner_kd.student.model import Student
from bioner_kd.student.saved_student import SavedStudent
from bioner_kd.student.vocabulary import cut_vocabulary
from bioner_kd.tagging.tag_set import TagSet
from bioner_kd.tagging.word_features import LEARNT, UNKNOWN, VECTOR, FeatureConfig, WordFeatures
from bioner_kd.text.rules import RULES
from bioner_kd.text.sentence import Sentence

SENTENCES = [Sentence.from_words(text.split()) for text in ("gout gout gout fever fever", "rash")]
TAGS = TagSet(("O", "B-Disease", "I-Disease"))
FORMS = ("of", "rash", "fever", "gout")


def make_student(*, head="softmax", vectors=True):
    """A student whose vectors stand in the order gout, fever, rash, of."""
    keras.utils.set_random_seed(1)
    config = FeatureConfig(features=(*LEARNT, VECTOR) if vectors else LEARNT, min_count=1)
    features = WordFeatures.from_sentences(SENTENCES, config, FORMS if vectors else ())
    settings = StudentConfig(units=4, head=head)
    model = Student(settings, features.sizes(), len(TAGS), vector_size=3, tag_names=TAGS.tags)
    student = SavedStudent(model, features, TAGS)
    student.logits(SENTENCES)
    if vectors:
        model.set_vectors(np.arange(12, dtype=np.float32).reshape(4, 3))
    return student


@pytest.mark.parametrize("head", ["softmax", "crf"])
def test_words_that_keep_their_vectors_read_as_before_and_others_as_unknown(head):
    student = make_student(head=head)
    cut = cut_vocabulary(student, 2)
    assert cut.features.tables[VECTOR] == ("gout", "fever")
    assert cut.features.encode(["gout", "rash"])[f"{VECTOR}_ids"].tolist() == [2, UNKNOWN]
    before, after = student.logits(SENTENCES), cut.logits(SENTENCES)
    np.testing.assert_array_equal(after[0], before[0])
    assert np.abs(after[1] - before[1]).max() > 0
    assert cut.decoder.transitions == student.decoder.transitions


def test_a_cut_student_reads_text_as_before_and_is_not_on_disk(tmp_path):
    ends = dataclasses.replace(RULES.ends, abbreviations=frozenset(["pat"]))
    rules = dataclasses.replace(RULES, ends=ends)
    student = dataclasses.replace(make_student(), rules=rules, folder=tmp_path)
    cut = cut_vocabulary(student, 2)
    assert cut.tables.rules == rules != RULES
    assert cut.folder is None


def test_a_student_with_no_more_vectors_stays_as_it_is():
    student = make_student()
    assert cut_vocabulary(student, 4) is student


def test_a_student_without_vectors_cannot_be_cut():
    with pytest.raises(UsageError, match="--vocabulary_size=2: this student has no word vectors"):
        cut_vocabulary(make_student(vectors=False), 2)
