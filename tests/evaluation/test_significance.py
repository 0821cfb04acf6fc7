"""Intervals and tests of differences of F1: known answers, enumeration, simulated nulls."""

import itertools
import time

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy import stats

from bioner_kd.corpus.demo import read_demo
from bioner_kd.evaluation.scores import score
from bioner_kd.evaluation.significance import (
    bootstrap_f1,
    holm,
    micro_f1,
    percentile_interval,
    randomisation_test,
    sentence_counts,
    sign_flip_test,
    type_counts,
    welch_test,
)


def simulated(
    random: np.random.Generator, recall: float, sentences: int = 300, runs: int = 1
) -> np.ndarray:
    """Counts of runs that find each of two mentions a sentence with some probability."""
    right = random.binomial(2, recall, (runs, sentences))
    predicted = right + random.binomial(1, 0.2, (runs, sentences))
    return np.stack([right, predicted, np.full_like(right, 2)], axis=-1)


def test_counts_of_each_type_are_those_of_a_hand():
    gold = [["B-Disease", "I-Disease", "O", "B-Chemical"], ["O"], ["B-Disease"]]
    predicted = [["B-Disease", "I-Disease", "O", "B-Disease"], ["B-Disease"], ["O"]]
    counts = type_counts(gold, predicted)
    assert {name: rows.tolist() for name, rows in counts.items()} == {
        "Chemical": [[0, 0, 1], [0, 0, 0], [0, 0, 0]],
        "Disease": [[1, 2, 1], [0, 1, 0], [0, 0, 1]],
    }
    assert list(counts) == ["Chemical", "Disease"]
    assert (sum(counts.values()) == sentence_counts(gold, predicted)).all()
    with pytest.raises(ValueError, match="1 annotated tags but 2"):
        type_counts([["O"]], [["O", "O"]])


def test_counts_of_a_sentence_are_those_of_a_hand():
    gold = [["B-Disease", "I-Disease", "O", "B-Chemical"], ["O"], ["B-Disease"]]
    predicted = [["B-Disease", "I-Disease", "O", "B-Disease"], ["B-Disease"], ["O"]]
    counts = sentence_counts(gold, predicted)
    assert counts.tolist() == [[1, 2, 2], [0, 1, 0], [0, 0, 1]]
    # 1 right of 3 predicted and 3 annotated.
    assert float(micro_f1(counts.sum(axis=0))) == pytest.approx(100 / 3)


def test_a_stray_inside_tag_opens_a_mention_as_in_conlleval():
    assert sentence_counts([["O", "B-Disease"]], [["O", "I-Disease"]]).tolist() == [[1, 1, 1]]


def test_no_sentence_has_no_counts():
    assert sentence_counts([], []).shape == (0, 3)


def test_tags_of_other_words_are_refused():
    with pytest.raises(ValueError, match="2 annotated tags but 1"):
        sentence_counts([["O", "O"]], [["O"]])


TAGS = st.sampled_from(["O", "B-Disease", "I-Disease", "B-Chemical", "I-Chemical"])
PAIRS = st.lists(st.lists(st.tuples(TAGS, TAGS), min_size=1, max_size=6), min_size=1, max_size=6)


@given(PAIRS)
@settings(deadline=None)
def test_f1_of_the_counts_is_that_of_the_scores(pairs):
    gold, predicted = ([[p[side] for p in sentence] for sentence in pairs] for side in (0, 1))
    f1 = float(micro_f1(sentence_counts(gold, predicted).sum(axis=0)))
    assert f1 == pytest.approx(score(gold, predicted).conlleval.micro.f1)


def test_f1_of_nothing_is_zero():
    assert micro_f1(np.zeros((2, 3))).tolist() == [0.0, 0.0]


def test_the_bootstrap_is_centred_on_the_score_and_as_wide_as_theory_says():
    # Perfect precision, recall r: F1 = 2r / (1 + r), so the delta method gives its deviation.
    random = np.random.default_rng(1)
    right = random.binomial(1, 0.8, 2000)
    counts = np.stack([right, right, np.ones_like(right)], axis=-1)[np.newaxis]
    (samples,) = bootstrap_f1([counts], resamples=4000)
    recall = right.mean()
    deviation = 200 / (1 + recall) ** 2 * np.sqrt(recall * (1 - recall) / len(right))
    assert samples.mean() == pytest.approx(200 * recall / (1 + recall), abs=0.05)
    assert samples.std() == pytest.approx(deviation, rel=0.05)
    low, high = percentile_interval(samples)
    assert (high - low) / (2 * 1.96 * deviation) == pytest.approx(1, rel=0.05)


def test_the_interval_covers_the_truth_as_often_as_it_says():
    random = np.random.default_rng(2)
    truth = float(micro_f1(simulated(random, 0.7, 200_000)[0].sum(axis=0)))
    covered = 0
    for number in range(200):
        counts = simulated(random, 0.7, 200)
        low, high = percentile_interval(bootstrap_f1([counts], resamples=300, seed=number)[0])
        covered += low <= truth <= high
    assert 0.90 <= covered / 200 <= 0.99


def test_systems_are_bootstrapped_on_the_same_draws():
    counts = simulated(np.random.default_rng(3), 0.7, runs=2)
    one, other = bootstrap_f1([counts, counts[::-1]], resamples=50)
    np.testing.assert_allclose(one, other, rtol=0, atol=1e-12)


def test_the_bootstrap_takes_the_mean_of_the_runs():
    random = np.random.default_rng(4)
    runs = simulated(random, 0.7, runs=3)
    apart = bootstrap_f1([run[np.newaxis] for run in runs], resamples=60)
    (together,) = bootstrap_f1([runs], resamples=60)
    np.testing.assert_allclose(together, apart.mean(axis=0))


def test_the_bootstrap_repeats_itself_and_any_number_of_resamples_comes():
    counts = [simulated(np.random.default_rng(5), 0.7)]
    first = bootstrap_f1(counts, resamples=507)
    assert first.shape == (1, 507)
    np.testing.assert_array_equal(first, bootstrap_f1(counts, resamples=507))
    assert not np.array_equal(first, bootstrap_f1(counts, resamples=507, seed=1))


def test_a_split_of_one_sentence_is_drawn_in_one_way_only():
    counts = np.array([[[1, 2, 2]]])
    assert bootstrap_f1([counts, 2 * counts], resamples=3).tolist() == [[50.0] * 3] * 2


def test_identical_systems_do_not_differ():
    counts = simulated(np.random.default_rng(6), 0.7, runs=3)
    assert randomisation_test(counts, counts[::-1], rounds=200) == 1.0


def test_a_clearly_better_system_differs_surely():
    random = np.random.default_rng(7)
    p = randomisation_test(simulated(random, 0.6), simulated(random, 0.9), rounds=999)
    assert p == pytest.approx(1 / 1000)


def test_the_test_has_two_sides():
    random = np.random.default_rng(8)
    one, other = simulated(random, 0.70), simulated(random, 0.74)
    p = randomisation_test(one, other, rounds=4000)
    assert 0.01 < p < 0.9
    assert randomisation_test(other, one, rounds=4000) == pytest.approx(p, abs=0.04)


def test_randomisation_agrees_with_every_assignment_there_is():
    random = np.random.default_rng(9)
    one, other = simulated(random, 0.4, 9, runs=2), simulated(random, 0.8, 9, runs=3)
    first, second = one.mean(axis=0), other.mean(axis=0)
    observed = abs(micro_f1(first.sum(0)) - micro_f1(second.sum(0)))
    reached = []
    for swaps in itertools.product((False, True), repeat=9):
        swap = np.array(swaps)[:, np.newaxis]
        sides = np.where(swap, second, first).sum(0), np.where(swap, first, second).sum(0)
        reached.append(abs(micro_f1(sides[0]) - micro_f1(sides[1])) >= observed - 1e-9)
    exact = np.mean(reached)
    assert 0.005 < exact < 0.5
    assert randomisation_test(one, other, rounds=20_000) == pytest.approx(exact, abs=0.012)


def test_systems_that_are_alike_are_told_apart_as_seldom_as_p_says():
    random = np.random.default_rng(10)
    found = [
        randomisation_test(simulated(random, 0.7, 150), simulated(random, 0.7, 150), rounds=300)
        for _ in range(600)
    ]
    assert 0.03 <= np.mean(np.array(found) <= 0.05) <= 0.075
    assert 0.45 <= np.mean(np.array(found) <= 0.5) <= 0.55


def test_more_runs_of_a_system_do_not_outweigh_the_other():
    # The mean of the runs counts: repeating the same runs changes nothing.
    random = np.random.default_rng(11)
    one, other = simulated(random, 0.7, runs=2), simulated(random, 0.75, runs=2)
    once = randomisation_test(one, other, rounds=1000)
    assert randomisation_test(one, np.concatenate([other] * 3), rounds=1000) == once


def test_ten_thousand_rounds_of_five_seeds_take_seconds():
    random = np.random.default_rng(12)
    one, other = simulated(random, 0.7, 5000, runs=5), simulated(random, 0.71, 5000, runs=5)
    start = time.process_time()
    randomisation_test(one, other, rounds=10_000)
    bootstrap_f1([one, other], resamples=1000)
    assert time.process_time() - start < 15


def test_scores_of_real_tags_are_tested_too():
    sentences = read_demo("test")
    gold = [sentence.tags for sentence in sentences]
    blind = [["O"] * len(sentence) for sentence in sentences]
    perfect, nothing = (sentence_counts(gold, tags)[np.newaxis] for tags in (gold, blind))
    assert bootstrap_f1([perfect, nothing], resamples=20).tolist() == [[100.0] * 20, [0.0] * 20]
    assert randomisation_test(perfect, nothing, rounds=99) == 0.01


@pytest.mark.parametrize("pairs", [1, 3, 5, 6])
def test_signs_that_all_agree_give_the_least_p_there_is(pairs):
    assert sign_flip_test([1.0 + 0.1 * n for n in range(pairs)]) == pytest.approx(2 / 2**pairs)


def test_sign_flips_counted_by_hand():
    # |±1 ±2 ±3| >= |1 + 2 - 3| = 0 always; and >= |-1 + 2 + 3| = 4 in four cases of eight.
    assert sign_flip_test([1.0, 2.0, -3.0]) == 1.0
    assert sign_flip_test([-1.0, 2.0, 3.0]) == 0.5


def test_many_pairs_are_sampled():
    random = np.random.default_rng(13)
    differences = list(random.normal(0.4, 1.0, 30))
    expected = stats.ttest_1samp(differences, 0).pvalue
    assert sign_flip_test(differences) == pytest.approx(expected, abs=0.02)


def test_no_pair_is_no_test():
    with pytest.raises(ValueError, match="no pair"):
        sign_flip_test([])


@given(
    st.lists(st.floats(60, 90), min_size=2, max_size=6),
    st.lists(st.floats(60, 90), min_size=2, max_size=6),
)
def test_welch_from_means_and_deviations_is_that_of_the_runs(one, other):
    assume(min(np.std(one), np.std(other)) > 0.01)  # scipy warns of less
    expected = stats.ttest_ind(one, other, equal_var=False).pvalue
    assert welch_test(one, other) == pytest.approx(expected, abs=1e-9)


def test_welch_of_a_published_example():
    # Wikipedia, "Welch's t-test", the second example: t = -1.57, 9.9 degrees of freedom, p = 0.149.
    one = [17.2, 20.9, 22.6, 18.1, 21.7, 21.4, 23.5, 24.2, 14.7, 21.8]
    other = [
        *(21.5, 22.8, 21.0, 23.0, 21.6, 23.6, 22.5, 20.7, 23.4, 21.8),
        *(20.7, 21.7, 21.5, 22.5, 23.6, 21.5, 22.5, 23.5, 21.5, 21.8),
    ]
    assert welch_test(one, other) == pytest.approx(0.149, abs=0.0005)


def test_runs_that_are_nearly_equal_are_compared_without_a_warning():
    assert welch_test([80.0, 80.0], [81.0, 81.001]) == pytest.approx(0.000318, abs=1e-6)


def test_runs_without_spread_differ_or_they_do_not():
    assert welch_test([80.0, 80.0], [80.0, 80.0]) == 1.0
    assert welch_test([80.0, 80.0], [81.0, 81.0]) == 0.0


def test_welch_needs_two_runs():
    with pytest.raises(ValueError, match="two runs"):
        welch_test([80.0], [79.0, 80.0])


def test_holm_of_its_textbook_example():
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert holm([]) == []


@given(st.lists(st.floats(0, 1), min_size=1, max_size=8))
def test_holm_lies_between_no_correction_and_bonferroni(p_values):
    adjusted = holm(p_values)
    for p, q in zip(p_values, adjusted, strict=True):
        assert p <= q <= min(1.0, len(p_values) * p) + 1e-12
    order = sorted(range(len(p_values)), key=p_values.__getitem__)
    assert [adjusted[n] for n in order] == sorted(adjusted)
