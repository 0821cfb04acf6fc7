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


def test_documents_are_the_units_of_the_bootstrap_and_sentences_with_lost_mentions_of_words():
    gold, predicted = AnnotatedDocuments(DOCUMENTS, NAMES.get).pairs(FOUND)
    assert gold == [["B-Chemical", "O", "B-Disease"], ["O"]]
    assert predicted == [["O", "B-Chemical", "B-Disease"], ["B-Disease"]]
    gold, predicted = AnnotatedWords(SENTENCES, Counter(Gene=1, Disease=1)).pairs(TAGS)
    assert gold[2:] == [["B-Disease"], ["B-Gene"]]
    assert predicted == [*TAGS, ["O"], ["O"]]


def test_only_chosen_types_are_scored():
    words = AnnotatedWords(SENTENCES[:1], chosen=frozenset({"Disease"}))
    assert words.pairs([["B-Chemical", "I-Chemical", "B-Disease"]])[1] == [["O", "O", "B-Disease"]]
    names = {"DiseaseClass": "Disease"}.get
    documents = AnnotatedDocuments(DOCUMENTS, names, frozenset({"Disease"}))
    assert documents.pairs(FOUND)[1] == [["B-Disease"], ["B-Disease"]]
    assert documents.score(FOUND).strict.per_type.keys() == {"Disease"}


def test_each_tag_has_the_place_where_it_stands_first():
    placed = Sentence.from_words(["gout", "gout"], ["O", "B-Disease"], path="a.tsv", line=4)
    words = AnnotatedWords([placed, *SENTENCES], Counter(Disease=1, Gene=2))
    assert words.places["B-Disease"] == "a.tsv:5"
    assert words.places["B-Gene"] == "in a mention that reading lost"
    named = Document.from_text(TEXT, path="b.txt").with_annotations(
        [Annotation("Gene", ((6, 10),), "gout"), Annotation("Whole", (), "")]
    )
    documents = AnnotatedDocuments([*DOCUMENTS, named])
    assert documents.places["B-Gene"] == "b.txt"
    assert documents.places.keys() == {"B-DiseaseClass", "B-Chemical", "B-Drug", "B-Gene"}


def test_texts_are_sentences_or_whole_documents_with_their_mentions():
    gout, aspirin = AnnotatedWords(SENTENCES).texts
    assert (gout.document.text, gout.mentions) == ("acute gout hurts", {("Disease", 0, 10)})
    assert aspirin.mentions == {("Chemical", 0, 7)}
    first, second = AnnotatedDocuments(DOCUMENTS, NAMES.get).texts
    assert first.document is DOCUMENTS[0] and second.mentions == set()
    assert first.mentions == {("Disease", 6, 10), ("Chemical", 18, 22)}
