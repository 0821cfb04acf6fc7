"""A model as one graph."""

import logging

import pytest
import tensorflow as tf

from bioner_kd.encoding.graph import one_graph

INPUTS = {"ids": tf.TensorSpec([None, None], tf.int32)}


def make_model(factor):
    def predict(features):
        return features["ids"] * factor

    return one_graph(predict, INPUTS)


@pytest.fixture
def warnings_of_tensorflow():
    """Messages of TensorFlow's own logger, which pytest does not see."""
    messages, handler = [], logging.Handler()
    handler.emit = lambda record: messages.append(record.getMessage())
    logging.getLogger("tensorflow").addHandler(handler)
    yield messages
    logging.getLogger("tensorflow").removeHandler(handler)


def test_batches_of_any_shape_share_one_tracing():
    model = make_model(3)
    for shape in ((1, 2), (4, 1), (2, 7)):
        assert tf.reduce_all(model({"ids": tf.ones(shape, tf.int32)}) == 3)
    assert model.experimental_get_tracing_count() == 1


def test_many_models_one_after_another_are_no_retracing(warnings_of_tensorflow):
    models = [make_model(number) for number in range(12)]
    for number, model in enumerate(models):
        assert model({"ids": tf.ones((1, 1), tf.int32)}).numpy() == number
    assert not [message for message in warnings_of_tensorflow if "retracing" in message]


def test_tensorflow_warns_of_the_same_models_without_it(warnings_of_tensorflow):
    for number in range(12):

        @tf.function(input_signature=[INPUTS])
        def predict(features, number=number):
            return features["ids"] * number

        predict({"ids": tf.ones((1, 1), tf.int32)})
    assert [message for message in warnings_of_tensorflow if "retracing" in message]
