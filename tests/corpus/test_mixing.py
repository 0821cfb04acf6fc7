from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bioner_kd.corpus.mixing import counts, draw_epoch, shares
from bioner_kd.errors import UsageError

SIZES = st.lists(st.integers(1, 60), min_size=1, max_size=5)


def test_temperature_one_gives_each_source_its_share():
    np.testing.assert_allclose(shares([900, 100], temperature=1), [0.9, 0.1])


def test_a_higher_temperature_gives_small_sources_more():
    np.testing.assert_allclose(shares([900, 100], temperature=2), [0.75, 0.25])
    np.testing.assert_allclose(shares([900, 100], temperature=1e9), [0.5, 0.5], atol=1e-6)


def test_counts_are_rounded_by_largest_remainders():
    assert counts([1, 1, 1], 10, temperature=1).tolist() == [4, 3, 3]
    assert counts([5, 3, 2], 7, temperature=1).tolist() == [4, 2, 1]


@given(SIZES, st.integers(0, 200), st.floats(1, 10))
def test_counts_add_up(sizes, number, temperature):
    found = counts(sizes, number, temperature=temperature)
    assert found.sum() == number and found.min() >= 0
    exact = shares(sizes, temperature=temperature) * number
    assert np.abs(found - exact).max() < 1 + 1e-9


@given(SIZES, st.integers(1, 100), st.floats(1, 10), st.integers(0, 9))
def test_an_epoch_has_so_many_sentences_of_each_source(sizes, number, temperature, epoch):
    drawn = draw_epoch(sizes, number, temperature=temperature, seed=3, epoch=epoch)
    assert drawn.shape == (number,) and drawn.min() >= 0 and drawn.max() < sum(sizes)
    of = np.searchsorted(np.cumsum(sizes), drawn, side="right")
    expected = counts(sizes, number, temperature=temperature)
    assert np.bincount(of, minlength=len(sizes)).tolist() == expected.tolist()


@given(SIZES, st.integers(1, 100), st.floats(1, 10))
def test_over_epochs_no_sentence_of_a_source_comes_two_times_more_than_another(
    sizes, number, temperature
):
    seen = Counter()
    for epoch in range(4):
        seen.update(
            draw_epoch(sizes, number, temperature=temperature, seed=1, epoch=epoch).tolist()
        )
    ends = np.cumsum(sizes)
    for start, end in zip(ends - sizes, ends, strict=True):
        times = [seen[one] for one in range(start, end)]
        assert max(times) - min(times) <= 1


def test_at_temperature_one_an_epoch_of_all_has_each_sentence_once():
    drawn = draw_epoch([5, 7, 2], 14, temperature=1, seed=1, epoch=0)
    assert sorted(drawn.tolist()) == list(range(14))
    assert drawn.tolist() != list(range(14))


def test_the_same_seed_draws_the_same_and_epochs_need_no_order():
    def draw(seed, epoch):
        return draw_epoch([50, 20], 30, temperature=2, seed=seed, epoch=epoch).tolist()

    later = draw(1, 4)
    assert draw(1, 0) == draw(1, 0)
    assert draw(1, 4) == later
    assert len({tuple(draw(seed, epoch)) for seed in (1, 2) for epoch in (0, 1)}) == 4


@pytest.mark.parametrize("temperature", [0.5, 0, -1, float("nan")])
def test_a_temperature_below_one_is_refused(temperature):
    with pytest.raises(UsageError, match="must be at least 1"):
        shares([1, 2], temperature=temperature)


@pytest.mark.parametrize("sizes", [[], [3, 0]])
def test_empty_sources_are_refused(sizes):
    with pytest.raises(UsageError, match="each source needs one at least"):
        shares(sizes, temperature=1)
