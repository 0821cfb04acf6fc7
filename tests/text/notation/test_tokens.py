from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bioner_kd.errors import InputError
from bioner_kd.text.document import Annotation, Document
from bioner_kd.text.notation.tokens import tokens_of
from bioner_kd.text.sentence import Sentence


def marked(document, *spans):
    found = [Annotation("X", (span,), document.text[slice(*span)]) for span in spans]
    return replace(document, annotations=tuple(found))


def test_words_and_white_space_are_tokens():
    tokens = tokens_of(Document.from_text(" Aspirin  helps.\nIt does. "))
    assert tokens.words == [" ", "Aspirin", " ", "helps", ".", "\n", "It", "does", "."]
    assert tokens.spaces == [False, True, False, False, False, False, True, False, True]
    starts = [n for n, first in enumerate(tokens.starts_sentence) if first]
    assert [tokens.words[number] for number in starts] == ["Aspirin", "It"]


@given(st.text(), st.data())
def test_no_character_is_left_out_and_mentions_are_whole_tokens(text, data):
    cuts = data.draw(st.lists(st.integers(0, len(text)), unique=True, max_size=6).map(sorted))
    spans = list(zip(cuts[::2], cuts[1::2], strict=False))
    tokens = tokens_of(marked(Document.from_text(text), *spans))
    begins, ends, at = set(), set(), 0
    for word, space in zip(tokens.words, tokens.spaces, strict=True):
        assert text.startswith(word, at)
        begins.add(at)
        ends.add(at + len(word))
        at += len(word) + space
        assert not space or text[at - 1] == " "
    assert at == len(text)
    assert begins.issuperset(start for start, _ in spans)
    assert ends.issuperset(end for _, end in spans)


GIVEN = Document.from_sentences([Sentence.from_words(["lung", "cancer"])], id="7")


@pytest.mark.parametrize(
    ("document", "what"),
    [
        (marked(GIVEN, (0, 7)), "ends at character 7, inside the word 'cancer'"),
        (replace(GIVEN, annotations=(Annotation("X", (), "a"),)), "no place"),
        (replace(GIVEN, annotations=(Annotation("", ((0, 4),), "lung"),)), "no type"),
        (
            replace(GIVEN, annotations=(Annotation("X", ((0, 1), (2, 3)), "l n"),)),
            "discontinuous",
        ),
    ],
)
def test_mentions_that_tokens_cannot_hold_are_told(document, what):
    with pytest.raises(InputError, match=f"document '7'.*{what}"):
        tokens_of(document)
