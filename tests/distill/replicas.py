"""Trains the same student on one replica and on two, and prints how far apart they end, as JSON.

A program of its own: logical devices can be made only before TensorFlow's first operation.
"""

import json
from collections.abc import Sequence

import keras
import numpy as np
import tensorflow as tf

CPU = tf.config.list_physical_devices("CPU")[0]
tf.config.set_logical_device_configuration(CPU, [tf.config.LogicalDeviceConfiguration()] * 2)

from tiny import Task, make_teacher  # noqa: E402

from bioner_kd.distill.config import DistillConfig  # noqa: E402
from bioner_kd.distill.distiller import Distiller  # noqa: E402
from bioner_kd.training.config import TrainingConfig  # noqa: E402
from bioner_kd.training.optimizer import make_optimizer  # noqa: E402

STRATEGIES = {
    "one": tf.distribute.get_strategy(),
    "two": tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"]),
}


def train(replicas: str, lengths: Sequence[int], batch_size: int, *, live: bool, adam: bool):
    """Losses of each epoch, of evaluation, and all weights."""
    task = Task.make(lengths)
    with STRATEGIES[replicas].scope():
        teacher = make_teacher()
        student = task.student()
        distiller = Distiller(student=student, teacher=teacher if live else None)
        config = TrainingConfig(epochs=3, learning_rate=0.01, clip_norm=0.1, average=0.9)
        source = task.source(live=live, logits=task.teacher_logits(teacher))
        steps = source.steps(batch_size)
        optimizer = make_optimizer(config, steps) if adam else keras.optimizers.SGD(0.5)
        accuracy = keras.metrics.SparseCategoricalAccuracy(name="accuracy")
        distiller.compile(
            optimizer,
            objective=DistillConfig(alpha=0.3, temperature=2.0),
            weighted_metrics=[accuracy],
        )
    history = distiller.fit(
        source.epochs(batch_size, seed=1, first=0, end=3),
        epochs=3,
        steps_per_epoch=steps,
        verbose=0,
    ).history
    evaluated = distiller.evaluate(source.once(batch_size), verbose=0, return_dict=True)
    numbers = [value for values in history.values() for value in values] + [*evaluated.values()]
    return np.array(numbers), [weight.numpy() for weight in student.weights]


def compare(lengths: Sequence[int], batch_size: int, *, live: bool = False, adam: bool = False):
    (numbers, weights), (numbers_of_two, weights_of_two) = (
        train(replicas, lengths, batch_size, live=live, adam=adam) for replicas in STRATEGIES
    )
    start = [weight.numpy() for weight in Task.make(lengths).student().weights]
    return {
        "loss": float(numbers[0]),
        "numbers_apart": float(np.abs(numbers - numbers_of_two).max()),
        "weights_apart": max(
            float(np.abs(one - two).max())
            for one, two in zip(weights, weights_of_two, strict=True)
        ),
        "weights_moved": max(
            float(np.abs(one - before).max()) for one, before in zip(weights, start, strict=True)
        ),
    }


CASES = {
    "one step of uneven sentences": lambda: compare((1, 2, 40, 30), 4),
    "a last batch smaller than the replicas": lambda: compare((1, 40, 3, 7, 25, 2, 1, 12, 5), 4),
    "a live teacher": lambda: compare((1, 40, 3, 7, 25), 4, live=True),
    "clipped and averaged AdamW": lambda: compare((1, 40, 3, 7, 25), 4, adam=True),
}

if __name__ == "__main__":
    print(json.dumps({name: case() for name, case in CASES.items()}))
