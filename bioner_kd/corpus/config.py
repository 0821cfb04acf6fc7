"""How sentences are drawn from plain text."""

from dataclasses import dataclass

from bioner_kd.errors import UsageError
from bioner_kd.settings import SHARE, Bound, Settings, at_least, setting
from bioner_kd.text.tokenizer import MASK

ALL = -1


# A number of sentences, or ALL.
TEXT_SIZE = Bound("at least 1, or -1 for all", lambda size: size == ALL or size >= 1)


@dataclass(frozen=True)
class SampleConfig(Settings):
    """Which sentences of unlabelled text are taken."""

    text_size: int = setting(
        ALL,
        "Sentences to draw from all files of --text; -1 for all. Each is as likely as any other, "
        "and a smaller number gives a part of what a larger one gives. A sentence that is repeated "
        "counts once.",
        bound=TEXT_SIZE,
    )
    min_words: int = setting(
        3,
        "Sentences of fewer words are left out: headings and list numbers, which give a mention no "
        "context.",
    )
    max_words: int = setting(
        200, "Sentences of more words are left out: tables and pages without full stops."
    )

    def __post_init__(self) -> None:
        """Checks the bounds.

        Raises:
            UsageError: a number is below its minimum, or no line could be both long and short
                enough.
        """
        super().__post_init__()
        if not 1 <= self.min_words <= self.max_words:
            raise UsageError(
                f"--min_words={self.min_words} --max_words={self.max_words}: the first must be at "
                "least 1, the second at least the first."
            )


@dataclass(frozen=True)
class AugmentationConfig(Settings):
    """How new sentences are made from tagged ones.

    Source:
        Dai and Adel (2020), arXiv:2010.11683 (mention replacement); Tang et al. (2019),
        arXiv:1903.12136 (masking, of 0.1 of the words).
    """

    copies: int = setting(
        1,
        "Tries at a new sentence for each one; what comes out like its source is left out.",
        bound=at_least(1),
    )
    replace_mentions: float = setting(
        0.5,
        "Probability that a mention becomes another one of its type, of all that the sentences "
        "have.",
        bound=SHARE,
    )
    mask_words: float = setting(
        0.1,
        f"Probability that a word outside of mentions becomes {MASK}, which a teacher reads as its "
        "[MASK] and a student as an unknown word.",
        bound=SHARE,
    )
    seed: int = setting(1, "Seed of all that is drawn.", bound=at_least(0))

    def __post_init__(self) -> None:
        """Checks the bounds.

        Raises:
            UsageError: a number is out of bounds, or nothing would be changed.
        """
        super().__post_init__()
        if not self.replace_mentions and not self.mask_words:
            raise UsageError(
                "--replace_mentions=0 --mask_words=0: nothing would change; one must be above 0."
            )
