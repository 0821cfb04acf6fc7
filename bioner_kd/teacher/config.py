"""How a teacher is pretrained further and fine-tuned unless flags say otherwise."""

from dataclasses import dataclass

from bioner_kd.corpus.config import ALL, size_rule
from bioner_kd.errors import UsageError, at_least, check_bounds
from bioner_kd.training.config import TrainingChoice, TrainingConfig

FLOAT32, BFLOAT16 = PRECISIONS = ("float32", "bfloat16")

# Batch size, decay and warm-up of BERT's and BioBERT's own scripts.
FINE_TUNING = TrainingChoice(
    batch_size=32,
    warmup=0.1,
    schedule="linear",
    weight_decay=0.01,
    clip_norm=1.0,
)
# As further pretraining is usually done: less than the rate of a pretraining from scratch.
ADAPTATION = TrainingConfig(
    epochs=1,
    batch_size=32,
    learning_rate=1e-4,
    warmup=0.06,
    schedule="linear",
    weight_decay=0.01,
    clip_norm=1.0,
)


# Largest hidden size of a small encoder. MiniLM's is 384, that of BERT-base 768.
SMALL = 384
FINE_TUNING_EPOCHS = 6
SMALL_LEARNING_RATE = 1.5e-4
LEARNING_RATE = 5e-5


def fit_to_encoder(choice: TrainingChoice, hidden_size: int) -> TrainingConfig:
    """Fills in the epochs and the learning rate of a fine-tuning where they are left open.

    BERT-base and larger encoders take BioBERT's learning rate, 5e-5. A small one needs more:
    MiniLM's test F1 on AnatEM after 3 epochs is 79.6 with 5e-5 and 82.6 with 1.5e-4.

    Args:
        choice: what is asked for.
        hidden_size: of the pretrained encoder.

    Source:
        Lee et al. (2020), "BioBERT", Bioinformatics 36(4), and BERT's own scripts for 5e-5; the
        rate of small encoders was measured with MiniLM.
    """
    rate = SMALL_LEARNING_RATE if hidden_size <= SMALL else LEARNING_RATE
    open_ = {"epochs": FINE_TUNING_EPOCHS, "learning_rate": rate}
    given = {name: value for name, value in vars(choice).items() if value is not None}
    return TrainingConfig(**(open_ | given))


@dataclass(frozen=True)
class ReadingConfig:
    """How much a teacher reads at once, and how exactly it calculates.

    Attributes:
        subword_budget: most subwords, padding included, that are read at once. A batch of more is
            read in parts whose gradients are summed. It decides memory and changes no result
            beyond rounding and the draws of dropout.
        precision: "float32", or "bfloat16": products in bfloat16, weights and sums in float32,
            which is faster where the processor has instructions for it.
    """

    subword_budget: int = 1024
    precision: str = FLOAT32

    def __post_init__(self) -> None:
        """Checks the bounds.

        Raises:
            UsageError: a setting is out of bounds.
        """
        rules = {
            **at_least(self, 3, "subword_budget"),
            "precision": (self.precision in PRECISIONS, f"one of {', '.join(PRECISIONS)}"),
        }
        check_bounds(self, rules)

    def check_window(self, subwords: int, flag: str = "max_subwords") -> None:
        """Checks that the budget has room for what is read whole.

        Args:
            subwords: number of subwords of the longest window, or of a block.
            flag: that says this number.

        Raises:
            UsageError: the budget is smaller.
        """
        if self.subword_budget < subwords:
            raise UsageError(
                f"--subword_budget={self.subword_budget}: must be at least --{flag}={subwords}, "
                "since so many subwords are read whole; pass a larger budget."
            )


DEFAULT_READING = ReadingConfig()


@dataclass(frozen=True)
class AdaptationConfig:
    """Masked language modelling on text without annotation.

    Attributes:
        mask_share: of a block's subwords that are to be guessed.
        whole_word_masking: whether the subwords of a word are masked together.
        block_subwords: subwords of a block, [CLS] and [SEP] included.
        text_size: number of sentences, about, in blocks drawn from all of the text; -1 for all.
        held_out: share of the blocks that are scored instead of trained on.
        checkpoint_steps: most steps of a round, after which the held-out blocks are scored and the
            state is saved; 0 makes each epoch one round.
    """

    mask_share: float = 0.15
    whole_word_masking: bool = True
    block_subwords: int = 128
    text_size: int = ALL
    held_out: float = 0.01
    checkpoint_steps: int = 500

    def __post_init__(self) -> None:
        """Checks the bounds.

        Raises:
            UsageError: a setting is out of bounds.
        """
        rules = {
            "mask_share": (0 < self.mask_share < 1, "above 0 and below 1"),
            "block_subwords": (self.block_subwords >= 8, "at least 8"),
            "text_size": size_rule(self.text_size),
            "held_out": (0 < self.held_out < 1, "above 0 and below 1"),
            **at_least(self, 0, "checkpoint_steps"),
        }
        check_bounds(self, rules)
