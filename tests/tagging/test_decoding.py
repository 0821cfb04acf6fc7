import dataclasses
import itertools
import json
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from bioner_kd.tagging.decoding import Decoder, Entity, entities_from_tags
from bioner_kd.tagging.tag_set import TagSet
from bioner_kd.text.sentence import Sentence

DECODER = Decoder(TagSet(("O", "B-Disease", "I-Disease")))

any_logits = hnp.arrays(
    np.float32,
    st.tuples(st.integers(0, 6), st.just(3)),
    elements=st.floats(-1e4, 1e4, width=32),
)


def test_each_word_takes_its_most_probable_tag() -> None:
    logits = np.array([[0.1, 2.0, -1.0], [-3.0, -2.0, -1.0], [5.0, 0.0, 4.9]], np.float32)
    assert DECODER.decode(logits) == ["B-Disease", "I-Disease", "O"]


def test_an_inside_tag_never_opens_a_mention() -> None:
    logits = np.array([[3.0, 0.0, 0.0], [0.0, 1.0, 3.0], [0.0, 0.0, 3.0]])
    # B I I scores 0 + 1 + ..: O B I = 3 + 1 + 3 is the best of what IOB2 allows.
    assert DECODER.decode(logits) == ["O", "B-Disease", "I-Disease"]
    assert DECODER.decode(np.array([[0.0, 1.0, 5.0]])) == ["B-Disease"]


def test_a_mention_does_not_go_on_as_another_type() -> None:
    tags = TagSet(("O", "B-A", "B-B", "I-A", "I-B"))
    logits = np.array([[0.0, 2.0, 0.0, 0.0, 0.0], [0.0, 0.0, 0.0, 0.5, 1.0]])
    assert Decoder(tags).decode(logits) == ["B-A", "I-A"]


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
    found = tuple(tags.id(tag) for tag in Decoder(tags).decode(logits.astype(np.float32)))
    assert allowed(found)
    assert sum(row[tag] for row, tag in zip(logits, found, strict=True)) == best


def test_of_equal_logits_the_first_tag_wins() -> None:
    assert DECODER.decode(np.zeros((1, 3))) == ["O"]


def test_a_sentence_without_words_has_no_tags_and_no_scores() -> None:
    logits = np.zeros((0, 3), np.float32)
    assert DECODER.decode(logits) == []
    assert DECODER.scores(logits, []).shape == (0,)


def test_tags_are_plain_strings_for_half_precision_too() -> None:
    tags = DECODER.decode(np.array([[0.0, 1.0, 0.5]], np.float16))
    assert tags == ["B-Disease"]
    assert json.dumps(tags) == '["B-Disease"]'


def test_score_is_the_softmax_probability_of_the_chosen_tag() -> None:
    logits = np.log(np.array([[0.2, 0.7, 0.1], [0.5, 0.25, 0.25]]))
    tags = DECODER.decode(logits)
    np.testing.assert_allclose(DECODER.scores(logits, tags), [0.7, 0.5], rtol=1e-12)


def test_large_logits_do_not_overflow() -> None:
    logits = np.array([[1e4, -1e4, 0.0], [60000.0, 60000.0, -60000.0]], np.float32)
    scores = DECODER.scores(logits, ["O", "O"])
    np.testing.assert_allclose(scores, [1.0, 0.5])


def test_a_tag_that_is_ruled_out_by_minus_infinity_is_never_chosen() -> None:
    logits = np.array([[0.0, 0.0, -math.inf]])
    assert DECODER.decode(logits) == ["O"]
    np.testing.assert_allclose(DECODER.scores(logits, ["O"]), [0.5])


@given(any_logits, st.floats(-100, 100))
def test_a_constant_added_to_all_logits_of_a_word_changes_no_score(
    logits: np.ndarray, constant: float
) -> None:
    shifted = logits.astype(np.float64) + constant
    tags = ["O"] * len(logits)
    expected = DECODER.scores(logits, tags)
    np.testing.assert_allclose(DECODER.scores(shifted, tags), expected, rtol=1e-6, atol=1e-300)


@given(any_logits)
def test_scores_of_all_tags_of_a_word_are_a_distribution(logits: np.ndarray) -> None:
    by_tag = [DECODER.scores(logits, [tag] * len(logits)) for tag in DECODER.tag_set.tags]
    assert all(scores.dtype == np.float64 for scores in by_tag)
    np.testing.assert_allclose(np.sum(by_tag, axis=0), np.ones(len(logits)))


@pytest.mark.parametrize("bad", [math.nan, math.inf])
def test_logits_of_a_diverged_model_are_refused(bad: float) -> None:
    logits = np.array([[0.0, 1.0, 2.0], [0.0, bad, 0.0]], np.float32)
    with pytest.raises(ValueError, match=f"word 1 has {bad}"):
        DECODER.decode(logits)
    with pytest.raises(ValueError, match=f"word 1 has {bad}"):
        DECODER.scores(logits, ["O", "O"])


@pytest.mark.parametrize("shape", [(2, 4), (2, 2), (3,), (1, 2, 3)])
def test_logits_of_another_shape_are_refused(shape: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="expected"):
        DECODER.decode(np.zeros(shape))


def test_scores_of_a_batch_are_refused() -> None:
    with pytest.raises(ValueError, match=r"expected \(words, 3 tags\)"):
        DECODER.scores(np.zeros((1, 2, 3)), ["O"])


# After an O only another O, at a price for whatever else follows.
FAITHFUL = Decoder(DECODER.tag_set, ((2.0, -3.0, 0.0), (0.0, 0.0, 1.0), (0.0, 0.0, 0.0)))
OPEN = TagSet(("O", "B-A", "B-B", "I-A", "I-B"))


def test_transitions_outweigh_a_words_own_maximum() -> None:
    logits = np.array([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [1.0, 0.0, 0.0]])
    assert DECODER.decode(logits) == ["O", "B-Disease", "O"]
    # O O O: 2 + 4; O B O: 3 - 3; B I O: 1 + 1; B O O: 1 + 2.
    assert FAITHFUL.decode(logits) == ["O", "O", "O"]


def test_a_step_that_iob2_forbids_never_wins_whatever_its_transition() -> None:
    transitions = np.zeros((3, 3))
    transitions[0, 2] = 1e4  # from O to I-
    decoder = Decoder(DECODER.tag_set, transitions)
    assert decoder.decode(np.array([[1.0, 0.0, 9.0], [0.0, 0.0, 9.0]])) == [
        "B-Disease",
        "I-Disease",
    ]
    assert decoder.decode(np.array([[9.0, 0.0, 0.0], [0.0, -1.0, 5.0]])) == ["O", "O"]


def sequences(words: int) -> list[tuple[int, ...]]:
    """All sequences of OPEN's ids that IOB2 allows."""
    found = []
    for path in itertools.product(range(len(OPEN)), repeat=words):
        names = ["O", *(OPEN.tags[number] for number in path)]
        pairs = itertools.pairwise(names)
        if all(not after.startswith("I-") or before[2:] == after[2:] for before, after in pairs):
            found.append(path)
    return found


some_logits = hnp.arrays(
    np.int64, st.tuples(st.integers(1, 4), st.just(5)), elements=st.integers(-9, 9)
)
some_transitions = hnp.arrays(np.int64, (5, 5), elements=st.integers(-9, 9))


@given(some_logits, some_transitions)
def test_under_a_crf_no_allowed_sequence_scores_higher_and_probabilities_are_shares_of_all(
    logits: np.ndarray, transitions: np.ndarray
) -> None:
    decoder = Decoder(OPEN, transitions)
    paths = sequences(len(logits))
    totals = [
        sum(logits[np.arange(len(path)), path])
        + sum(transitions[pair] for pair in itertools.pairwise(path))
        for path in paths
    ]
    tags = decoder.decode(logits.astype(np.float32))
    assert totals[paths.index(tuple(map(OPEN.id, tags)))] == max(totals)
    shares = np.exp(np.array(totals) - max(totals))
    for tag in OPEN.tags:
        found = decoder.scores(logits.astype(np.float32), [tag] * len(logits))
        for word, probability in enumerate(found):
            with_it = [path[word] == OPEN.id(tag) for path in paths]
            assert probability == pytest.approx(shares[with_it].sum() / shares.sum(), abs=1e-12)


def test_without_transitions_that_say_anything_a_crf_decodes_as_softmax_does() -> None:
    logits = np.random.default_rng(1).normal(0, 2, (200, 5))
    assert Decoder(OPEN, np.zeros((5, 5))).decode(logits) == Decoder(OPEN).decode(logits)


def test_many_sentences_have_the_tags_of_each_alone_however_many_are_searched_at_once() -> None:
    random = np.random.default_rng(3)
    sentences = [random.normal(size=(n % 7, 3)).astype(np.float32) for n in range(700)]
    for decoder in (DECODER, FAITHFUL):
        alone = [decoder.decode(logits) for logits in sentences]
        assert decoder.decode_many(sentences) == alone


def test_a_long_sentence_of_large_logits_has_finite_probabilities() -> None:
    logits = np.random.default_rng(1).normal(0, 300, (2000, 3)).astype(np.float32)
    tags = FAITHFUL.decode(logits)
    scores = FAITHFUL.scores(logits, tags)
    assert np.isfinite(scores).all() and 0.9 < scores.mean() <= 1


def test_a_sentence_without_words_has_nothing_under_a_crf_too() -> None:
    assert FAITHFUL.decode(np.zeros((0, 3))) == []
    assert FAITHFUL.scores(np.zeros((0, 3)), []).shape == (0,)


def test_decoders_of_the_same_transitions_are_one() -> None:
    again = Decoder(DECODER.tag_set, np.array(FAITHFUL.transitions))
    assert again == FAITHFUL and hash(again) == hash(FAITHFUL)
    assert again != DECODER


@pytest.mark.parametrize(
    "transitions",
    [
        [],
        [[0.0] * 3] * 2,
        [[0.0] * 3, [0.0] * 2, [0.0] * 3],
        [[0.0, 0.0, math.nan]] * 3,
        [[0.0, math.inf, 0.0]] * 3,
        [["x", 0.0, 0.0]] * 3,
    ],
)
def test_transitions_that_are_no_matrix_of_numbers_are_refused(transitions: list) -> None:
    with pytest.raises(ValueError):
        Decoder(DECODER.tag_set, transitions)


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
        "raw_score": 0.5,
    }


def test_the_raw_score_is_the_score_unless_it_is_given() -> None:
    assert Entity("D", "gout", 0, 4, 0.0) == Entity("D", "gout", 0, 4, 0.0, 0.0)
    assert Entity("D", "gout", 0, 4, 0.4, 0.9).raw_score == 0.9
    calibrated = dataclasses.replace(Entity("D", "gout", 0, 4, 0.9), score=0.4)
    assert (calibrated.score, calibrated.raw_score) == (0.4, 0.9)


def test_no_words_give_no_entities() -> None:
    assert entities_from_tags([], [], [], "  ") == []


@pytest.mark.parametrize(("tags", "scores", "spans"), [(1, 2, 2), (2, 1, 2), (2, 2, 1)])
def test_tags_scores_and_spans_must_go_together(tags: int, scores: int, spans: int) -> None:
    with pytest.raises(ValueError, match="word"):
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
