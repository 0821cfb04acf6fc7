import json
import random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bioner_kd.errors import InputError
from bioner_kd.evaluation.scores import (
    EntityScore,
    ModeScores,
    devel_f1,
    score,
    score_logits,
)
from bioner_kd.tagging.decoding import Decoder
from bioner_kd.tagging.tag_set import TagSet
from bioner_kd.text.sentence import Sentence

Sequences = list[list[str]]

TAGS = [
    "O",
    *(f"{prefix}-{name}" for name in ("Disease", "Chemical", "cell-line") for prefix in "BI"),
]
annotated_and_predicted = st.lists(
    st.lists(st.tuples(st.sampled_from(TAGS), st.sampled_from(TAGS)), max_size=10), max_size=6
).map(
    lambda sentences: (
        [[gold for gold, _ in sentence] for sentence in sentences],
        [[predicted for _, predicted in sentence] for sentence in sentences],
    )
)


def continues(tags: list[str], word: int) -> bool:
    """Whether a word goes on with the mention of the word before it."""
    return word > 0 and tags[word][0] == "I" and tags[word - 1][1:] == tags[word][1:]


def opens(tags: list[str], word: int, *, strict: bool) -> bool:
    """Whether a word is the first of a mention."""
    stray = tags[word][0] == "I" and not continues(tags, word)
    return tags[word][0] == "B" or (stray and not strict)


def mentions(sentences: Sequences, *, strict: bool) -> set[tuple[int, int, int, str]]:
    """Every span of every sentence that the definition calls a mention."""
    return {
        (number, first, end, tags[first][2:])
        for number, tags in enumerate(sentences)
        for first in range(len(tags))
        for end in range(first + 1, len(tags) + 1)
        if opens(tags, first, strict=strict)
        and all(continues(tags, word) for word in range(first + 1, end))
        and not (end < len(tags) and continues(tags, end))
    }


def counted_score(
    gold: set[tuple[int, int, int, str]], found: set[tuple[int, int, int, str]]
) -> EntityScore:
    """Precision, recall and F1 from the counts, F1 as 2·TP / (annotated + predicted)."""
    right = len(gold & found)
    return EntityScore(
        precision=100 * right / len(found) if found else 0.0,
        recall=100 * right / len(gold) if gold else 0.0,
        f1=200 * right / (len(gold) + len(found)) if gold or found else 0.0,
        support=len(gold),
    )


def oracle(gold: Sequences, predicted: Sequences, *, strict: bool) -> ModeScores:
    """Scores by listing all spans, independent of seqeval."""
    annotated, found = mentions(gold, strict=strict), mentions(predicted, strict=strict)
    types = sorted({mention[3] for mention in annotated | found})
    per_type = {
        name: counted_score(
            {m for m in annotated if m[3] == name}, {m for m in found if m[3] == name}
        )
        for name in types
    }
    return ModeScores(counted_score(annotated, found), per_type)


def assert_close(actual: ModeScores, expected: ModeScores) -> None:
    """Equal but for the last bits of a float."""
    assert list(actual.per_type) == list(expected.per_type)
    pairs = [(actual.micro, expected.micro)]
    pairs += [(actual.per_type[name], expected.per_type[name]) for name in expected.per_type]
    for got, wanted in pairs:
        assert got.support == wanted.support
        assert (got.precision, got.recall, got.f1) == pytest.approx(
            (wanted.precision, wanted.recall, wanted.f1), abs=1e-9
        )


def valid(sentences: Sequences) -> Sequences:
    """The same tags with every stray I- made a B-."""
    return [
        [
            "B" + tag[1:] if tag[0] == "I" and not continues(tags, word) else tag
            for word, tag in enumerate(tags)
        ]
        for tags in sentences
    ]


def test_hand_counted_scores() -> None:
    gold = [
        ["B-Disease", "I-Disease", "O", "B-Chemical"],
        ["O", "B-Disease", "O"],
        ["B-Disease", "B-Disease"],
    ]
    predicted = [
        ["B-Disease", "I-Disease", "O", "B-Disease"],  # one right, one of the wrong type
        ["O", "B-Disease", "I-Disease"],  # one too long
        ["B-Disease", "B-Disease"],  # both right: neighbours stay apart
    ]
    scores = score(gold, predicted)
    expected = ModeScores(
        micro=EntityScore(60.0, 60.0, 60.0, 5),
        per_type={
            "Chemical": EntityScore(0.0, 0.0, 0.0, 1),
            "Disease": EntityScore(60.0, 75.0, 200 / 3, 4),
        },
    )
    assert_close(scores.conlleval, expected)
    assert_close(scores.strict, expected)
    assert (scores.sentences, scores.words) == (3, 9)


def test_full_precision_is_kept() -> None:
    gold = [["B-D"], ["B-D"], ["B-D"]]
    assert score(gold, [["B-D"], ["O"], ["O"]]).conlleval.micro.recall == pytest.approx(
        100 / 3, abs=1e-12
    )


def test_a_stray_inside_tag_opens_a_mention_in_conlleval_mode_alone() -> None:
    gold = [["O", "B-D", "I-D"], ["B-D", "O", "O"]]
    predicted = [["O", "I-D", "I-D"], ["B-D", "O", "O"]]
    scores = score(gold, predicted)
    assert_close(
        scores.conlleval,
        ModeScores(EntityScore(100, 100, 100, 2), {"D": EntityScore(100, 100, 100, 2)}),
    )
    assert scores.strict.micro.precision == 100
    assert scores.strict.micro.recall == 50
    assert scores.strict.micro.f1 == pytest.approx(200 / 3)


def test_a_stray_inside_tag_in_the_wrong_place_costs_precision_in_conlleval_mode_alone() -> None:
    scores = score([["B-D", "O", "O"]], [["B-D", "O", "I-D"]])
    assert scores.conlleval.micro.precision == 50
    assert scores.strict.micro.precision == 100


def test_a_change_of_type_inside_a_mention_splits_it() -> None:
    scores = score([["B-A", "B-B"]], [["B-A", "I-B"]])
    assert scores.conlleval.micro.f1 == 100
    assert scores.strict.micro == EntityScore(100.0, 50.0, pytest.approx(200 / 3), 2)


def test_the_first_word_of_a_sentence_never_continues_the_sentence_before() -> None:
    scores = score([["B-D"], ["B-D"]], [["B-D"], ["I-D"]])
    assert scores.conlleval.micro.f1 == 100
    assert scores.strict.micro.recall == 50


def test_right_borders_with_the_wrong_type_count_as_wrong() -> None:
    scores = score([["B-Disease", "I-Disease"]], [["B-Chemical", "I-Chemical"]])
    assert scores.conlleval.micro == EntityScore(0.0, 0.0, 0.0, 1)
    assert scores.conlleval.per_type["Chemical"].support == 0


def test_nothing_predicted_scores_zero() -> None:
    scores = score([["B-D", "O"]], [["O", "O"]])
    assert (
        scores.conlleval
        == scores.strict
        == ModeScores(EntityScore(0, 0, 0, 1), {"D": EntityScore(0, 0, 0, 1)})
    )


def test_nothing_annotated_scores_zero() -> None:
    scores = score([["O", "O"]], [["B-D", "O"]])
    assert (
        scores.conlleval
        == scores.strict
        == ModeScores(EntityScore(0, 0, 0, 0), {"D": EntityScore(0, 0, 0, 0)})
    )


@pytest.mark.parametrize("sentences", [[], [[]], [["O", "O"], []]])
def test_no_mention_at_all_scores_zero(sentences: Sequences) -> None:
    scores = score(sentences, sentences)
    assert scores.conlleval == scores.strict == ModeScores(EntityScore(0, 0, 0, 0), {})
    assert scores.sentences == len(sentences)


def test_tuples_and_arrays_of_tags_are_welcome() -> None:
    gold = (("B-D", "O"),)
    assert score(gold, [np.array(["B-D", "O"])]).conlleval.micro.f1 == 100


def test_sentences_of_different_length_are_named() -> None:
    with pytest.raises(ValueError, match="sentence 2 has 3 annotated tags but 2 predicted ones"):
        score([["O"], ["O", "O", "O"]], [["O"], ["O", "O"]])


def test_different_numbers_of_sentences_are_refused() -> None:
    with pytest.raises(ValueError, match="2 sentences are annotated but 1 are predicted"):
        score([["O"], ["O"]], [["O"]])


@pytest.mark.parametrize("tag", ["", "D", "B", "B-", "S-D", "E-D", "o", "O-D"])
def test_a_tag_of_another_scheme_is_named(tag: str) -> None:
    for gold, predicted in (([["O", tag]], [["O", "O"]]), ([["O", "O"]], [["O", tag]])):
        with pytest.raises(InputError, match="neither") as caught:
            score(gold, predicted)
        assert repr(tag) in str(caught.value)


def test_a_type_keeps_its_name_whatever_hyphens_it_has() -> None:
    types = ["D", "-D", "D-", "--", "micro avg", "CD4+-T-cell"]
    tags = [[f"B-{name}"] for name in types]
    scores = score(tags, tags)
    assert list(scores.conlleval.per_type) == list(scores.strict.per_type) == sorted(types)
    assert all(found.support == 1 for found in scores.conlleval.per_type.values())


def test_types_are_in_alphabetical_order_with_their_own_scores() -> None:
    gold = [[f"B-{number}"] * (number + 1) for number in range(12)]
    predicted = [tags if number % 2 else ["O"] * len(tags) for number, tags in enumerate(gold)]
    for mode in (score(gold, predicted).conlleval, score(gold, predicted).strict):
        assert list(mode.per_type) == sorted(map(str, range(12)))
        assert all(found.support == int(name) + 1 for name, found in mode.per_type.items())
        assert all(found.f1 == 100 * (int(name) % 2) for name, found in mode.per_type.items())


def test_scores_survive_json() -> None:
    scores = score([["B-A", "I-A", "B-B"], ["B-A"]], [["B-A", "I-A", "O"], ["I-B"]])
    record = json.loads(json.dumps(scores.to_json()))
    assert record == scores.to_json()
    assert record["conlleval"]["per_type"]["A"]["f1"] == scores.conlleval.per_type["A"].f1
    assert (record["sentences"], record["words"]) == (2, 4)


@given(annotated_and_predicted)
def test_both_modes_agree_with_the_oracle(sequences: tuple[Sequences, Sequences]) -> None:
    gold, predicted = sequences
    scores = score(gold, predicted)
    assert_close(scores.conlleval, oracle(gold, predicted, strict=False))
    assert_close(scores.strict, oracle(gold, predicted, strict=True))


def test_both_modes_agree_with_the_oracle_on_a_corpus_of_many_near_misses() -> None:
    generator = random.Random(7)
    gold = valid([generator.choices(TAGS, k=generator.randint(1, 40)) for _ in range(300)])
    predicted = [
        [generator.choice(TAGS) if generator.random() < 0.1 else t for t in tags] for tags in gold
    ]
    scores = score(gold, predicted)
    assert 50 < scores.conlleval.micro.f1 < 95
    assert scores.conlleval != scores.strict
    assert_close(scores.conlleval, oracle(gold, predicted, strict=False))
    assert_close(scores.strict, oracle(gold, predicted, strict=True))


@given(annotated_and_predicted, st.randoms(use_true_random=False))
def test_the_order_of_the_sentences_changes_nothing(
    sequences: tuple[Sequences, Sequences], generator: random.Random
) -> None:
    pairs = list(zip(*sequences, strict=True))
    generator.shuffle(pairs)
    assert score([gold for gold, _ in pairs], [predicted for _, predicted in pairs]) == score(
        *sequences
    )


@given(annotated_and_predicted)
def test_swapping_annotation_and_prediction_swaps_precision_and_recall(
    sequences: tuple[Sequences, Sequences],
) -> None:
    there, back = score(*sequences), score(*reversed(sequences))
    assert there.conlleval.micro.precision == back.conlleval.micro.recall
    assert there.strict.micro.precision == back.strict.micro.recall
    assert there.conlleval.micro.f1 == pytest.approx(back.conlleval.micro.f1)


@given(annotated_and_predicted)
def test_a_perfect_prediction_scores_one_hundred(sequences: tuple[Sequences, Sequences]) -> None:
    gold = [*sequences[0], ["B-Disease"]]
    scores = score(gold, gold)
    for mode in (scores.conlleval, scores.strict):
        for found in (mode.micro, *mode.per_type.values()):
            assert (found.precision, found.recall, found.f1) == (100, 100, 100)
            assert found.support > 0


@given(annotated_and_predicted)
def test_both_modes_agree_on_valid_iob2(sequences: tuple[Sequences, Sequences]) -> None:
    scores = score(valid(sequences[0]), valid(sequences[1]))
    assert scores.conlleval == scores.strict


@given(annotated_and_predicted)
def test_sentences_without_mentions_change_no_score(sequences: tuple[Sequences, Sequences]) -> None:
    gold, predicted = sequences
    plain, padded = score(gold, predicted), score([*gold, ["O"] * 3], [*predicted, ["O"] * 3])
    assert (padded.conlleval, padded.strict) == (plain.conlleval, plain.strict)
    assert (padded.sentences, padded.words) == (plain.sentences + 1, plain.words + 3)


DECODER = Decoder(TagSet(("O", "B-Disease", "I-Disease")))
GOLD = [
    Sentence.from_words(["colon", "cancer"], ["B-Disease", "I-Disease"]),
    Sentence.from_words(["no", "fever"], ["O", "B-Disease"]),
]


def logits(*tags: int) -> np.ndarray:
    return np.eye(3, dtype=np.float32)[list(tags)]


def test_right_logits_score_a_hundred():
    assert score_logits(GOLD, [logits(1, 2), logits(0, 1)], DECODER).conlleval.micro.f1 == 100


def test_one_mention_of_two_found_and_nothing_wrong():
    scores = score_logits(GOLD, [logits(1, 2), logits(0, 0)], DECODER)
    assert scores.conlleval.micro.precision == 100
    assert scores.conlleval.micro.recall == 50
    assert devel_f1(GOLD, [logits(1, 2), logits(0, 0)], DECODER) == pytest.approx(200 / 3)


def test_predictions_are_valid_iob2_so_that_both_modes_agree():
    scores = score_logits(GOLD, [logits(0, 2), logits(2, 2)], DECODER)
    assert scores.conlleval == scores.strict
