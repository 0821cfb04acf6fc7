"""How many sentences of each source an epoch has, and which.

A source of n sentences is drawn with a probability that is proportional to n ** (1 / temperature):
at 1 each sentence of all sources is as likely, at higher temperatures small sources get more than
their share, and in the limit all sources get as much.

Source:
    Arivazhagan et al. (2019), arXiv:1907.05019, section 4.2.
"""

from collections.abc import Sequence

import numpy as np

from bioner_kd.errors import UsageError


def shares(sizes: Sequence[int], *, temperature: float) -> np.ndarray:
    """The share of each source in an epoch.

    Args:
        sizes: number of sentences of each source, at least 1.
        temperature: dimensionless, at least 1.

    Returns:
        float64 (sources,), of the sum 1.

    Raises:
        UsageError: the temperature is below 1, or a source is empty.

    Examples:
        >>> shares([900, 100], temperature=2).tolist()
        [0.75, 0.25]
    """
    if not temperature >= 1:
        raise UsageError(
            f"temperature {temperature}: must be at least 1, where each source gets its share by "
            "size; a higher one gives more to small sources."
        )
    if not len(sizes) or min(sizes) < 1:
        raise UsageError(
            f"sources of {', '.join(map(str, sizes)) or 'no'} sentences: each source needs one at "
            "least; leave out empty ones."
        )
    weights = np.asarray(sizes, np.float64) ** (1 / temperature)
    return weights / weights.sum()


def counts(sizes: Sequence[int], number: int, *, temperature: float) -> np.ndarray:
    """How many sentences of each source stand in an epoch, by largest remainders.

    Args:
        sizes: number of sentences of each source.
        number: number of sentences of the epoch.
        temperature: as for `shares`.

    Returns:
        int64 (sources,), of the sum `number`.

    Raises:
        UsageError: as `shares`.
    """
    exact = shares(sizes, temperature=temperature) * number
    found = np.floor(exact).astype(np.int64)
    rest = number - int(found.sum())
    found[np.argsort(found - exact, kind="stable")[:rest]] += 1
    return found


def draw_epoch(
    sizes: Sequence[int], number: int, *, temperature: float, seed: int, epoch: int
) -> np.ndarray:
    """Which sentences stand in an epoch, in which order.

    Each source is gone through in an order of its own before it begins anew, also from epoch to
    epoch. The same arguments give the same sentences, in whatever order epochs are drawn.

    Args:
        sizes: number of sentences of each source; its sentences stand behind those of the sources
            before it.
        number: number of sentences of the epoch.
        temperature: as for `shares`.
        seed: at least 0.
        epoch: counted from 0.

    Returns:
        int64 (number,), numbers of sentences counted through all sources.

    Raises:
        UsageError: as `shares`.
    """
    wanted = counts(sizes, number, temperature=temperature)
    starts = np.concatenate([[0], np.cumsum(sizes)[:-1]]).astype(np.int64)
    drawn = [
        start + _of_source(int(size), int(count), (seed, source), epoch)
        for source, (size, count, start) in enumerate(zip(sizes, wanted, starts, strict=True))
    ]
    return np.random.default_rng([seed, epoch]).permutation(np.concatenate(drawn))


def _of_source(size: int, count: int, key: tuple[int, int], epoch: int) -> np.ndarray:
    # Passes through the source, each in an order of its own, follow one another; an epoch goes on
    # where the one before has stopped.
    first = epoch * count
    passes = range(first // size, (first + count) // size + 1)
    orders = [np.random.default_rng([*key, number]).permutation(size) for number in passes]
    start = first - passes[0] * size
    return np.concatenate(orders)[start : start + count]
