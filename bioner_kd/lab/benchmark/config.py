"""How a benchmark is run."""

from dataclasses import dataclass

from bioner_kd.errors import UsageError, at_least, check_bounds

BIOBERT = "biobert_fp32"


@dataclass(frozen=True)
class BenchmarkConfig:
    """How contestants are measured and compared.

    Attributes:
        sentences: of the split, timed in each round; 0 for all.
        slow_sentences: the same for teachers.
        many_repeats: how often `tag_many` gets the sentences: it is for many texts, and its workers
            take half a second to start.
        warm_up: sentences of another split, tagged before the clock starts; slow contestants tag
            a quarter of `slow_sentences`.
        rounds: every contestant is measured once a round.
        threads: cores that each contestant is given, one measurement a value.
        batch_size: sentences of a batch, where a contestant reads batches.
        baseline: name of the contestant that the others are compared with.
        timeout: seconds after which a contestant's process is stopped.
    """

    sentences: int = 500
    slow_sentences: int = 48
    many_repeats: int = 20
    warm_up: int = 64
    rounds: int = 5
    threads: tuple[str, ...] = ("1", "2")
    batch_size: int = 32
    baseline: str = BIOBERT
    timeout: float = 900.0

    def __post_init__(self) -> None:
        """Checks the bounds.

        Raises:
            UsageError: a number is below its least, or `threads` are no numbers.
        """
        ones = ("slow_sentences", "many_repeats", "warm_up", "rounds", "batch_size")
        rules = {**at_least(self, 0, "sentences"), **at_least(self, 1, *ones)}
        check_bounds(self, {**rules, "timeout": (self.timeout > 0, "above 0")})
        numbers = [int(text) if text.isdecimal() else 0 for text in self.threads]
        if not numbers or min(numbers) < 1 or len(set(numbers)) < len(numbers):
            raise UsageError(
                f"--threads={','.join(self.threads)}: must be numbers above 0, each once, such as "
                "1,2."
            )

    @property
    def cores(self) -> tuple[int, ...]:
        """`threads` as numbers."""
        return tuple(map(int, self.threads))
