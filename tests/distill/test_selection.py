"""Which labelled sentences become the transfer set."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bioner_kd.distill.config import TransferConfig
from bioner_kd.distill.selection import (
    has_mention,
    mean_entropy,
    most_confident,
    select,
    with_mentions,
)
from bioner_kd.encoding.ragged import Ragged
from bioner_kd.errors import UsageError
from bioner_kd.tagging.decoding import Decoder
from bioner_kd.tagging.tag_set import TagSet

TAG_SET = TagSet(("O", "B-Disease", "I-Disease"))


def ragged(*probabilities):
    """Logits, with a constant added to each word, of the probabilities of each word's tags."""
    rows = [np.log(np.array(rows, np.float64).reshape(-1, 3) + 1e-30) for rows in probabilities]
    return Ragged.from_arrays([(r + 5 * np.arange(len(r))[:, None]).astype("f4") for r in rows])


def tagged(*sentences):
    """Logits of a teacher that is fairly sure of tags given as a word of o, b and i."""
    rows = [[np.eye(3)["obi".index(letter)] * 0.7 + 0.1 for letter in s] for s in sentences]
    return ragged(*rows)


# Entropies per word: ln 3, 0, the mean of both, ln 2.
SURE, UNSURE, HALF = [1, 0, 0], [1 / 3] * 3, [0.5, 0.5, 0]
GRADED = ragged([UNSURE], [SURE, SURE], [SURE, UNSURE], [HALF])


def test_entropy_is_the_mean_over_words():
    expected = [math.log(3), 0, math.log(3) / 2, math.log(2)]
    np.testing.assert_allclose(mean_entropy(GRADED), expected, atol=1e-5)


def test_large_logits_do_not_overflow():
    logits = Ragged(np.array([[1e4, 0.0], [1e4, 1e4]], np.float32), np.array([1, 1]))
    np.testing.assert_allclose(mean_entropy(logits), [0, math.log(2)], atol=1e-6)


@pytest.mark.parametrize(
    ("share", "expected"),
    [(0.01, [1]), (0.25, [1]), (0.5, [1, 2]), (0.75, [1, 2, 3]), (1.0, [0, 1, 2, 3])],
)
def test_the_surest_share_is_kept_in_order(share, expected):
    assert most_confident(GRADED, share).tolist() == expected


def test_of_equally_sure_sentences_the_first_are_kept():
    assert most_confident(ragged(*[[HALF]] * 10), 0.3).tolist() == [0, 1, 2]


def test_mentions_are_what_decoding_finds():
    # The last two: an I- that opens nothing is read as B- or as O, whichever is likelier.
    begins, goes_on = [0, 1, 0], ([[0.3, 0, 0.7]], [[0.1, 0.3, 0.6]])
    logits = ragged([SURE], [begins], [SURE, begins, SURE], *goes_on)
    assert has_mention(logits, TAG_SET).tolist() == [False, True, True, False, True]


@given(st.lists(st.text("obi", min_size=1, max_size=6), min_size=1, max_size=8))
def test_mentions_are_those_of_decoding_for_any_logits(sentences):
    logits = tagged(*sentences)
    expected = [any(tag != "O" for tag in Decoder(TAG_SET).decode(rows)) for rows in logits.rows()]
    assert has_mention(logits, TAG_SET).tolist() == expected


@pytest.mark.parametrize(
    ("without", "expected"),
    [(0, [2, 5]), (0.5, [0, 2, 5]), (1, [0, 1, 2, 5]), (9, [0, 1, 2, 3, 4, 5])],
)
def test_sentences_without_a_mention_come_in_proportion(without, expected):
    logits = tagged("oo", "o", "obo", "o", "oo", "bi")
    assert sorted(with_mentions(logits, TAG_SET, without).tolist()) == expected


def chosen(logits, **settings):
    return select(logits, TAG_SET, TransferConfig(**{"transfer_size": -1, **settings})).tolist()


def test_all_are_chosen_unless_a_selection_is_asked_for():
    assert chosen(GRADED) == [0, 1, 2, 3]
    assert chosen(GRADED, transfer_select="confident", transfer_keep=0.5) == [1, 2]
    logits = tagged("oo", "o", "obo", "o")
    assert chosen(logits, transfer_select="entities", transfer_without=1) == [0, 2]


def test_the_size_counts_what_was_selected_and_takes_the_first():
    assert chosen(GRADED, transfer_size=3) == [0, 1, 2]
    assert chosen(GRADED, transfer_size=1, transfer_select="confident") == [1]


def test_any_size_of_sentences_with_mentions_has_the_same_mixture():
    logits = tagged(*["o"] * 9, *["bi"] * 4, *["o"] * 3, *["b"] * 4)
    for size in (3, 6, 9, 12):
        numbers = chosen(
            logits, transfer_select="entities", transfer_without=0.5, transfer_size=size
        )
        assert numbers == sorted(numbers)
        assert has_mention(logits.take(np.array(numbers)), TAG_SET).sum() == size * 2 / 3


@pytest.mark.parametrize(
    ("settings", "left"),
    [
        ({"transfer_size": 5}, "all leaves 4"),
        ({"transfer_size": 3, "transfer_select": "confident"}, "confident leaves 2"),
        ({"transfer_select": "entities"}, "entities leaves 0"),
    ],
)
def test_a_size_that_is_not_there_is_refused(settings, left):
    with pytest.raises(UsageError, match=f"of 4 labelled .*--transfer_select={left}; label more"):
        chosen(tagged("o", "o", "oo", "ooo"), **settings)


def test_how_many_were_kept_is_logged(absl_log):
    chosen(GRADED, transfer_size=1, transfer_select="confident")
    assert "Transfer set: 1 of 4 labelled sentences (confident: 2)." in absl_log.text
