"""Flags: what the student sees of a word, and its sizes."""

from dataclasses import dataclass

from bioner_kd.cli.flag_group import FlagGroup
from bioner_kd.student.config import HEADS, StudentConfig
from bioner_kd.tagging.word_features import LEARNT, FeatureConfig


@dataclass(frozen=True)
class VectorsChoice:
    """Where word vectors come from."""

    vectors: str = ""


WORD_FEATURES = FlagGroup(
    "Word features",
    FeatureConfig(),
    {
        "features": f"What the student sees of a word, of {', '.join(LEARNT)}; 'word' is always "
        "needed.",
        "prefix_length": "Characters of a prefix.",
        "suffix_length": "Characters of a suffix.",
        "max_chars": "Characters of a word that the character CNN reads; head and tail of a longer "
        "word.",
        "min_count": "A word form seen less often in training is unknown; it may have a vector.",
        "vocabulary_size": "Vectors of --vectors that are kept: words of the training text first, "
        "then the first of the file; 0 keeps all. A word without one is known by its characters.",
    },
)
VECTORS = FlagGroup(
    "Word vectors",
    VectorsChoice(),
    {
        "vectors": "File of word vectors (word2vec text or binary, fastText .vec), such as "
        "bioner_kd train_vectors makes; none if empty.",
    },
)
STUDENT = FlagGroup(
    "Student",
    StudentConfig(),
    {
        "word_size": "Width of the embedding of word forms.",
        "prefix_size": "Width of the embedding of prefixes.",
        "suffix_size": "Width of the embedding of suffixes.",
        "shape_size": "Width of the embedding of shapes such as Xxxdd.",
        "char_size": "Width of the embedding of characters.",
        "char_filters": "Filters of the character CNN.",
        "char_width": "Characters that a filter spans.",
        "units": "LSTM units of one direction.",
        "layers": "BiLSTM layers.",
        "dropout": "Share of embedding and BiLSTM outputs dropped in training.",
        "word_dropout": "Share of words read as unknown in training.",
        "tune_vectors": "Train the vectors of --vectors on; otherwise they stay as they are.",
        "head": "What makes tags of the last layer: softmax, each word for itself, or crf, which "
        "learns what follows what and is taught the soft targets through its posterior "
        "probabilities.",
    },
    {"head": HEADS},
)
FLAG_GROUPS = (WORD_FEATURES, VECTORS, STUDENT)
