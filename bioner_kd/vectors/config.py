"""How word vectors are made."""

from dataclasses import dataclass

from bioner_kd.settings import SEED, Settings, at_least, below, setting

ALGORITHMS = ("skipgram", "cbow")


@dataclass(frozen=True)
class VectorConfig(Settings):
    """Sizes and sampling of word2vec."""

    size: int = setting(100, "Numbers of a vector.", bound=at_least(1))
    window: int = setting(5, "Words on each side that are a word's context.", bound=at_least(1))
    min_count: int = setting(
        3,
        "A word seen less often gets no vector. Words are counted as the student reads them: in "
        "lower case, every digit as 0.",
        bound=at_least(1),
    )
    epochs: int = setting(5, "Passes over the text.", bound=at_least(1))
    algorithm: str = setting(
        "skipgram",
        "skipgram (better for rare words) or cbow (several times faster).",
        choices=ALGORITHMS,
    )
    negative: int = setting(
        5, "Random words that each true context is told apart from.", bound=at_least(1)
    )
    sample: float = setting(
        1e-4,
        "Share of the text above which a word is drawn less often; 0 draws every word.",
        bound=at_least(0) & below(1),
    )
    seed: int = setting(
        1,
        "Of initial vectors and of all that is drawn. It repeats a run exactly with --workers=1 "
        "only.",
        bound=SEED,
    )
    workers: int = setting(
        2,
        "Threads. They overwrite each other's work at random, so that with more than one no two "
        "runs give the same vectors.",
        bound=at_least(1),
    )
