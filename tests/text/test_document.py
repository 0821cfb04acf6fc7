import pytest

from bioner_kd.errors import InputError
from bioner_kd.text.document import MOST_FILLER, Annotation, Document, Passage
from bioner_kd.text.rules import RULES
from bioner_kd.text.sentence import Sentence

TWO_PASSAGES = Document(
    "7", (Passage("Aspirin works", 0, "title"), Passage("It helps. It is old.", 15, "abstract"))
)


def test_text_has_every_passage_at_its_offset():
    assert TWO_PASSAGES.text == "Aspirin works  It helps. It is old."
    for passage in TWO_PASSAGES.passages:
        assert TWO_PASSAGES.text[passage.offset : passage.end] == passage.text


def test_no_sentence_crosses_passages_and_spans_count_in_the_document():
    sentences = list(TWO_PASSAGES.cut(RULES.iterate_sentences))
    assert [s.words for s in sentences] == [
        ("Aspirin", "works"), ("It", "helps", "."), ("It", "is", "old", "."),
    ]  # fmt: skip
    assert all(s.text == TWO_PASSAGES.text for s in sentences)
    assert sentences[1].spans == ((15, 17), (18, 23), (23, 24))


def test_words_of_the_source_stay_as_they_are():
    given = [Sentence.from_words(["IL-2", "rises"]), Sentence.from_words(["No", "more"])]
    document = Document.from_sentences(given)
    assert document.text == "IL-2 rises\nNo more"
    assert [s.words for s in document.cut(RULES.iterate_sentences)] == [s.words for s in given]
    assert document.cut(RULES.iterate_sentences).__next__().spans == ((0, 4), (5, 10))


@pytest.mark.parametrize("offset", [12, 13 + MOST_FILLER + 1])
def test_passages_that_overlap_or_leave_a_huge_gap_are_refused(offset):
    with pytest.raises(InputError, match=rf"a\.xml.*'7'.*{offset}.*ends at 13"):
        Document("7", (Passage("Aspirin works"), Passage("It", offset)), path="a.xml")


def test_an_annotation_that_says_what_stands_there_passes():
    annotations = (
        Annotation("Chemical", ((0, 7),), "Aspirin"),
        Annotation("X", ((0, 7), (15, 17)), "Aspirin It"),
        Annotation("OfTheWholeDocument", (), ""),
    )
    assert TWO_PASSAGES.with_annotations(annotations).check().annotations == annotations


@pytest.mark.parametrize(
    ("spans", "text", "message"),
    [
        (((0, 6),), "Aspirin", r"'7'.*Chemical.*'Aspirin'.*0:6.*'Aspiri'"),
        (((30, 99),), "Aspirin", r"30:99 of a text of 35 characters"),
        (((-3, 2),), "Aspirin", r"-3:2"),
        (((5, 5),), "", r"5:5"),
        (((8, 13), (0, 7)), "works Aspirin", r"0:7"),
    ],
)
def test_an_annotation_that_does_not_fit_is_named_with_both_texts(spans, text, message):
    document = TWO_PASSAGES.with_annotations([Annotation("Chemical", spans, text, "T1")])
    with pytest.raises(InputError, match=message):
        document.check()


def test_other_annotations_drop_what_was_said_of_those_before():
    related = Document("1", (Passage("a"),), relations={"brat": ["R1"]}, extra={"fields": {"y": 1}})
    assert related.with_annotations([]).relations == {}
    assert related.with_annotations([]).extra == {"fields": {"y": 1}}


def test_a_document_without_a_name_is_called_by_its_line():
    assert Document.from_text("x", line=12).name == "12"
    assert Document.from_text("x", id="PMID1", line=12).name == "PMID1"
    assert Document.from_text("x").name == "1"


def test_discontinuous_mentions_become_one_piece_as_chosen():
    parts = Annotation("X", ((0, 7), (15, 17)), "Aspirin It", "T1", score=0.5)
    other = Annotation("Y", ((18, 23),), "helps", "T2")
    document = TWO_PASSAGES.with_annotations([parts, other])
    assert document.in_one_piece("keep") == document
    assert document.in_one_piece("leave_out").annotations == (other,)
    hull = document.in_one_piece("hull").check().annotations
    assert [(a.spans, a.text, a.id) for a in hull] == [
        (((0, 17),), "Aspirin works  It", "T1"), (((18, 23),), "helps", "T2"),
    ]  # fmt: skip
    each = document.in_one_piece("parts").check().annotations
    assert [(a.spans, a.id, a.score) for a in each] == [
        (((0, 7),), "", 0.5), (((15, 17),), "", 0.5), (((18, 23),), "T2", None),
    ]  # fmt: skip
