"""How word vectors are made."""

from dataclasses import dataclass

from bioner_kd.errors import at_least, check_bounds

ALGORITHMS = ("skipgram", "cbow")


@dataclass(frozen=True)
class VectorConfig:
    """Sizes and sampling of word2vec.

    Attributes:
        size: numbers of a vector.
        window: words on each side that are a word's context.
        min_count: a form seen less often gets no vector.
        epochs: passes over the text.
        algorithm: one of `ALGORITHMS`.
        negative: random words that each true context is told apart from.
        sample: share of the text above which a word is drawn less often; 0 draws every word.
        seed: of initial vectors and of all that is drawn.
        workers: threads; with more than one, a repetition gives other vectors.
    """

    size: int = 100
    window: int = 5
    min_count: int = 3
    epochs: int = 5
    algorithm: str = "skipgram"
    negative: int = 5
    sample: float = 1e-4
    seed: int = 1
    workers: int = 2

    def __post_init__(self) -> None:
        """Checks the bounds.

        Raises:
            UsageError: a setting is out of bounds.
        """
        counted = ("size", "window", "min_count", "epochs", "negative", "workers")
        rules = {
            **at_least(self, 1, *counted),
            "algorithm": (self.algorithm in ALGORITHMS, f"one of {', '.join(ALGORITHMS)}"),
            "sample": (0 <= self.sample < 1, "at least 0 and below 1"),
            "seed": (0 <= self.seed < 2**32, "in [0, 2**32)"),
        }
        check_bounds(self, rules)
