"""Sizes and regularisation of the student."""

from dataclasses import dataclass

from bioner_kd.errors import check_bounds
from bioner_kd.training.config import TrainingConfig

SOFTMAX, CRF_HEAD = HEADS = ("softmax", "crf")
MOST_LAYERS = 64


@dataclass(frozen=True)
class StudentConfig:
    """Sizes of the BiLSTM student.

    Attributes:
        word_size, prefix_size, suffix_size, shape_size, char_size: width of each embedding.
        char_filters: filters of the character CNN, what a word's characters contribute.
        char_width: characters that a filter spans.
        units: LSTM units of one direction.
        layers: BiLSTM layers.
        dropout: share of embedding and BiLSTM outputs dropped in training.
        word_dropout: share of words read as unknown in training, so that unknown words are learnt
            too.
        tune_vectors: whether word vectors are trained on; otherwise they stay as they were read.
        head: what makes tags of the last layer: "softmax", each word for itself, or "crf", which
            learns what follows what.
    """

    word_size: int = 100
    prefix_size: int = 32
    suffix_size: int = 32
    shape_size: int = 16
    char_size: int = 24
    char_filters: int = 48
    char_width: int = 3
    units: int = 200
    layers: int = 1
    dropout: float = 0.4
    word_dropout: float = 0.2
    tune_vectors: bool = False
    head: str = SOFTMAX

    def __post_init__(self) -> None:
        """Checks the bounds.

        Raises:
            UsageError: a size is below 1, a share outside [0, 1), the head unknown, or there are
                more than `MOST_LAYERS` layers.
        """
        rules = {"head": (self.head in HEADS, f"one of {', '.join(HEADS)}")}
        for name, value in vars(self).items():
            if name.endswith("dropout"):
                rules[name] = (0 <= value < 1, "at least 0 and below 1")
            elif type(value) is int:  # and no bool
                rules[name] = (value >= 1, "at least 1")
        if self.layers > MOST_LAYERS:
            rules["layers"] = (False, f"at least 1 and at most {MOST_LAYERS}")
        check_bounds(self, rules)


# Small batches were worth more devel F1 on NCBI-disease than any size of the model. What averaged
# weights are worth is within the spread of seeds (docs/study).
STUDENT_TRAINING = TrainingConfig(epochs=10, batch_size=16, learning_rate=1.5e-3, average=0.996)
