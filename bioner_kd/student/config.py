"""Sizes and regularisation of the student."""

from dataclasses import dataclass

from bioner_kd.settings import Settings, at_least, at_most, below, setting
from bioner_kd.training.config import TrainingConfig

SOFTMAX, CRF_HEAD = HEADS = ("softmax", "crf")
MOST_LAYERS = 64


@dataclass(frozen=True)
class StudentConfig(Settings):
    """Sizes and regularisation of the BiLSTM student."""

    word_size: int = setting(100, "Width of the embedding of word forms.", bound=at_least(1))
    prefix_size: int = setting(32, "Width of the embedding of prefixes.", bound=at_least(1))
    suffix_size: int = setting(32, "Width of the embedding of suffixes.", bound=at_least(1))
    shape_size: int = setting(
        16, "Width of the embedding of shapes such as Xxxdd.", bound=at_least(1)
    )
    char_size: int = setting(24, "Width of the embedding of characters.", bound=at_least(1))
    char_filters: int = setting(
        48,
        "Filters of the character CNN: what a word's characters contribute.",
        bound=at_least(1),
    )
    char_width: int = setting(3, "Characters that a filter spans.", bound=at_least(1))
    units: int = setting(200, "LSTM units of one direction.", bound=at_least(1))
    layers: int = setting(1, "BiLSTM layers.", bound=at_least(1) & at_most(MOST_LAYERS))
    dropout: float = setting(
        0.4,
        "Share of embedding and BiLSTM outputs dropped in training.",
        bound=at_least(0) & below(1),
    )
    word_dropout: float = setting(
        0.2,
        "Share of words read as unknown in training, so that unknown words are learnt too.",
        bound=at_least(0) & below(1),
    )
    tune_vectors: bool = setting(
        False, "Train the vectors of --vectors on; otherwise they stay as they are."
    )
    head: str = setting(
        SOFTMAX,
        "What makes tags of the last layer: softmax, each word for itself, or crf, which learns "
        "what follows what and is taught the soft targets through its posterior probabilities.",
        choices=HEADS,
    )


# Small batches were worth more devel F1 on NCBI-disease than any size of the model. What averaged
# weights are worth is within the spread of seeds (docs/study).
STUDENT_TRAINING = TrainingConfig(epochs=10, batch_size=16, learning_rate=1.5e-3, average=0.996)
