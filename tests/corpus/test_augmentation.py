"""New sentences from tagged ones."""

import itertools
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bioner_kd.corpus.augmentation import augment, collect_mentions, join, segments
from bioner_kd.corpus.config import AugmentationConfig
from bioner_kd.text.iob2 import check_iob2, entities
from bioner_kd.text.sentence import Sentence
from bioner_kd.text.tokenizer import MASK, tokenize

GOUT = Sentence.from_words(["Gout", "hurts", "."], ["B-Disease", "O", "O"])
CANCER = Sentence.from_words(
    ["No", "lung", "cancer", "after", "aspirin"], ["O", "B-Disease", "I-Disease", "O", "B-Chemical"]
)
PLAIN = Sentence.from_words(["Nothing", "was", "found"], ["O", "O", "O"])
MENTIONS = AugmentationConfig(replace_mentions=1.0, mask_words=0.0)
MASKS = AugmentationConfig(replace_mentions=0.0, mask_words=1.0)


def made(sentences, config):
    return list(augment(sentences, config))


def test_a_mention_becomes_another_of_its_type():
    first, second = made([GOUT, CANCER], MENTIONS)
    assert first.text == "lung cancer hurts ."
    assert first.tags == ("B-Disease", "I-Disease", "O", "O")
    assert second.text == "No Gout after aspirin"
    assert second.tags == ("O", "B-Disease", "O", "B-Chemical")


def test_words_outside_of_mentions_are_masked():
    (masked,) = made([CANCER], MASKS)
    assert masked.words == (MASK, "lung", "cancer", MASK, "aspirin")
    assert masked.tags == CANCER.tags


def test_a_copy_like_its_source_is_left_out():
    assert made([PLAIN], MENTIONS) == []
    assert made([GOUT, PLAIN], MENTIONS) == []  # there is no other disease


def test_as_many_copies_as_asked_for():
    config = AugmentationConfig(copies=5, replace_mentions=0.0, mask_words=1.0)
    assert len(made([GOUT, CANCER, PLAIN], config)) == 15


def test_the_seed_decides():
    sentences = [GOUT, CANCER, PLAIN] * 20
    one, other = (AugmentationConfig(seed=seed) for seed in (1, 2))
    assert made(sentences, one) == made(sentences, one) != made(sentences, other)


def test_probabilities_are_kept():
    words = [f"w{number}" for number in range(1000)]
    tags = ["B-Disease" if number % 2 else "O" for number in range(1000)]
    config = AugmentationConfig(replace_mentions=0.3, mask_words=0.2)
    (new,) = made([Sentence.from_words(words, tags)], config)
    changed = [old != word for old, word in zip(words, new.words, strict=True)]
    assert 120 < sum(changed[1::2]) < 180  # of 500, a standard deviation of 10
    assert 70 < sum(changed[::2]) < 130  # a standard deviation of 9
    assert set(new.words[::2]) - set(words) == {MASK}


def test_every_other_mention_is_as_likely_whatever_its_frequency():
    names = ["gout", "asthma", "fever"]
    sentences = [Sentence.from_words([n], ["B-Disease"]) for n in [*names, *["gout"] * 20]]
    config = AugmentationConfig(copies=400, replace_mentions=1.0, mask_words=0.0)
    found = Counter(s.text for s in itertools.islice(augment(sentences, config), 400))
    assert found["gout"] == 0 and found["asthma"] + found["fever"] == 400
    assert 160 < found["asthma"] < 240


def test_words_of_a_corpus_are_parted_as_text_is():
    sentence = Sentence.from_words(
        ["the", "IL-2", "gene", "\u200b"], ["O", "B-protein", "I-protein", "O"]
    )
    assert segments(sentence) == [("", ("the",)), ("protein", ("IL", "-", "2", "gene"))]


def test_mentions_are_listed_once():
    found = collect_mentions([segments(sentence) for sentence in (CANCER, GOUT, CANCER, PLAIN)])
    assert found == {"Disease": [("lung", "cancer"), ("Gout",)], "Chemical": [("aspirin",)]}


@st.composite
def tagged(draw):
    """Sentences of any words, with IOB2 tags of two types."""
    words = draw(st.lists(st.text("ab-1 β\u200b⬚", min_size=1, max_size=4), min_size=1, max_size=8))
    tags = []
    for _ in words:
        inner = [f"I-{tags[-1][2:]}"] if tags and tags[-1] != "O" else []
        tags.append(draw(st.sampled_from(["O", "B-X", "B-Y", *inner])))
    return Sentence.from_words(words, tags)


@given(tagged())
def test_segments_join_to_the_sentence_as_text_is_read(sentence):
    joined = join(segments(sentence))
    assert list(joined.words) == [word for word, _, _ in tokenize(sentence.text)]
    if list(joined.words) == list(sentence.words):
        assert joined.tags == sentence.tags


@given(st.lists(tagged(), min_size=1, max_size=4), st.integers(0, 9))
def test_what_comes_out_is_text_of_the_same_make(sentences, seed):
    config = AugmentationConfig(replace_mentions=0.5, mask_words=0.3, seed=seed)
    sources = [join(segments(sentence)) for sentence in sentences]
    every = {m for s in sources for m in mentions_of(s)}
    for new in augment(sentences, config):
        check_iob2(new.tags, new.place)
        assert tuple(word for word, _, _ in tokenize(new.text)) == new.words
        assert mentions_of(new) <= every
        assert any(comes_from(new, source) for source in sources)


def mentions_of(sentence):
    return {(kind, sentence.words[a:b]) for kind, a, b in entities(sentence.tags)}


def comes_from(new, source):
    """Mentions of the same types between the same words, as far as these are not masked."""
    outside, others = ([w for w, t in zip(s.words, s.tags, strict=True) if t == "O"]
                       for s in (new, source))  # fmt: skip
    types = [[kind for kind, _, _ in entities(s.tags)] for s in (new, source)]
    return types[0] == types[1] and len(outside) == len(others) and all(
        word in (MASK, other) for word, other in zip(outside, others, strict=True)
    )  # fmt: skip


@pytest.mark.parametrize("config", [MENTIONS, MASKS])
def test_nothing_comes_of_nothing(config):
    assert made([], config) == []
