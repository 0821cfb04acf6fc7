import keras
import numpy as np
import pytest
import tensorflow as tf
from transformers import DebertaV2Config
from transformers.models.deberta_v2.modeling_tf_deberta_v2 import TFDebertaV2StableDropout

from bioner_kd.training.callbacks import BestWeights
from bioner_kd.training.dropout import draws_of_part, draws_of_step, use_draws
from bioner_kd.training.loop import fit

from .tiny_tagger import CONFIG, TinyTagger, make_model, make_source, weights

ONES = tf.ones((4, 50))


class Dropped(keras.Model):
    """Two dropouts, one after the other on the same input."""

    def __init__(self, *layers):
        super().__init__()
        self.parts = list(layers)

    def call(self, inputs, training=None):
        return tf.stack([layer(inputs, training=training) for layer in self.parts])


def dropped(model, seed=1, step=0, part=None):
    """What a newly made graph of the model gives."""

    @tf.function
    def graph(step):
        with draws_of_step(seed, step):
            if part is None:
                return model(ONES, training=True)
            with draws_of_part(tf.constant(part)):
                return model(ONES, training=True)

    return graph(tf.constant(step)).numpy()


@pytest.fixture(params=["keras", "deberta"])
def model(request):
    makes = {"keras": keras.layers.Dropout, "deberta": TFDebertaV2StableDropout}
    made = Dropped(makes[request.param](0.4), makes[request.param](0.4))
    use_draws(made)
    return made


def test_equal_steps_of_equal_seeds_drop_the_same_in_every_graph(model):
    tf.random.set_seed(1)
    first = dropped(model, seed=3, step=7)
    tf.random.set_seed(2)
    np.testing.assert_array_equal(dropped(model, seed=3, step=7), first)


def test_each_seed_step_part_and_place_drops_others(model):
    found = [
        dropped(model, *seed_step_part)
        for seed_step_part in [(3, 7), (3, 8), (7, 3), (4, 7), (3, 7, 0), (3, 7, 1)]
    ]
    masks = {values.tobytes() for both in found for values in both}
    assert len(masks) == 2 * len(found)


def test_a_share_is_dropped_and_the_rest_scaled(model):
    values = np.concatenate([dropped(model, step=step) for step in range(20)])
    np.testing.assert_allclose(np.unique(values), [0, 1 / 0.6], rtol=1e-6)
    assert np.mean(values == 0) == pytest.approx(0.4, abs=0.02)


def test_a_gradient_passes_where_nothing_is_dropped(model):
    with tf.GradientTape() as tape, draws_of_step(1, tf.constant(0)):
        tape.watch(ONES)
        found = model(ONES, training=True)
        total = tf.reduce_sum(found)
    np.testing.assert_allclose(tape.gradient(total, ONES), tf.reduce_sum(found, axis=0), rtol=1e-6)


def test_without_a_seed_and_in_prediction_dropout_is_as_it_was(model):
    tf.random.set_seed(1)
    first = dropped(model, seed=None)
    tf.random.set_seed(2)
    assert not np.array_equal(dropped(model, seed=None), first)
    with draws_of_step(1, tf.constant(0)):
        np.testing.assert_array_equal(model(ONES, training=False), tf.stack([ONES, ONES]))


def test_every_family_of_deberta_has_the_layer_that_is_replaced():
    layer = TFDebertaV2StableDropout(DebertaV2Config().hidden_dropout_prob)
    assert callable(layer.xdropout) and layer.drop_prob == 0.1


class DroppingTagger(TinyTagger):
    """The tiny tagger with dropout before its last layer."""

    def __init__(self):
        super().__init__()
        self.dropout = keras.layers.Dropout(0.5)

    def call(self, features, training=None):
        embedded = self.embedding(features["ids"])
        return self.classifier(self.dropout(embedded, training=training))


class Stopped(Exception):
    """Stands for a signal that ends a process."""


def train(folder, stop_at=None):
    """Trains until the score of an epoch is asked for, or to the end; gives the weights."""
    model = make_model(kind=DroppingTagger)
    asked = iter(range(99))

    def score():
        if next(asked) == stop_at:
            raise Stopped
        return 1.0

    best = BestWeights(model, score)
    fit(
        model, make_source(), CONFIG, best,
        state=folder / "state", history=folder / "history.csv", settings={},
    )  # fmt: skip
    return weights(model)


def test_a_resumed_training_drops_what_an_unbroken_one_drops(tmp_path):
    whole = train(tmp_path / "whole")
    with pytest.raises(Stopped):
        train(tmp_path / "resumed", stop_at=2)
    for found, expected in zip(train(tmp_path / "resumed"), whole, strict=True):
        np.testing.assert_array_equal(found, expected)
