from dataclasses import replace

import pytest

from bioner_kd.corpus.alignment import (
    ACROSS,
    IN_PARTS,
    INSIDE_A_WORD,
    NESTED,
    NO_WORD,
    OVERLAPPING,
    AlignmentConfig,
    align,
)
from bioner_kd.errors import UsageError
from bioner_kd.text.document import HULL, LEAVE_OUT, PARTS, Annotation, Document, Passage
from bioner_kd.text.sentence import Sentence

TEXT = "Breast and ovarian cancer cells. Aspirin-like drugs help."


def mention(text, entity_type="Disease", nth=0, source=TEXT):
    start = -1
    for _ in range(nth + 1):
        start = source.index(text, start + 1)
    return Annotation(entity_type, ((start, start + len(text)),), text)


def tags_of(annotations, config=AlignmentConfig(), text=TEXT):
    aligned = align([Document.from_text(text, id="9").with_annotations(annotations)], config)
    return [list(s.tags) for s in aligned.sentences], aligned


def kinds(aligned):
    return [(odd.kind, odd.lost) for odd in aligned.odd]


def test_mentions_become_tags_of_their_words():
    tags, aligned = tags_of([mention("ovarian cancer"), mention("Aspirin", "Chemical")])
    assert tags == [
        ["O", "O", "B-Disease", "I-Disease", "O", "O"],
        ["B-Chemical", "O", "O", "O", "O", "O"],
    ]
    assert (aligned.odd, aligned.mentions, aligned.summary()) == ([], 2, "")


def test_a_mention_that_cuts_through_a_word_is_extended_or_left_out():
    cut = mention("ncer cel")
    tags, aligned = tags_of([cut])
    assert tags[0] == ["O", "O", "O", "B-Disease", "I-Disease", "O"]
    assert kinds(aligned) == [(INSIDE_A_WORD, False)]
    tags, aligned = tags_of([cut], AlignmentConfig(misaligned=LEAVE_OUT))
    assert set(sum(tags, [])) == {"O"}
    assert kinds(aligned) == [(INSIDE_A_WORD, True)]
    assert aligned.lost == {"Disease": 1}


DISCONTINUOUS = Annotation("Disease", ((0, 6), (19, 25)), "Breast cancer")


@pytest.mark.parametrize(
    ("choice", "tags", "lost"),
    [
        (HULL, ["B-Disease", "I-Disease", "I-Disease", "I-Disease", "O", "O"], False),
        (PARTS, ["B-Disease", "O", "O", "B-Disease", "O", "O"], False),
        (LEAVE_OUT, ["O"] * 6, True),
    ],
)
def test_a_discontinuous_mention_is_read_as_chosen_and_counted(choice, tags, lost):
    found, aligned = tags_of([DISCONTINUOUS], AlignmentConfig(discontinuous=choice))
    assert found[0] == tags
    assert kinds(aligned) == [(IN_PARTS, lost)]


def test_the_longest_of_nested_and_overlapping_mentions_stays():
    tags, aligned = tags_of([
        mention("cancer"), mention("ovarian cancer cells", "Cell"), mention("and ovarian", "X"),
    ])  # fmt: skip
    assert tags[0] == ["O", "O", "B-Cell", "I-Cell", "I-Cell", "O"]
    assert kinds(aligned) == [(OVERLAPPING, True), (NESTED, True)]
    assert aligned.lost == {"Disease": 1, "X": 1}


def test_a_mention_that_is_marked_twice_is_no_loss():
    _, aligned = tags_of([mention("cancer"), mention("cancer")])
    assert aligned.odd == []


def test_mentions_across_sentences_and_without_a_word_are_lost():
    text = "One. Two  words."
    odd = [Annotation("X", ((0, 8),), text[0:8]), Annotation("X", ((8, 10),), "  ")]
    _, aligned = tags_of(odd, text=text)
    assert kinds(aligned) == [(ACROSS, True), (NO_WORD, True)]


def test_no_mention_reaches_into_another_passage():
    document = Document("1", (Passage("Acute", 0), Passage("fever", 6))).with_annotations(
        [Annotation("X", ((0, 11),), "Acute fever")]
    )
    assert kinds(align([document])) == [(ACROSS, True)]


def test_odd_mentions_are_reported_with_document_and_offsets():
    _, aligned = tags_of([mention("ncer cel"), mention("irin")])
    told = "\n".join(map(str, aligned.odd))
    assert "'9': the Disease mention 'ncer cel' at 21:29" in told
    assert "2 of 2 mentions" in aligned.summary()
    assert INSIDE_A_WORD in aligned.summary()


def test_types_are_chosen_and_renamed():
    chosen = AlignmentConfig(types=("SpecificDisease=Disease", "Gene"))
    annotations = [
        mention("ovarian cancer", "SpecificDisease"), mention("cells", "Cell"),
        mention("Aspirin", "Gene"),
    ]  # fmt: skip
    tags, aligned = tags_of(annotations, chosen)
    assert tags[0][2:5] == ["B-Disease", "I-Disease", "O"]
    assert tags[1][0] == "B-Gene"
    assert aligned.mentions == 2


def test_a_type_that_no_document_has_is_refused_with_those_there_are():
    with pytest.raises(UsageError, match="'Diseases'.*Chemical, Disease"):
        tags_of(
            [mention("cancer"), mention("Aspirin", "Chemical")],
            AlignmentConfig(types=("Diseases",)),
        )


def test_a_document_whose_source_has_tags_keeps_them():
    sentence = Sentence.from_words(["IL-2", "rises"], ["B-Gene", "O"])
    aligned = align([Document.from_sentences([sentence])])
    assert aligned.sentences[0].words == ("IL-2", "rises")
    assert aligned.sentences[0].tags == ("B-Gene", "O")


def test_scores_stand_at_the_words_of_their_mentions():
    annotations = [replace(mention("ovarian cancer"), score=0.7), mention("Aspirin", "Chemical")]
    _, aligned = tags_of(annotations)
    assert aligned.scores == [(None, None, 0.7, 0.7, None, None), (None,) * 6]
