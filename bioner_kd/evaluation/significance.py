"""Intervals and significance tests of F1, over the sentences of a split and over seeds.

Both kinds of tests are needed, because both samples are small. A test over sentences asks whether
the same models would differ on other sentences. A test across seeds asks whether models with other
seeds would differ on the same sentences.
"""

import itertools
import math
from collections.abc import Callable, Sequence

import numpy as np
from scipy import stats

from bioner_kd.text import iob2

_CHUNK = 500  # number of resamples at once: 20 MB for 5,000 sentences
_MOST_EXACT = 16  # largest number of pairs of which all signs are tried
_ROUNDING = 1e-9

# Entity type, number of its first word, number after its last word.
Mention = tuple[str, int, int]


def sentence_counts(
    gold: Sequence[Sequence[str]], predicted: Sequence[Sequence[str]]
) -> np.ndarray:
    """Counts of mentions in each sentence, from which micro F1 in conlleval mode is made.

    Args:
        gold: IOB2 tags, one sequence per sentence.
        predicted: the model's tags for the same words in the same order.

    Returns:
        int64 (sentences, 3): mentions that are right (borders and type), predicted, annotated.

    Raises:
        ValueError: numbers of sentences or words differ.
    """
    return np.array(
        [_counts(*tags) for tags in zip(gold, predicted, strict=True)], np.int64
    ).reshape(-1, 3)


def type_counts(
    gold: Sequence[Sequence[str]], predicted: Sequence[Sequence[str]]
) -> dict[str, np.ndarray]:
    """The counts of `sentence_counts` for each entity type that either side has.

    Args:
        gold: as for `sentence_counts`.
        predicted: as for `sentence_counts`.

    Raises:
        ValueError: numbers of sentences or words differ.
    """
    found: dict[str, np.ndarray] = {}
    for number, tags in enumerate(zip(gold, predicted, strict=True)):
        for column, mentions in enumerate(_mentions(*tags)):
            for name, _, _ in mentions:
                found.setdefault(name, np.zeros((len(gold), 3), np.int64))[number, column] += 1
    return dict(sorted(found.items()))


def _counts(gold: Sequence[str], predicted: Sequence[str]) -> list[int]:
    return list(map(len, _mentions(gold, predicted)))


def _mentions(gold: Sequence[str], predicted: Sequence[str]) -> tuple[set[Mention], ...]:
    # The mentions that are right, predicted, annotated.
    if len(gold) != len(predicted):
        raise ValueError(f"{len(gold)} annotated tags but {len(predicted)} predicted ones.")
    annotated, guessed = set(iob2.entities(gold)), set(iob2.entities(predicted))
    return annotated & guessed, guessed, annotated


def micro_f1(counts: np.ndarray) -> np.ndarray:
    """Micro F1 of counts that are summed over sentences.

    Args:
        counts: (..., 3): mentions that are right, predicted, annotated.

    Returns:
        float64 (...), percent; 0 where nothing is predicted or annotated.
    """
    right, predicted, annotated = np.moveaxis(np.asarray(counts, np.float64), -1, 0)
    both = predicted + annotated
    return 200.0 * np.divide(right, both, out=np.zeros_like(both), where=both > 0)


def bootstrap_f1(
    systems: Sequence[np.ndarray], *, resamples: int = 2000, seed: int = 0
) -> np.ndarray:
    """F1 of several systems on splits drawn from the sentences with replacement.

    All systems are scored on the same draws, so the difference of two rows is the bootstrap of the
    difference.

    Args:
        systems: (runs, sentences, 3) counts of `sentence_counts` for each system; all systems have
            the same sentences.
        resamples: number of splits to draw.
        seed: seed of the draws.

    Returns:
        float64 (systems, resamples), percent: the mean over a system's runs.

    Source:
        Efron and Tibshirani (1993), "An Introduction to the Bootstrap", chapter 13, by
        `scipy.stats.bootstrap`.
    """

    def scores(times: np.ndarray) -> np.ndarray:
        # A product of matrices sums the counts of all runs, which takes a fraction of the time and
        # memory of gathering the counts of drawn sentences.
        means = (micro_f1(np.tensordot(times, counts, (1, 1))).mean(axis=1) for counts in systems)
        return np.stack(list(means))

    return bootstrap(scores, systems[0].shape[1], resamples=resamples, seed=seed)


def bootstrap(
    statistic: Callable[[np.ndarray], np.ndarray], units: int, *, resamples: int, seed: int = 0
) -> np.ndarray:
    """Values of a statistic on units that are drawn with replacement.

    Args:
        statistic: of how often each unit is drawn, float64 (draws, units); gives float64 (values,
            draws).
        units: number of units, such as sentences.
        resamples: number of draws.
        seed: seed of the draws.

    Returns:
        float64 (values, resamples).

    Source:
        Efron and Tibshirani (1993), "An Introduction to the Bootstrap", chapter 13, by
        `scipy.stats.bootstrap`.
    """

    def of_drawn(numbers: np.ndarray, axis: int) -> np.ndarray:
        drawn = np.moveaxis(numbers, axis, -1)
        rows = drawn.reshape(math.prod(drawn.shape[:-1]), units)
        places = rows + units * np.arange(len(rows))[:, np.newaxis]
        times = np.bincount(places.ravel(), minlength=rows.size).reshape(rows.shape)
        return statistic(times.astype(np.float64)).reshape(-1, *drawn.shape[:-1])

    if units < 2:  # scipy refuses one that can be drawn in one way only
        return of_drawn(np.zeros((resamples, units), np.int64), -1)
    drawn = stats.bootstrap(
        (np.arange(units),),
        of_drawn,
        n_resamples=resamples,
        batch=_CHUNK,
        vectorized=True,
        method="percentile",
        random_state=np.random.default_rng(seed),
    )
    return np.asarray(drawn.bootstrap_distribution)


def percentile_interval(samples: np.ndarray, level: float = 0.95) -> tuple[float, float]:
    """The percentile interval of bootstrap samples, with equal shares below and above it.

    Args:
        samples: float (resamples,).
        level: share of the samples in the interval, in (0, 1).
    """
    outside = 50.0 * (1.0 - level)
    low, high = np.percentile(samples, [outside, 100.0 - outside])
    return float(low), float(high)


def randomisation_test(
    one: np.ndarray, other: np.ndarray, *, rounds: int = 10_000, seed: int = 0
) -> float:
    """Paired approximate randomisation of two systems' F1 on the sentences of one split.

    If the systems are alike, either of them may have given either answer to a sentence. So in each
    round the counts of every sentence change sides with probability 1/2. Several runs of a system
    count as one run whose counts are their mean.

    Args:
        one: (runs, sentences, 3) counts of `sentence_counts`.
        other: counts of the other system; its number of runs may differ.
        rounds: number of random assignments.
        seed: seed of the assignments.

    Returns:
        Two-sided p in (0, 1]: (r + 1) / (rounds + 1), where r is the number of rounds with at least
        the observed difference.

    Source:
        Noreen (1989), "Computer-Intensive Methods for Testing Hypotheses"; Yeh (2000), "More
        accurate tests for the statistical significance of result differences", COLING.
    """
    first, second = one.mean(axis=0), other.mean(axis=0)
    moved = second - first
    moved = moved[moved.any(axis=1)]  # other sentences change nothing
    totals = first.sum(axis=0), second.sum(axis=0)
    least = abs(micro_f1(totals[0]) - micro_f1(totals[1])) - _ROUNDING
    random = np.random.default_rng(seed)
    reached = 0
    # Not by scipy.stats.permutation_test, which took 16 times as long for the same p: a product of
    # matrices sums what a round moves, and leaves out the sentences on which both systems agree.
    for start in range(0, rounds, _CHUNK):
        size = min(_CHUNK, rounds - start)
        change = random.integers(0, 2, (size, len(moved))).astype(np.float64) @ moved
        difference = micro_f1(totals[0] + change) - micro_f1(totals[1] - change)
        reached += int(np.count_nonzero(np.abs(difference) >= least))
    return (reached + 1) / (rounds + 1)


def sign_flip_test(differences: Sequence[float], *, rounds: int = 10_000, seed: int = 0) -> float:
    """Permutation test of paired differences, such as those of runs that share a seed.

    If the systems are alike, each difference may as well have the other sign. For up to 16 pairs
    all signs are tried, so p is exact. It is never below 2 / 2 ** pairs, so that at least six pairs
    are needed for p < 0.05.

    Args:
        differences: one difference per pair.
        rounds: number of random signs where there are more than 16 pairs.
        seed: seed of the random signs.

    Returns:
        Two-sided p in (0, 1] of the mean difference.

    Raises:
        ValueError: no pair.

    Source:
        Fisher (1935), "The Design of Experiments", section 21.
    """
    values = np.asarray(differences, np.float64)
    if not len(values):
        raise ValueError("There is no pair to test.")
    least = abs(values.sum()) - _ROUNDING
    if len(values) <= _MOST_EXACT:
        signs = np.array(list(itertools.product((-1.0, 1.0), repeat=len(values))))
        return float(np.mean(np.abs(signs @ values) >= least))
    signs = np.random.default_rng(seed).choice((-1.0, 1.0), (rounds, len(values)))
    return (int(np.count_nonzero(np.abs(signs @ values) >= least)) + 1) / (rounds + 1)


def welch_test(one: Sequence[float], other: Sequence[float]) -> float:
    """Welch's t-test of two means, whose variances and numbers of runs may differ.

    Args:
        one: F1 of each run of a system, at least two runs.
        other: F1 of each run of the other system, at least two runs.

    Returns:
        Two-sided p in [0, 1]; 1 where neither varies and the means are equal, 0 where they are not.

    Raises:
        ValueError: a system has a single run.

    Source:
        Welch (1947), "The generalization of Student's problem when several different population
        variances are involved", Biometrika 34.
    """
    if min(len(one), len(other)) < 2:
        raise ValueError("Welch's test needs two runs of each system.")
    means = [float(np.mean(values)) for values in (one, other)]
    deviations = [float(np.std(values, ddof=1)) for values in (one, other)]
    if max(deviations) <= _ROUNDING:
        return float(abs(means[0] - means[1]) <= _ROUNDING)
    # From means and deviations, because `ttest_ind` warns of runs that are nearly equal.
    return float(
        stats.ttest_ind_from_stats(
            *(means[0], deviations[0], len(one)),
            *(means[1], deviations[1], len(other)),
            equal_var=False,
        ).pvalue
    )


def holm(p_values: Sequence[float]) -> list[float]:
    """Adjusts the p-values of several comparisons by the method of Holm.

    Args:
        p_values: p-values in any order, each in [0, 1].

    Returns:
        The adjusted p-values in the same order, at most 1.

    Source:
        Holm (1979), "A simple sequentially rejective multiple test procedure", Scandinavian Journal
        of Statistics 6.
    """
    adjusted = [0.0] * len(p_values)
    highest = 0.0
    for rank, number in enumerate(sorted(range(len(p_values)), key=p_values.__getitem__)):
        highest = max(highest, min(1.0, (len(p_values) - rank) * p_values[number]))
        adjusted[number] = highest
    return adjusted
