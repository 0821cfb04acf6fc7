"""Which corpus is read and how, and which sentences are drawn or made of text."""

from dataclasses import dataclass

from bioner_kd.corpus.alignment import DISCONTINUOUS, MISALIGNED, SNAP, AlignmentConfig
from bioner_kd.corpus.demo import SPLITS
from bioner_kd.errors import UsageError
from bioner_kd.settings import SEED, SHARE, Bound, Settings, at_least, setting
from bioner_kd.text.document import HULL
from bioner_kd.text.tokenizer import MASK

DEMO = "demo"
ALL = -1

ENTITY_TYPE_HELP = (
    "Type of all mentions of files that name none, such as files with the tags B, I and O."
)
REPAIR_HELP = (
    "Read tags that break IOB2 (an I- without its B-), or are IOB1, IOBES or BILOU, as the IOB2 "
    "that was meant, instead of refusing the file."
)


def _are_shares(divide: tuple[str, ...]) -> bool:
    try:
        shares = tuple(map(float, divide))
    except ValueError:
        return False
    return (
        len(shares) == len(SPLITS)
        and all(shares[:2])
        and min(shares) >= 0
        and abs(sum(shares) - 1) < 1e-6
    )


@dataclass(frozen=True)
class CorpusConfig(Settings):
    """Which corpus is read, and how annotated files become its splits."""

    corpus: str = setting(
        DEMO,
        "'demo' (600 sentences that travel with the package); a folder with a file or folder for "
        "each split (train, devel, test), in any format that marks mentions, such as train.tsv "
        "with a word and its tag in each line; train=PATH,devel=PATH,test=PATH; or, with --divide, "
        "documents without splits.",
    )
    repair_tags: bool = setting(False, REPAIR_HELP)
    entity_type: str = setting("", ENTITY_TYPE_HELP)
    types: tuple[str, ...] = setting(
        (),
        "Entity types of documents that are read, Name or Name=NewName, with commas between; all "
        "as they are if empty.",
        bound=Bound(
            "names, or pairs of a name and a new name with = between",
            lambda types: all(all(map(str.strip, one.split("=", 1))) for one in types),
        ),
    )
    divide: tuple[str, ...] = setting(
        (),
        "Shares of the documents that become train, devel and test, such as 0.8,0.1,0.1, for a "
        "corpus without a devel split.",
        bound=Bound(
            "the shares of train, devel and test, such as 0.8,0.1,0.1, whose sum is 1 (the last "
            "may be 0)",
            lambda divide: not divide or _are_shares(divide),
        ),
    )
    divide_seed: int = setting(
        1,
        "Another seed divides the documents otherwise; it is the same for all trainings that are "
        "compared.",
        bound=SEED,
    )
    misaligned: str = setting(
        SNAP,
        "What becomes of mentions of documents that begin or end inside a word: snap (extended to "
        "whole words) or leave_out.",
        choices=MISALIGNED,
    )
    discontinuous: str = setting(
        HULL,
        "What becomes of discontinuous mentions: hull (from the first to the last character), "
        "parts (each part is a mention) or leave_out.",
        choices=DISCONTINUOUS,
    )

    @property
    def alignment(self) -> AlignmentConfig:
        """What becomes of mentions that tags cannot hold, and which types are read."""
        return AlignmentConfig(self.misaligned, self.discontinuous, self.types)

    @property
    def shares(self) -> tuple[float, ...]:
        """The shares of `divide` as numbers."""
        return tuple(map(float, self.divide))


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
