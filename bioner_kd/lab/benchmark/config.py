"""How a benchmark is run."""

from dataclasses import dataclass

from bioner_kd.lab.benchmark.format_files import FILE_FORMATS
from bioner_kd.settings import Bound, Settings, above, at_least, setting

BIOBERT = "biobert_fp32"


def _are_counts(texts: tuple[str, ...]) -> bool:
    numbers = [int(text) if text.isdecimal() else 0 for text in texts]
    return bool(numbers) and min(numbers) >= 1 and len(set(numbers)) == len(numbers)


@dataclass(frozen=True)
class BenchmarkConfig(Settings):
    """How contestants are measured and compared."""

    sentences: int = setting(
        500,
        "Sentences of the split that are timed, at even distances; 0 is all.",
        bound=at_least(0),
    )
    slow_sentences: int = setting(
        48,
        "The same for teachers, which are about a hundred times slower.",
        bound=at_least(1),
    )
    many_repeats: int = setting(
        20,
        "How often tag_many is given these sentences, at once: it is made for many texts, and its "
        "workers take a moment to start.",
        bound=at_least(1),
    )
    warm_up: int = setting(
        64,
        "Sentences of another split, tagged before the clock starts; teachers tag a quarter of "
        "--slow_sentences.",
        bound=at_least(1),
    )
    rounds: int = setting(
        5,
        "How often each contestant is measured; medians and ranges are shown.",
        bound=at_least(1),
    )
    threads: tuple[str, ...] = setting(
        ("1", "2"),
        "Cores that a contestant has, one measurement each.",
        bound=Bound("numbers above 0, each once, such as 1,2", _are_counts),
    )
    batch_size: int = setting(
        32, "Sentences of a batch, where a contestant reads batches.", bound=at_least(1)
    )
    baseline: str = setting(
        BIOBERT,
        f"Name of the contestant that the others are compared with, such as {BIOBERT}.",
    )
    formats: tuple[str, ...] = setting(
        tuple(FILE_FORMATS),
        "Formats of documents from which the student reads and tags the same text, on one core; "
        "none if empty.",
        choices=tuple(FILE_FORMATS),
        bound=Bound("each once", lambda names: len(set(names)) == len(names)),
    )
    documents: str = setting(
        "",
        "File of documents, in any format that bioner_kd tag reads, whose text is written in each "
        "of --formats; the sentences of the split if empty.",
    )
    timeout: float = setting(
        900.0, "Seconds after which the process of a contestant is stopped.", bound=above(0)
    )

    @property
    def cores(self) -> tuple[int, ...]:
        """`threads` as numbers."""
        return tuple(map(int, self.threads))
