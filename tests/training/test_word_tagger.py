"""The step that teacher and student share."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from bioner_kd.training.losses import masked_mean
from bioner_kd.training.word_tagger import WordTagger

from .tiny_tagger import TinyTagger, assert_equal, make_model, make_source, weights

ALL = list(range(10))


def test_a_step_follows_the_gradient_of_the_mean_over_words():
    model = make_model()
    model.compile(keras.optimizers.SGD(0.5))
    features, targets, mask = make_source().gather(ALL)
    with tf.GradientTape() as tape:
        losses = model.word_losses(features, targets, model(features))["loss"]
        loss = masked_mean(losses, mask)
    gradients = tape.gradient(loss, model.trainable_variables)
    expected = [
        weight - 0.5 * tf.convert_to_tensor(gradient)
        for weight, gradient in zip(weights(model), gradients, strict=True)
    ]
    values = model.train_on_batch(features, targets, mask, return_dict=True)
    assert values["loss"] == pytest.approx(float(loss), rel=1e-6)
    assert_equal(weights(model), expected, atol=1e-6)


def test_padding_changes_neither_loss_nor_step():
    stepped = []
    for more in ([[0, 0], [0, 0]], [[0, 3], [0, 24]]):
        model = make_model()
        model.compile(keras.optimizers.SGD(0.5))
        features, targets, mask = make_source().gather([1, 3])
        features = {"ids": tf.pad(features["ids"], more, constant_values=7)}
        targets = {"tag_ids": tf.pad(targets["tag_ids"], more, constant_values=2)}
        model.train_on_batch(features, targets, tf.pad(mask, more))
        stepped.append(weights(model))
    assert_equal(*stepped, atol=1e-6)


def test_a_batch_without_a_scored_word_is_no_step():
    model = make_model()
    model.compile(keras.optimizers.SGD(0.5))
    before = weights(model)
    features, targets, mask = make_source().gather(ALL)
    values = model.train_on_batch(features, targets, tf.zeros_like(mask), return_dict=True)
    assert values["loss"] == 0.0
    assert_equal(weights(model), before, rtol=0, atol=0)


def test_training_and_evaluation_tell_the_model_which_they_are():
    seen = []

    class Spy(TinyTagger):
        def call(self, features, training=None):
            seen.append(training)
            return super().call(features)

    model = Spy()
    model.compile("sgd", run_eagerly=True)
    model.train_on_batch(*make_source().gather(ALL))
    model.test_on_batch(*make_source().gather(ALL))
    assert seen == [True, False]


def test_evaluation_does_not_train():
    model = make_model()
    before = weights(model)
    model.evaluate(make_source().once(4), verbose=0)
    assert_equal(weights(model), before, rtol=0, atol=0)


def test_weighted_metrics_see_scored_words_alone():
    model = make_model(weighted_metrics=[keras.metrics.SparseCategoricalAccuracy(name="accuracy")])
    source = make_source()
    features, targets, mask = source.gather(ALL)
    right = model(features).numpy().argmax(-1) == targets["tag_ids"].numpy()
    values = model.evaluate(source.once(3), verbose=0, return_dict=True)
    expected = (right * mask.numpy()).sum() / mask.numpy().sum()
    assert values["accuracy"] == pytest.approx(expected, rel=1e-6)


def test_means_are_over_words_not_batches_and_reset_with_each_run():
    model = make_model()
    source = make_source()
    features, targets, mask = source.gather(ALL)
    losses = model.word_losses(features, targets, model(features))["loss"]
    expected = float(masked_mean(losses, mask))
    for batch_size in (10, 3, 1):
        assert model.evaluate(source.once(batch_size), verbose=0) == pytest.approx(expected)


def test_means_are_no_weights():
    model = make_model()
    assert len(model.weights) == 3
    assert [metric.name for metric in model.metrics] == ["loss"]


def test_a_subclass_has_to_say_what_its_losses_are():
    with pytest.raises(NotImplementedError):
        WordTagger().word_losses({}, {}, np.zeros((1, 1, 2)))
