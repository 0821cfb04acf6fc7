"""Trains the same student on one replica and on two, and prints how far apart they end, as JSON.

A program of its own: logical devices can be made only before TensorFlow's first operation. The one
replica runs eagerly, which saves the making of its graphs.
"""

import json
import sys

import keras
import numpy as np
import tensorflow as tf

CPU = tf.config.list_physical_devices("CPU")[0]
tf.config.set_logical_device_configuration(CPU, [tf.config.LogicalDeviceConfiguration()] * 2)

from tiny import TAG_SET, Task  # noqa: E402

from bioner_kd.distill.distiller import Distiller  # noqa: E402
from bioner_kd.student.crf import CRF  # noqa: E402
from bioner_kd.training.config import TrainingConfig  # noqa: E402
from bioner_kd.training.optimizer import make_optimizer  # noqa: E402

ONE = tf.distribute.get_strategy()
TWO = tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"])
# Batches of 4, 4 and 1: words fall to the replicas unevenly, and of the last batch to one alone.
LENGTHS, BATCH_SIZE = (1, 40, 3, 7, 25, 2, 1, 12, 5), 4
EPOCHS = 2
ADAM = TrainingConfig(epochs=EPOCHS, learning_rate=0.01, clip_norm=0.1, average=0.9)


class Lexicon(keras.Model):
    """Says the same of a word wherever it stands; quicker to make a graph of than a BiLSTM."""

    def __init__(self, seed):
        super().__init__()
        start = keras.initializers.RandomNormal(stddev=3.0, seed=seed)
        self.embedding = keras.layers.Embedding(99, len(TAG_SET), embeddings_initializer=start)

    def call(self, features, training=None):
        return self.embedding(features["word_ids"])


def cached_by_sgd(strategy):
    """Steps as large as the gradient, metrics of training and of evaluation."""
    task = Task.make(LENGTHS)
    random = np.random.default_rng(1)
    logits = [random.normal(0, 3, (n, len(TAG_SET))).astype(np.float32) for n in LENGTHS]
    source = task.source(logits=logits)
    with strategy.scope():
        accuracy = keras.metrics.SparseCategoricalAccuracy(name="accuracy")
        distiller = Distiller(student=task.student())
        distiller.compile(
            keras.optimizers.SGD(0.5), weighted_metrics=[accuracy], run_eagerly=strategy is ONE
        )
    numbers = fit(distiller, source)
    evaluated = distiller.evaluate(source.once(BATCH_SIZE), verbose=0)
    return numbers + evaluated, task.student().get_weights(), distiller.student.get_weights()


def live_by_adam(strategy):
    """The teacher inside, gradients clipped, weights averaged at the end."""
    task = Task.make(LENGTHS)
    source = task.source()
    with strategy.scope():
        distiller = Distiller(student=Lexicon(1), teacher=Lexicon(2))
        distiller(source.gather([0])[0])
        start = distiller.student.get_weights()
        optimizer = make_optimizer(ADAM, source.steps(BATCH_SIZE))
        distiller.compile(optimizer, run_eagerly=strategy is ONE)
    return fit(distiller, source), start, distiller.student.get_weights()


def crf_by_sgd(strategy):
    """A loss of whole sentences, hard and soft."""
    task = Task.make(LENGTHS)
    source = task.source()
    with strategy.scope():
        student = Lexicon(1)
        student.crf = CRF(TAG_SET.tags)
        distiller = Distiller(student=student, teacher=Lexicon(2))
        distiller(source.gather([0])[0])
        start = student.get_weights()
        distiller.compile(keras.optimizers.SGD(0.5), run_eagerly=strategy is ONE)
    return fit(distiller, source), start, student.get_weights()


def fit(distiller, source):
    history = distiller.fit(
        source.epochs(BATCH_SIZE, seed=1, first=0, end=EPOCHS),
        epochs=EPOCHS,
        steps_per_epoch=source.steps(BATCH_SIZE),
        verbose=0,
    ).history
    return [value for values in history.values() for value in values]


def farthest(some, others):
    return max(float(np.abs(a - b).max()) for a, b in zip(some, others, strict=True))


def compare(train):
    (numbers, start, weights), (numbers_of_two, _, weights_of_two) = train(ONE), train(TWO)
    return {
        "loss": float(numbers[0]),
        "numbers_apart": float(np.abs(np.subtract(numbers, numbers_of_two)).max()),
        "weights_apart": farthest(weights, weights_of_two),
        "weights_moved": farthest(weights, start),
    }


CASES = (cached_by_sgd, live_by_adam, crf_by_sgd)
if __name__ == "__main__":
    compared = {case.__name__: compare(case) for case in CASES}
    sys.stdout.write(json.dumps(compared) + "\n")
