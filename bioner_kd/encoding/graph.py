"""A model that predicts as one graph, for batches of any shape."""

import functools
from collections.abc import Callable, Mapping

import tensorflow as tf

Predict = Callable[[Mapping[str, tf.Tensor]], tf.Tensor]


def one_graph(predict: Predict, inputs: Mapping[str, tf.TensorSpec]) -> Predict:
    """A function of features as a graph that is traced once.

    TensorFlow counts the tracings of a function by its code, which all models share, and warns of
    the fifth among ten calls as if one model were traced anew. A partial has no code of its own, so
    that each model is counted alone.

    Args:
        predict: features to logits (batch, words, tags).
        inputs: the features by name; None in a shape is any number.
    """
    return tf.function(functools.partial(predict), input_signature=[dict(inputs)])
