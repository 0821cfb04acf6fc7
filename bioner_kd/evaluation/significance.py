"""How sure a difference of F1 is: over the sentences of a split, and over the seeds of a training.

Both questions are asked because both samples are small. The tests on sentences ask whether other
sentences would have shown the same difference between these very models; the tests across seeds
ask whether other random numbers would have shown it on these very sentences.
"""

import itertools
import math
from collections.abc import Iterator, Sequence

import numpy as np

from bioner_kd.text import iob2

_CHUNK = 500  # resamples at once: 20 MB for 5,000 sentences
_MOST_EXACT = 16  # seeds whose 2 ** n signs are still gone through one by one
_ROUNDING = 1e-9


def sentence_counts(
    gold: Sequence[Sequence[str]], predicted: Sequence[Sequence[str]]
) -> np.ndarray:
    """Counts of each sentence from which micro F1 is made, read as conlleval reads tags.

    Args:
        gold: IOB2 tags, one sequence a sentence.
        predicted: the model's tags for the same words in the same order.

    Returns:
        int64 (sentences, 3): mentions that are right (borders and type), predicted, annotated.

    Raises:
        ValueError: numbers of sentences or words differ.
    """
    return np.array(
        [_counts(*tags) for tags in zip(gold, predicted, strict=True)], np.int64
    ).reshape(-1, 3)


def _counts(gold: Sequence[str], predicted: Sequence[str]) -> tuple[int, int, int]:
    if len(gold) != len(predicted):
        raise ValueError(f"{len(gold)} annotated tags but {len(predicted)} predicted ones.")
    annotated, guessed = set(iob2.entities(gold)), set(iob2.entities(predicted))
    return len(annotated & guessed), len(guessed), len(annotated)


def micro_f1(counts: np.ndarray) -> np.ndarray:
    """F1 of summed counts.

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

    All systems are scored on the same draws, so that the difference of two rows is the bootstrap of
    the difference.

    Args:
        systems: (runs, sentences, 3) counts of `sentence_counts`, the sentences the same in all.
        resamples: splits to draw.
        seed: of the draws.

    Returns:
        float64 (systems, resamples), percent: the mean over a system's runs.

    Source:
        Efron and Tibshirani (1993), "An Introduction to the Bootstrap", chapter 13.
    """
    sentences = systems[0].shape[1]
    columns = np.concatenate(systems).transpose(1, 0, 2).reshape(sentences, -1).astype(np.float64)
    totals = [weights @ columns for weights in _draws(sentences, resamples, seed)]
    f1 = micro_f1(np.concatenate(totals).reshape(resamples, -1, 3))
    borders = np.cumsum([len(system) for system in systems])[:-1]
    return np.stack([part.mean(axis=1) for part in np.split(f1, borders, axis=1)])


def _draws(sentences: int, resamples: int, seed: int) -> Iterator[np.ndarray]:
    # How often each sentence is drawn, (a chunk of resamples, sentences).
    random = np.random.default_rng(seed)
    shares = np.full(sentences, 1.0 / sentences)
    for first in range(0, resamples, _CHUNK):
        size = min(_CHUNK, resamples - first)
        yield random.multinomial(sentences, shares, size).astype(np.float64)


def percentile_interval(samples: np.ndarray, level: float = 0.95) -> tuple[float, float]:
    """The percentile interval of bootstrap samples: as much lies below it as above.

    Args:
        samples: float (resamples,).
        level: share inside, in (0, 1).
    """
    outside = 50.0 * (1.0 - level)
    low, high = np.percentile(samples, [outside, 100.0 - outside])
    return float(low), float(high)


def randomisation_test(
    one: np.ndarray, other: np.ndarray, *, rounds: int = 10_000, seed: int = 0
) -> float:
    """Paired approximate randomisation of two systems' F1 on the sentences of one split.

    If the systems are alike, which of the two gave which answer to a sentence is a matter of
    chance: in each round every sentence's counts change sides with probability 1/2. Several runs of
    a system count as one whose counts are their mean.

    Args:
        one: (runs, sentences, 3) counts of `sentence_counts`.
        other: the same of the other system; its number of runs may differ.
        rounds: random assignments.
        seed: of them.

    Returns:
        Two-sided p in (0, 1]: (r + 1) / (rounds + 1), r rounds having at least the difference that
        was seen.

    Source:
        Noreen (1989), "Computer-Intensive Methods for Testing Hypotheses"; Yeh (2000), "More
        accurate tests for the statistical significance of result differences", COLING.
    """
    first, second = one.mean(axis=0), other.mean(axis=0)
    moved = second - first
    moved = moved[moved.any(axis=1)]  # the other sentences may change sides unnoticed
    totals = first.sum(axis=0), second.sum(axis=0)
    least = abs(micro_f1(totals[0]) - micro_f1(totals[1])) - _ROUNDING
    random = np.random.default_rng(seed)
    reached = 0
    for start in range(0, rounds, _CHUNK):
        size = min(_CHUNK, rounds - start)
        change = random.integers(0, 2, (size, len(moved))).astype(np.float64) @ moved
        difference = micro_f1(totals[0] + change) - micro_f1(totals[1] - change)
        reached += int(np.count_nonzero(np.abs(difference) >= least))
    return (reached + 1) / (rounds + 1)


def sign_flip_test(differences: Sequence[float], *, rounds: int = 10_000, seed: int = 0) -> float:
    """Permutation test of paired differences, such as those of runs that share a seed.

    If the systems are alike, each difference may as well have the other sign. Up to 16 pairs all
    signs are gone through, so p is exact, and it is never below 2 / 2 ** pairs: six pairs are the
    fewest that can show p < 0.05.

    Args:
        differences: one a pair.
        rounds: random signs where there are too many pairs to go through all.
        seed: of them.

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
        one: F1 of each run of a system, at least two.
        other: the same of the other system.

    Returns:
        Two-sided p in [0, 1]; 1 where neither varies and the means are equal, 0 where they are not.

    Raises:
        ValueError: a single run, which says nothing of the spread.

    Source:
        Welch (1947), "The generalization of Student's problem when several different population
        variances are involved", Biometrika 34.
    """
    # Here, so that what needs no t distribution needs no scipy.
    from scipy.special import stdtr

    if min(len(one), len(other)) < 2:
        raise ValueError("Welch's test needs two runs of each system.")
    shares = [float(np.var(values, ddof=1)) / len(values) for values in (one, other)]
    distance = abs(float(np.mean(one)) - float(np.mean(other)))
    if sum(shares) <= _ROUNDING**2:
        return float(distance <= _ROUNDING)
    freedom = sum(shares) ** 2 / sum(
        share**2 / (len(values) - 1) for share, values in zip(shares, (one, other), strict=True)
    )
    return float(2.0 * stdtr(freedom, -distance / math.sqrt(sum(shares))))


def holm(p_values: Sequence[float]) -> list[float]:
    """P-values of several comparisons, adjusted so that the whole family errs at the stated rate.

    Args:
        p_values: in any order, each in [0, 1].

    Returns:
        The adjusted ones in the same order, at most 1.

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
