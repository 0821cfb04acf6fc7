"""From what contestants find to tags of words."""

import pytest

from bioner_kd.lab.benchmark.contestant import OfTexts, OfWords, tags_of_spans
from bioner_kd.text.sentence import Sentence

# 0123456789012345678901
# Ataxia - telangiectasia
SENTENCE = Sentence.from_words(["Ataxia", "-", "telangiectasia", "gene"])


@pytest.mark.parametrize(
    ("spans", "tags"),
    [
        ([], ["O", "O", "O", "O"]),
        ([("D", 0, 6)], ["B-D", "O", "O", "O"]),
        ([("D", 0, 23)], ["B-D", "I-D", "I-D", "O"]),
        # Ends inside of a word, or in the space behind one.
        ([("D", 2, 4)], ["B-D", "O", "O", "O"]),
        ([("D", 0, 7)], ["B-D", "O", "O", "O"]),
        ([("D", 6, 7)], ["O", "O", "O", "O"]),
        ([("D", 0, 6), ("E", 9, 23)], ["B-D", "O", "B-E", "O"]),
        # The first of two that touch one word has it, and the second goes on without a gap.
        ([("D", 0, 3), ("E", 3, 8)], ["B-D", "B-E", "O", "O"]),
    ],
)
def test_words_that_a_span_touches_are_tagged(spans, tags):
    assert tags_of_spans(SENTENCE, spans) == tags


def test_a_tagger_of_texts_is_given_texts_and_its_lazy_results_are_read_while_timed():
    seen = []

    def tag(texts):
        for text in texts:
            seen.append(text)
            yield [("D", 0, 6)]

    contestant = OfTexts(tag)
    found = contestant.tag([SENTENCE, SENTENCE])
    assert seen == ["Ataxia - telangiectasia gene"] * 2
    assert contestant.tags(SENTENCE, found[1]) == ["B-D", "O", "O", "O"]


def test_a_tagger_of_words_gives_tags_itself():
    contestant = OfWords(lambda sentences: [["O"] * len(sentence) for sentence in sentences])
    (found,) = contestant.tag([SENTENCE])
    assert contestant.tags(SENTENCE, found) == ["O"] * 4
