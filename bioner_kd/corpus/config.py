"""How sentences are drawn from plain text."""

from dataclasses import dataclass

from bioner_kd.errors import UsageError

ALL = -1


@dataclass(frozen=True)
class SampleConfig:
    """Which lines of plain text are taken.

    Attributes:
        text_size: so many sentences at most, -1 for all.
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
        if self.text_size != ALL and self.text_size < 1:
            raise UsageError(f"--text_size={self.text_size}: must be at least 1, or -1 for all.")
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
        if self.copies < 1:
            raise UsageError(f"--copies={self.copies}: must be at least 1.")
        if self.seed < 0:
            raise UsageError(f"--seed={self.seed}: must be at least 0.")
        for name in ("replace_mentions", "mask_words"):
            if not 0 <= getattr(self, name) <= 1:
                raise UsageError(f"--{name}={getattr(self, name)}: must lie in [0, 1].")
        if not self.replace_mentions and not self.mask_words:
            raise UsageError(
                "--replace_mentions=0 --mask_words=0: nothing would change; one must be above 0."
            )
