"""The moving average of weights."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from bioner_kd.training.averaging import AveragingAdamW, averaged_weights
from bioner_kd.training.config import TrainingConfig
from bioner_kd.training.optimizer import make_optimizer

from .tiny_tagger import CONFIG, assert_equal, make_model, make_source, weights

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
