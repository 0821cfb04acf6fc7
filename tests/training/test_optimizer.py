"""AdamW with warm-up and decay."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from bioner_kd.training.config import TrainingConfig
from bioner_kd.training.optimizer import (
    AveragingAdamW,
    WarmupDecay,
    averaged_weights,
    make_optimizer,
)

from .tiny_tagger import CONFIG, assert_equal, make_model, make_source, weights


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


NO_CHANGE = TrainingConfig(epochs=30, learning_rate=1e-30, schedule="constant", average=0.9)


class OneWeight(keras.Model):
    """A model of one number."""

    def __init__(self, value: float) -> None:
        super().__init__()
        self.weight = self.add_weight(name="weight", shape=(1,))
        self.weight.assign([value])


def after_steps(values, momentum=0.9, start=100.0):
    """The average of the weights that each step ended at."""
    model = OneWeight(start)
    optimizer = AveragingAdamW(1e-30, weight_decay=0.0, use_ema=True, ema_momentum=momentum)
    optimizer.build(model.trainable_variables)
    model.compile(optimizer)
    for value in values:
        model.weight.assign([value])
        optimizer.apply_gradients([(tf.zeros(1), model.weight)])
    with averaged_weights(model):
        average = model.weight.numpy().item()
    assert model.weight.numpy().item() == (values or [start])[-1]
    return average


def test_known_averages_without_the_initial_weights():
    assert after_steps([1.0]) == pytest.approx(1.0)
    # (0.9 * 1 + 3) / (0.9 + 1), and one step more.
    assert after_steps([1.0, 3.0]) == pytest.approx(3.9 / 1.9)
    assert after_steps([1.0, 3.0, 5.0]) == pytest.approx((0.81 + 2.7 + 5) / (0.81 + 0.9 + 1))


@pytest.mark.parametrize("momentum", [0.5, 0.9, 0.999])
def test_constant_weights_average_to_themselves(momentum):
    for steps in (1, 2, 50):
        assert after_steps([2.0] * steps, momentum) == pytest.approx(2.0, rel=1e-5)


def test_many_steps_forget_the_first():
    assert after_steps([50.0] + [2.0] * 200) == pytest.approx(2.0, rel=1e-5)


def test_before_any_step_the_average_is_the_initial_weights():
    assert after_steps([]) == 100.0


def test_averages_are_swapped_in_and_the_trained_weights_back():
    config = TrainingConfig(**{**vars(CONFIG), "average": 0.9})
    model = make_model(config)
    for batch in make_source().epochs(4, seed=1, first=0, end=2):
        model.train_on_batch(*batch)
    trained = weights(model)
    with averaged_weights(model):
        averaged = weights(model)
    assert_equal(weights(model), trained, rtol=0, atol=0)
    assert all(not np.allclose(a, t) for a, t in zip(averaged, trained, strict=True))


def test_trained_weights_come_back_after_an_error():
    model = make_model(TrainingConfig(**{**vars(CONFIG), "average": 0.9}))
    model.train_on_batch(*make_source().gather([0, 1]))
    model.train_on_batch(*make_source().gather([2, 3]))
    trained = weights(model)
    with pytest.raises(KeyError), averaged_weights(model):
        raise KeyError
    assert_equal(weights(model), trained, rtol=0, atol=0)


def test_averages_are_those_of_the_steps_in_a_graph_too():
    config = TrainingConfig(**{**vars(CONFIG), "average": 0.8})
    model = make_model(config)
    seen = []
    for batch in make_source().epochs(4, seed=1, first=0, end=2):
        model.train_on_batch(*batch)
        seen.append(weights(model))
    shares = 0.8 ** np.arange(len(seen))[::-1]
    expected = [np.average(values, axis=0, weights=shares) for values in zip(*seen, strict=True)]
    with averaged_weights(model):
        assert_equal(weights(model), expected, atol=1e-5)


def test_the_end_of_fit_leaves_the_average_in_the_model():
    config = TrainingConfig(**{**vars(CONFIG), "average": 0.9})
    source = make_source()
    fitted, stepped = make_model(config), make_model(config)
    fitted.fit(source.epochs(4, seed=1, first=0, end=1), steps_per_epoch=3, verbose=0)
    for batch in source.epochs(4, seed=1, first=0, end=1):
        stepped.train_on_batch(*batch)
    with averaged_weights(stepped):
        assert_equal(weights(fitted), weights(stepped), atol=1e-6)


def test_without_an_average_nothing_is_swapped():
    model = make_model()
    model.train_on_batch(*make_source().gather([0, 1]))
    trained = weights(model)
    with averaged_weights(model):
        assert_equal(weights(model), trained, rtol=0, atol=0)


def test_the_optimizer_can_be_made_again():
    optimizer = make_optimizer(NO_CHANGE, 3)
    again = keras.optimizers.deserialize(keras.optimizers.serialize(optimizer))
    assert isinstance(again, AveragingAdamW)
    assert again.ema_momentum == 0.9
