"""Best sequences and probabilities of tags, against the list of all sequences."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from bioner_kd.tagging.chain import best_paths, iob2_allows, marginals

numbers = st.integers(-9, 9)


def best_path(scores: np.ndarray, start: np.ndarray, steps: np.ndarray) -> list[int]:
    return best_paths([scores], start, steps)[0]


def probabilities(scores: np.ndarray, start: np.ndarray, steps: np.ndarray) -> np.ndarray:
    return marginals([scores], start, steps)[0]


@st.composite
def chains(draw: st.DrawFn) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Scores, start and steps; whole numbers, so that equal sums are equal."""
    words, tags = draw(st.integers(1, 5)), draw(st.integers(1, 4))
    arrays = [
        draw(hnp.arrays(np.int64, shape, elements=numbers))
        for shape in ((words, tags), (tags,), (tags, tags))
    ]
    return arrays[0].astype(float), arrays[1].astype(float), arrays[2].astype(float)


def totals(
    scores: np.ndarray, start: np.ndarray, steps: np.ndarray
) -> dict[tuple[int, ...], float]:
    """The score of every sequence."""
    return {
        path: start[path[0]]
        + scores[np.arange(len(path)), path].sum()
        + sum(steps[pair] for pair in itertools.pairwise(path))
        for path in itertools.product(range(len(start)), repeat=len(scores))
    }


def test_what_iob2_allows_by_hand() -> None:
    opens, follows = iob2_allows(("O", "B-A", "I-A", "I-B"))
    assert opens.tolist() == [True, True, False, False]
    assert follows.tolist() == [
        [True, True, False, False],
        [True, True, True, False],
        [True, True, True, False],
        [True, True, False, True],
    ]


@given(chains())
def test_no_sequence_scores_higher(chain: tuple[np.ndarray, ...]) -> None:
    every = totals(*chain)
    path = best_path(*chain)
    assert every[tuple(path)] == max(every.values())
    # Of equal ones that of the lower ids at its end.
    best = [one for one, total in every.items() if total == max(every.values())]
    assert tuple(path) == min(best, key=lambda one: one[::-1])


@given(chains())
def test_probabilities_are_shares_of_all_sequences(chain: tuple[np.ndarray, ...]) -> None:
    every = totals(*chain)
    shares = np.exp(np.array(list(every.values())) - max(every.values()))
    expected = np.zeros(chain[0].shape)
    for path, share in zip(every, shares, strict=True):
        expected[np.arange(len(path)), path] += share / shares.sum()
    found = probabilities(*chain)
    assert found.shape == chain[0].shape
    np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-15)


def test_what_is_forbidden_has_no_probability_and_is_on_no_path() -> None:
    never = -np.inf
    start, steps = np.array([0.0, never]), np.array([[0.0, never], [0.0, 0.0]])
    scores = np.array([[0.0, 9.0], [0.0, 9.0], [0.0, 9.0]])
    assert best_path(scores, start, steps) == [0, 0, 0]
    assert probabilities(scores, start, steps).tolist() == [[1.0, 0.0]] * 3


@pytest.mark.parametrize("size", [1.0, 1e3, 1e6])
def test_probabilities_stay_a_distribution_over_long_sentences(size: float) -> None:
    random = np.random.default_rng(1)
    found = probabilities(
        random.normal(0, size, (3000, 4)), random.normal(0, size, 4), random.normal(0, size, (4, 4))
    )
    np.testing.assert_allclose(found.sum(axis=1), 1, rtol=1e-9)


def test_sentences_of_any_lengths_at_once_are_as_each_alone() -> None:
    random = np.random.default_rng(3)
    start, steps = random.normal(size=4), random.normal(size=(4, 4))
    start[2] = steps[0, 2] = -np.inf
    sentences = [random.normal(size=(length, 4)) for length in (3, 1, 40, 7, 7, 1, 12)]
    assert best_paths(sentences, start, steps) == [best_path(s, start, steps) for s in sentences]
    for found, scores in zip(marginals(sentences, start, steps), sentences, strict=True):
        np.testing.assert_allclose(found, probabilities(scores, start, steps), rtol=1e-12)
