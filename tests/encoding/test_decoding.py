import dataclasses
import itertools
import json
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from bioner_kd.corpus.sentence import Sentence
from bioner_kd.corpus.tag_set import TagSet
from bioner_kd.encoding.decoding import Entity, decode, entities_from_tags, tag_scores

TAG_SET = TagSet(("O", "B-Disease", "I-Disease"))

any_logits = hnp.arrays(
    np.float32,
    st.tuples(st.integers(0, 6), st.just(3)),
    elements=st.floats(-1e4, 1e4, width=32),
)


def test_each_word_takes_its_most_probable_tag() -> None:
    logits = np.array([[0.1, 2.0, -1.0], [-3.0, -2.0, -1.0], [5.0, 0.0, 4.9]], np.float32)
    assert decode(logits, TAG_SET) == ["B-Disease", "I-Disease", "O"]


def test_an_inside_tag_never_opens_a_mention() -> None:
    logits = np.array([[3.0, 0.0, 0.0], [0.0, 1.0, 3.0], [0.0, 0.0, 3.0]])
    # B I I scores 0 + 1 + ..: O B I = 3 + 1 + 3 is the best of what IOB2 allows.
    assert decode(logits, TAG_SET) == ["O", "B-Disease", "I-Disease"]
    assert decode(np.array([[0.0, 1.0, 5.0]]), TAG_SET) == ["B-Disease"]


def test_a_mention_does_not_go_on_as_another_type() -> None:
    tags = TagSet(("O", "B-A", "B-B", "I-A", "I-B"))
    logits = np.array([[0.0, 2.0, 0.0, 0.0, 0.0], [0.0, 0.0, 0.0, 0.5, 1.0]])
    assert decode(logits, tags) == ["B-A", "I-A"]


@given(hnp.arrays(np.int64, st.tuples(st.integers(1, 5), st.just(5)), elements=st.integers(-9, 9)))
def test_no_allowed_sequence_scores_higher(logits: np.ndarray) -> None:
    tags = TagSet(("O", "B-A", "B-B", "I-A", "I-B"))

    def allowed(path: tuple[int, ...]) -> bool:
        names = ["O", *(tags.tags[number] for number in path)]
        return all(
            not now.startswith("I-") or before[2:] == now[2:]
            for before, now in itertools.pairwise(names)
        )

    paths = filter(allowed, itertools.product(range(5), repeat=len(logits)))
    best = max(sum(row[tag] for row, tag in zip(logits, path, strict=True)) for path in paths)
    found = tuple(tags.id(tag) for tag in decode(logits.astype(np.float32), tags))
    assert allowed(found)
    assert sum(row[tag] for row, tag in zip(logits, found, strict=True)) == best


def test_of_equal_logits_the_first_tag_wins() -> None:
    assert decode(np.zeros((1, 3)), TAG_SET) == ["O"]


def test_a_sentence_without_words_has_no_tags_and_no_scores() -> None:
    logits = np.zeros((0, 3), np.float32)
    assert decode(logits, TAG_SET) == []
    assert tag_scores(logits, [], TAG_SET).shape == (0,)


def test_tags_are_plain_strings_for_half_precision_too() -> None:
    tags = decode(np.array([[0.0, 1.0, 0.5]], np.float16), TAG_SET)
    assert tags == ["B-Disease"]
    assert json.dumps(tags) == '["B-Disease"]'


def test_score_is_the_softmax_probability_of_the_chosen_tag() -> None:
    logits = np.log(np.array([[0.2, 0.7, 0.1], [0.5, 0.25, 0.25]]))
    tags = decode(logits, TAG_SET)
    np.testing.assert_allclose(tag_scores(logits, tags, TAG_SET), [0.7, 0.5], rtol=1e-12)


def test_large_logits_do_not_overflow() -> None:
    logits = np.array([[1e4, -1e4, 0.0], [60000.0, 60000.0, -60000.0]], np.float32)
    scores = tag_scores(logits, ["O", "O"], TAG_SET)
    np.testing.assert_allclose(scores, [1.0, 0.5])


def test_a_tag_that_is_ruled_out_by_minus_infinity_is_never_chosen() -> None:
    logits = np.array([[0.0, 0.0, -math.inf]])
    assert decode(logits, TAG_SET) == ["O"]
    np.testing.assert_allclose(tag_scores(logits, ["O"], TAG_SET), [0.5])


@given(any_logits, st.floats(-100, 100))
def test_a_constant_added_to_all_logits_of_a_word_changes_no_score(
    logits: np.ndarray, constant: float
) -> None:
    shifted = logits.astype(np.float64) + constant
    tags = ["O"] * len(logits)
    expected = tag_scores(logits, tags, TAG_SET)
    np.testing.assert_allclose(tag_scores(shifted, tags, TAG_SET), expected, rtol=1e-6, atol=1e-300)


@given(any_logits)
def test_scores_of_all_tags_of_a_word_are_a_distribution(logits: np.ndarray) -> None:
    by_tag = [tag_scores(logits, [tag] * len(logits), TAG_SET) for tag in TAG_SET.tags]
    assert all(scores.dtype == np.float64 for scores in by_tag)
    np.testing.assert_allclose(np.sum(by_tag, axis=0), np.ones(len(logits)))


@pytest.mark.parametrize("bad", [math.nan, math.inf])
def test_logits_of_a_diverged_model_are_refused(bad: float) -> None:
    logits = np.array([[0.0, 1.0, 2.0], [0.0, bad, 0.0]], np.float32)
    with pytest.raises(ValueError, match=f"word 1 has {bad}"):
        decode(logits, TAG_SET)
    with pytest.raises(ValueError, match=f"word 1 has {bad}"):
        tag_scores(logits, ["O", "O"], TAG_SET)


@pytest.mark.parametrize("shape", [(2, 4), (2, 2), (3,), (1, 2, 3)])
def test_logits_of_another_shape_are_refused(shape: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="expected"):
        decode(np.zeros(shape), TAG_SET)


def test_scores_of_a_batch_are_refused() -> None:
    with pytest.raises(ValueError, match=r"expected \(words, tags\)"):
        tag_scores(np.zeros((1, 2, 3)), ["O"], TAG_SET)


def test_entities_carry_text_offsets_and_mean_score() -> None:
    text = "Severe  Wilson disease (WD)."
    spans = [(0, 6), (8, 14), (15, 22), (23, 24), (24, 26), (26, 27), (27, 28)]
    tags = ["O", "B-Disease", "I-Disease", "O", "B-Disease", "O", "O"]
    scores = [0.1, 0.75, 0.25, 0.1, 0.875, 0.1, 0.1]
    assert entities_from_tags(tags, scores, spans, text) == [
        Entity("Disease", "Wilson disease", 8, 22, 0.5),
        Entity("Disease", "WD", 24, 26, 0.875),
    ]


def test_text_between_words_is_kept_as_it_stands() -> None:
    found = entities_from_tags(["B-D", "I-D"], [1.0, 1.0], [(0, 4), (7, 14)], "lung \n cancers")
    assert found[0].text == "lung \n cancers"


def test_a_stray_inside_tag_opens_an_entity() -> None:
    sentence = Sentence.from_words(["no", "colon", "cancer", "aspirin"])
    tags = ["O", "I-Disease", "I-Disease", "I-Chemical"]
    found = entities_from_tags(tags, np.ones(4), sentence.spans, sentence.text)
    assert [(entity.type, entity.text) for entity in found] == [
        ("Disease", "colon cancer"),
        ("Chemical", "aspirin"),
    ]


def test_an_entity_goes_into_json_whatever_the_scores_are_made_of() -> None:
    (found,) = entities_from_tags(["B-D"], np.array([0.5], np.float32), [(0, 5)], "fever")
    assert json.loads(json.dumps(dataclasses.asdict(found))) == {
        "type": "D",
        "text": "fever",
        "start": 0,
        "end": 5,
        "score": 0.5,
    }


def test_no_words_give_no_entities() -> None:
    assert entities_from_tags([], [], [], "  ") == []


@pytest.mark.parametrize(("tags", "scores", "spans"), [(1, 2, 2), (2, 1, 2), (2, 2, 1)])
def test_tags_scores_and_spans_must_go_together(tags: int, scores: int, spans: int) -> None:
    with pytest.raises(ValueError, match="one a word"):
        entities_from_tags(["O"] * tags, [1.0] * scores, [(0, 1)] * spans, "a")


@given(
    st.lists(st.sampled_from(["O", "B-A", "I-A", "B-B", "I-B"]), max_size=12),
    st.data(),
)
def test_entities_slice_back_to_the_text_and_do_not_overlap(
    tags: list[str], data: st.DataObject
) -> None:
    words = data.draw(st.lists(st.text("abα-", min_size=1), min_size=len(tags), max_size=len(tags)))
    sentence = Sentence.from_words(words)
    found = entities_from_tags(tags, np.full(len(tags), 0.5), sentence.spans, sentence.text)
    assert all(sentence.text[entity.start : entity.end] == entity.text for entity in found)
    assert all(a.end <= b.start for a, b in zip(found, found[1:], strict=False))
    tagged = sum(tag != "O" for tag in tags)
    assert sum(len(entity.text.split(" ")) for entity in found) == tagged
