"""AdamW with warm-up and decay."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from bioner_kd.training.config import TrainingConfig
from bioner_kd.training.optimizer import WarmupDecay, make_optimizer


@pytest.mark.parametrize(
    ("shape", "rates"),
    [
        # Warm-up over 4 of 12 steps to a peak of 2, then 8 steps down.
        ("linear", {4: 2.0, 6: 1.5, 8: 1.0, 11: 0.25, 12: 0.0, 99: 0.0}),
        ("cosine", {4: 2.0, 6: 1 + 0.5**0.5, 8: 1.0, 10: 1 - 0.5**0.5, 12: 0.0, 99: 0.0}),
        ("constant", {4: 2.0, 8: 2.0, 12: 2.0, 99: 2.0}),
    ],
)
def test_known_rates(shape, rates):
    schedule = WarmupDecay(2.0, 4, 12, shape)
    for step, rate in {0: 0.5, 1: 1.0, 2: 1.5, 3: 2.0, **rates}.items():
        assert float(schedule(tf.constant(step, tf.int64))) == pytest.approx(rate, abs=1e-6)


@pytest.mark.parametrize("shape", ["linear", "cosine", "constant"])
def test_without_warm_up_the_first_step_is_the_highest(shape):
    schedule = WarmupDecay(2.0, 0, 12, shape)
    assert float(schedule(tf.constant(0))) == pytest.approx(2.0)


def test_warm_up_may_last_for_all_steps():
    schedule = WarmupDecay(2.0, 4, 4, "linear")
    rates = [float(schedule(tf.constant(step))) for step in range(4)]
    assert rates == pytest.approx([0.5, 1.0, 1.5, 2.0])


def test_the_schedule_can_be_made_again():
    schedule = WarmupDecay(2.0, 4, 12, "cosine")
    data = keras.optimizers.schedules.serialize(schedule)
    again = keras.optimizers.schedules.deserialize(data)
    assert isinstance(again, WarmupDecay)
    assert again.get_config() == schedule.get_config()


def test_the_settings_reach_the_optimizer():
    config = TrainingConfig(epochs=5, learning_rate=0.1, warmup=0.25, schedule="linear")
    optimizer = make_optimizer(config, 8)
    # 10 of 40 steps to warm up.
    variable = tf.Variable([1.0])
    for step, rate in ((0, 0.01), (9, 0.1), (25, 0.05)):
        optimizer.iterations.assign(step)
        optimizer.apply_gradients([(tf.zeros(1), variable)])
        assert float(optimizer.learning_rate) == pytest.approx(rate)
    assert optimizer.global_clipnorm == 5.0
    assert not optimizer.use_ema
    other = make_optimizer(
        TrainingConfig(epochs=30, learning_rate=2e-3, clip_norm=0.0, average=0.5), 8
    )
    assert other.global_clipnorm is None
    assert (other.use_ema, other.ema_momentum) == (True, 0.5)


def test_gradients_are_clipped_all_together():
    # Epsilon is made large, so that AdamW's step is in proportion to the gradient.
    config = TrainingConfig(
        epochs=30, learning_rate=1.0, warmup=0.0, schedule="constant", clip_norm=5.0
    )
    moves = []
    for scale in (1.0, 100.0):
        variables = [tf.Variable([0.0]), tf.Variable([0.0])]
        optimizer = make_optimizer(config, 1)
        optimizer.epsilon = 1e6
        gradients = [tf.constant([3.0 * scale]), tf.constant([4.0 * scale])]
        optimizer.apply_gradients(zip(gradients, variables, strict=True))
        moves.append([variable.numpy()[0] for variable in variables])
    assert moves[0][1] / moves[0][0] == pytest.approx(4 / 3, rel=1e-4)
    assert moves[1] == pytest.approx(moves[0], rel=1e-4)


def make_layers():
    """One of each kind that the models have."""
    ids = keras.Input([None], dtype="int32")
    hidden = keras.layers.Embedding(5, 4)(ids)
    hidden = keras.layers.LayerNormalization(name="LayerNorm")(hidden)
    hidden = keras.layers.LayerNormalization(name="layer_norm")(hidden)
    hidden = keras.layers.Bidirectional(keras.layers.LSTM(3, return_sequences=True))(hidden)
    return keras.Model(ids, keras.layers.Dense(2)(hidden))


def test_weight_decay_shrinks_matrices_and_leaves_biases_and_normalisation_alone():
    config = TrainingConfig(
        epochs=30,
        learning_rate=0.1,
        warmup=0.0,
        schedule="constant",
        weight_decay=0.5,
        clip_norm=0.0,
    )
    model = make_layers()
    for variable in model.trainable_variables:
        variable.assign(tf.ones_like(variable))
    zeros = [tf.zeros_like(variable) for variable in model.trainable_variables]
    make_optimizer(config, 1).apply_gradients(zip(zeros, model.trainable_variables, strict=True))
    for variable in model.trainable_variables:
        expected = 1 - 0.1 * 0.5 if len(variable.shape) == 2 else 1.0
        np.testing.assert_allclose(
            variable, np.full(variable.shape, expected), err_msg=variable.name
        )
