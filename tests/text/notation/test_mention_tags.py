from dataclasses import replace

import pytest

from bioner_kd.errors import InputError
from bioner_kd.text.document import Annotation, Document, Passage
from bioner_kd.text.notation.mention_tags import tagged_sentences
from bioner_kd.text.sentence import Sentence


def words_and_tags(document):
    return [list(zip(s.words, s.tags, strict=True)) for s in tagged_sentences(document)]


def marked(document, *mentions):
    text = document.text
    found = [Annotation(kind, ((a, b),), text[a:b]) for kind, a, b in mentions]
    return replace(document, annotations=tuple(found))


def test_words_of_the_source_keep_their_sentences_and_lines():
    sentences = [Sentence.from_words(["lung", "cancer"], path="a", line=3), Sentence("", (), ())]
    document = marked(Document.from_sentences(sentences), ("D", 0, 11))
    assert words_and_tags(document) == [[("lung", "B-D"), ("cancer", "I-D")]]
    assert tagged_sentences(document)[0].place(1) == "a:4"


def test_text_is_cut_where_mentions_begin_and_end():
    document = marked(Document.from_text("anti-IL2RA"), ("G", 5, 8), ("G", 8, 10))
    assert words_and_tags(document) == [[("anti", "O"), ("-", "O"), ("IL2", "B-G"), ("RA", "B-G")]]


def test_sentences_that_a_mention_joins_are_one_and_no_others():
    document = Document(passages=(Passage("It is E. Then"), Passage("Coli. It is. So.", 14)))
    assert [len(sentence) for sentence in words_and_tags(document)] == [5, 2, 3, 2]
    joined = marked(document, ("S", 6, 18), ("X", 23, 25))
    assert words_and_tags(joined)[0] == [
        ("It", "O"), ("is", "O"), ("E", "B-S"), (".", "I-S"), ("Then", "I-S"), ("Coli", "I-S"),
        (".", "O"),
    ]  # fmt: skip
    assert [len(sentence) for sentence in words_and_tags(joined)] == [7, 3, 2]


def test_what_begins_inside_a_word_of_the_source_is_told():
    document = Document.from_sentences([Sentence.from_words(["lung", "cancer"])], id="7")
    with pytest.raises(InputError, match="document '7': the D mention 'ng' at 2:4 .*inside a word"):
        tagged_sentences(marked(document, ("D", 2, 4)))
