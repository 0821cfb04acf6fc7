import numpy as np
import pytest

from bioner_kd.corpus.alignment import NESTED
from bioner_kd.corpus.demo import read_demo
from bioner_kd.corpus.headed import (
    head_mask,
    mentions,
    of_one_head,
    sentences_of,
    tag_documents,
    tag_sentences,
)
from bioner_kd.corpus.heads import Head, Heads, HeadSource, tag_set_of
from bioner_kd.errors import InputError
from bioner_kd.tagging.tag_set import TagSet
from bioner_kd.text.document import Annotation, Document
from bioner_kd.text.sentence import Sentence

HEADS = Heads(
    (
        Head(
            "Gene",
            tag_set_of(["Gene"]),
            (
                HeadSource("C", (("protein", "Gene"), ("DNA", "Gene"))),
                HeadSource("D", (("Gene", "Gene"), ("FamilyName", "Gene"))),
            ),
        ),
        Head(
            "Species",
            tag_set_of(["Species"]),
            (HeadSource("D", (("Species", "Species"),), unmarked=("mice",)),),
        ),
        Head("Disease", tag_set_of(["Disease"]), (HeadSource("E", (("d", "Disease"),)),)),
    )
)


def mark(document, text, kind):
    start = document.text.index(text)
    return Annotation(kind, ((start, start + len(text)),), text)


def document(text, *marks):
    bare = Document.from_text(text, id="1", path="a.txt", line=3)
    return bare.with_annotations(mark(bare, *one) for one in marks)


def test_types_of_a_corpus_are_renamed_merged_and_dropped():
    sentence = Sentence.from_words(
        "IL2 gene in T cells".split(), ["B-protein", "B-DNA", "O", "B-cell", "I-cell"]
    )
    (found,) = tag_sentences([sentence], "C", HEADS).sentences
    assert found.tags == (("B-Gene", "B-Gene", "O", "O", "O"), None, None)
    assert found.sentence == Sentence.from_words("IL2 gene in T cells".split())


def test_mentions_of_two_heads_may_overlap():
    given = document("Human p53 rises.", ("Human p53", "Gene"), ("Human", "Species"))
    (found,) = tag_documents([given], "D", HEADS).sentences
    assert found.tags == (("B-Gene", "I-Gene", "O", "O"), ("B-Species", "O", "O", "O"), None)


def test_what_tags_of_a_head_lose_is_told_by_head():
    given = document("the p53 family rises", ("p53 family", "FamilyName"), ("p53", "Gene"))
    found = tag_documents([given], "D", HEADS)
    assert found.sentences[0].tags[0] == ("O", "B-Gene", "I-Gene", "O")
    assert [[(one.kind, one.lost) for one in odd] for odd in found.odd] == [
        [(NESTED, True)],
        [],
        [],
    ]


def test_types_that_no_head_reads_are_not_lost():
    given = document("an SH2 domain", ("SH2", "DomainMotif"))
    found = tag_documents([given], "D", HEADS)
    assert found.sentences[0].tags[0] == ("O", "O", "O")
    assert not any(found.odd)


def test_a_sentence_with_a_word_that_the_source_leaves_unmarked_says_nothing_to_the_head():
    given = document("Mice have p53. Rats have it.", ("p53", "Gene"), ("Rats", "Species"))
    found = tag_documents([given], "D", HEADS)
    assert [one.tags[1] for one in found.sentences] == [None, ("B-Species", "O", "O", "O")]
    assert found.sentences[0].tags[0] == ("O", "O", "B-Gene", "O")
    assert found.silent == (0, 1, 0)


def test_a_marked_word_of_these_is_no_reason_to_leave_the_sentence_out():
    given = document("Mice sleep.", ("Mice", "Species"))
    found = tag_documents([given], "D", HEADS)
    assert found.sentences[0].tags[1] == ("B-Species", "O", "O")


def test_sentences_that_teach_no_head_are_counted_and_left_out():
    heads = Heads(HEADS.heads[1:])
    found = tag_documents([document("Mice sleep. Rats do not.")], "D", heads)
    assert [one.sentence.words[0] for one in found.sentences] == ["Rats"]
    assert found.untaught == 1
    assert tag_sentences([Sentence.from_words(["a"], ["O"])], "F", heads).sentences == []


def test_the_mask_says_which_heads_know_a_sentence():
    corpus = tag_sentences([Sentence.from_words(["a"], ["O"])], "C", HEADS).sentences
    documents = tag_documents([document("Rats.")], "D", HEADS).sentences
    mask = head_mask([*corpus, *documents])
    assert mask.dtype == bool
    np.testing.assert_array_equal(mask, [[True, False, False], [True, True, False]])


def test_a_sentence_is_given_with_the_tags_of_one_head():
    (found,) = tag_documents([document("p53 rises", ("p53", "Gene"))], "D", HEADS).sentences
    assert found.of_head(0).tags == ("B-Gene", "O")
    assert found.of_head(2).tags is None


def test_mentions_are_counted_by_head_and_type():
    given = document("Human p53 rises.", ("p53", "Gene"), ("Human", "Species"))
    found = tag_documents([given, given], "D", HEADS).sentences
    assert mentions(found) == {(0, "Gene"): 2, (1, "Species"): 2}


def test_words_that_documents_give_are_cut_by_the_tokeniser():
    sentence = Sentence.from_words(["IL-2", "rises"])
    given = Document.from_sentences([sentence]).with_annotations([])
    (found,) = tag_documents([given], "D", HEADS).sentences
    assert found.sentence.words == ("IL", "-", "2", "rises")


def test_a_sentence_knows_its_file():
    (found,) = sentences_of(document("p53 rises"))
    assert found.place(1) == "a.txt:3, word 2"


def test_a_single_corpus_is_one_head_with_the_same_words_and_tags():
    sentences = read_demo("train")
    heads, headed = of_one_head(sentences, TagSet.from_sentences(sentences), name="demo")
    assert [one.of_head(0) for one in headed] == sentences
    assert head_mask(headed).all() and head_mask(headed).shape == (len(sentences), len(heads))


def test_a_single_corpus_has_the_tags_of_its_training_split():
    sentences = read_demo("train")
    with pytest.raises(InputError, match="'B-Gene' does not occur in the training split"):
        of_one_head(
            [Sentence.from_words(["a"], ["B-Gene"])], TagSet.from_sentences(sentences), name="x"
        )


def test_a_corpus_without_tags_is_refused():
    with pytest.raises(InputError, match="needs a tag for every word"):
        tag_sentences([Sentence.from_words(["a"])], "C", HEADS)
