from collections import Counter

import pytest

from bioner_kd.evaluation.gold import AnnotatedDocuments, AnnotatedWords
from bioner_kd.evaluation.scores import score
from bioner_kd.text.document import Annotation, Document
from bioner_kd.text.sentence import Sentence

SENTENCES = [
    Sentence.from_words("acute gout hurts".split(), ["B-Disease", "I-Disease", "O"]),
    Sentence.from_words("aspirin helps".split(), ["B-Chemical", "O"]),
]
TAGS = [["O", "B-Disease", "O"], ["B-Chemical", "O"]]


def test_words_are_scored_as_their_tags():
    assert AnnotatedWords(SENTENCES).score(TAGS) == score([s.tags for s in SENTENCES], TAGS)


def test_mentions_that_reading_lost_count_as_missed():
    scores = AnnotatedWords(SENTENCES, Counter(Disease=2)).score(TAGS)
    micro, disease = scores.conlleval.micro, scores.conlleval.per_type["Disease"]
    assert (micro.support, micro.precision, micro.recall) == (4, 50.0, 25.0)
    assert (disease.support, disease.recall) == (3, 0.0)
    assert scores.strict.micro == micro
    assert (scores.sentences, scores.words) == (2, 5)


TEXT = "Acute gout hurts. Aspirin-like drugs help."
DOCUMENTS = [
    Document.from_text(TEXT).with_annotations([
        Annotation("DiseaseClass", ((6, 10),), "gout"), Annotation("Chemical", ((18, 22),), "Aspi"),
        Annotation("Drug", ((31, 36),), "drugs"), Annotation("Whole", (), ""),
    ]),
    Document.from_text("No gout."),
]  # fmt: skip
NAMES = {"DiseaseClass": "Disease", "Chemical": "Chemical"}
FOUND = [
    ["O", "B-Disease", "O", "O"], ["B-Chemical", "O", "O", "O", "O", "O"], ["O", "B-Disease", "O"],
]  # fmt: skip


def test_documents_are_scored_by_characters_under_the_names_of_the_model():
    gold = AnnotatedDocuments(DOCUMENTS, NAMES.get)
    assert [s.words[0] for s in gold.sentences] == ["Acute", "Aspirin", "No"]
    scores = gold.score(FOUND)
    # Found: gout (right), Aspirin (Aspi is marked), gout of the other document (not marked).
    assert scores.conlleval == scores.strict
    micro = scores.strict.micro
    assert micro.support == 2
    assert micro.precision == pytest.approx(100 / 3)
    assert micro.recall == pytest.approx(50)
    assert scores.strict.per_type["Disease"].precision == pytest.approx(50)
    assert (scores.sentences, scores.words) == (3, 13)


def test_without_names_every_type_counts():
    assert AnnotatedDocuments(DOCUMENTS).score(FOUND).strict.micro.support == 3
