"""How sentences are drawn from plain text."""

from dataclasses import dataclass

from bioner_kd.errors import UsageError, at_least, check_bounds

ALL = -1


def size_rule(text_size: int) -> tuple[bool, str]:
    """What `check_bounds` has to know of a number of sentences, or ALL."""
    return text_size == ALL or text_size >= 1, "at least 1, or -1 for all"


@dataclass(frozen=True)
class SampleConfig:
    """Which lines of plain text are taken.

    Attributes:
        text_size: largest number of sentences, -1 for all.
        min_words: a shorter line is left out: headings and list numbers, which give a mention no
            context.
        max_words: a longer line is left out: a table or a whole page, no sentence.
    """

    text_size: int = ALL
    min_words: int = 3
    max_words: int = 200

    def __post_init__(self) -> None:
        """Checks the bounds.

        Raises:
            UsageError: a number is below its minimum, or no line could be both long and short
                enough.
        """
        check_bounds(self, {"text_size": size_rule(self.text_size)})
        if not 1 <= self.min_words <= self.max_words:
            raise UsageError(
                f"--min_words={self.min_words} --max_words={self.max_words}: the first must be at "
                "least 1, the second at least the first."
            )


@dataclass(frozen=True)
class AugmentationConfig:
    """How new sentences are made from tagged ones.

    Attributes:
        copies: tries at a new sentence for each one.
        replace_mentions: probability in [0, 1] that a mention becomes another one of its type.
        mask_words: probability in [0, 1] that a word outside of mentions is masked.
        seed: of all that is drawn.

    Source:
        Dai and Adel (2020), arXiv:2010.11683 (mention replacement); Tang et al. (2019),
        arXiv:1903.12136 (masking, of 0.1 of the words).
    """

    copies: int = 1
    replace_mentions: float = 0.5
    mask_words: float = 0.1
    seed: int = 1

    def __post_init__(self) -> None:
        """Checks the bounds.

        Raises:
            UsageError: a number is out of bounds, or nothing would be changed.
        """
        shares = ("replace_mentions", "mask_words")
        rules = {
            **at_least(self, 1, "copies"),
            **at_least(self, 0, "seed"),
            **{name: (0 <= getattr(self, name) <= 1, "in [0, 1]") for name in shares},
        }
        check_bounds(self, rules)
        if not self.replace_mentions and not self.mask_words:
            raise UsageError(
                "--replace_mentions=0 --mask_words=0: nothing would change; one must be above 0."
            )
