"""The least model that can be trained as a word tagger, for tests of what surrounds training."""

from collections.abc import Sequence

import keras
import numpy as np

from bioner_kd.encoding.batches import BatchSource, word_values
from bioner_kd.encoding.ragged import Ragged
from bioner_kd.training.config import TrainingConfig
from bioner_kd.training.losses import cross_entropy_per_word
from bioner_kd.training.optimizer import make_optimizer
from bioner_kd.training.word_tagger import LOSS, WordTagger

WORDS, TAGS = 12, 3
CONFIG = TrainingConfig(epochs=4, batch_size=4, learning_rate=0.05, warmup=0.0, seed=3)


class TinyTagger(WordTagger):
    """An embedding and a dense layer."""

    def __init__(self) -> None:
        super().__init__()
        self.embedding = keras.layers.Embedding(WORDS, 5)
        self.classifier = keras.layers.Dense(TAGS)

    def call(self, features, training=None):
        return self.classifier(self.embedding(features["ids"]))

    def word_losses(self, features, targets, logits):
        return {LOSS: cross_entropy_per_word(logits, targets["tag_ids"])}


def make_source(lengths: Sequence[int] = (1, 5, 9, 2, 3, 7, 4, 4, 1, 6)) -> BatchSource:
    random = np.random.default_rng(0)
    words = np.array(lengths, np.int64)
    ids = random.integers(0, WORDS, words.sum()).astype(np.int32)
    return BatchSource(
        words,
        words,
        (word_values("ids", Ragged(ids, words)),),
        (word_values("tag_ids", Ragged(ids % TAGS, words)),),
    )


def make_model(
    config: TrainingConfig = CONFIG, seed: int = 1, kind: type[TinyTagger] = TinyTagger, **options
) -> TinyTagger:
    """Built and compiled."""
    keras.utils.set_random_seed(seed)
    model = kind()
    source = make_source()
    model(source.gather([0])[0])
    model.compile(make_optimizer(config, source.steps(config.batch_size)), **options)
    return model


def weights(model: keras.Model) -> list[np.ndarray]:
    return [weight.numpy() for weight in model.weights]


def assert_equal(some: Sequence[np.ndarray], others: Sequence[np.ndarray], **tolerance) -> None:
    for one, other in zip(some, others, strict=True):
        np.testing.assert_allclose(one, other, **tolerance)
