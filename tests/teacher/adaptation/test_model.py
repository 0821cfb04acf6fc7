"""The masked language model computes at masked subwords what it would compute everywhere."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from bioner_kd.teacher.adaptation.batches import held_out_batches
from bioner_kd.teacher.adaptation.masking import Masker
from bioner_kd.teacher.adaptation.model import MaskedLM
from bioner_kd.teacher.checkpoint.masked_lm import load_masked_lm

from ..tiny_bert import VOCABULARY
from .text import make_blocks

ORDINARY = np.arange(5, len(VOCABULARY), dtype=np.int32)
MASKER = Masker(0.3, True, 4, ORDINARY)


@pytest.fixture(scope="module")
def model(pretrained):
    keras.utils.set_random_seed(3)
    model = MaskedLM(load_masked_lm(pretrained))
    # A head of zeros and ones would forgive a forgotten part.
    for number, variable in enumerate(model.bert.mlm.trainable_variables):
        random = np.random.default_rng(number)
        variable.assign(random.normal(0, 0.3, variable.shape))
    model.compile(keras.optimizers.SGD(0.1), weighted_metrics=[])
    return model


@pytest.fixture(scope="module")
def batch():
    return next(iter(held_out_batches(make_blocks(4, 30, ORDINARY), MASKER, 4, seed=0)))


def whole_loss(model, batch):
    """Loss and accuracy by transformers' own full forward pass."""
    features, targets, weights = batch
    rows, slots = np.nonzero(weights)
    labels = np.full(features["subword_ids"].shape, -100)
    labels[rows, features["masked_positions"].numpy()[rows, slots]] = targets["masked_ids"].numpy()[
        rows, slots
    ]
    logits = model.bert(input_ids=features["subword_ids"]).logits
    scored = labels != -100
    ids, guesses = labels[scored], tf.boolean_mask(logits, scored)
    losses = tf.nn.sparse_softmax_cross_entropy_with_logits(ids, guesses)
    return tf.reduce_mean(losses), (guesses.numpy().argmax(-1) == ids).mean()


def test_gathered_logits_are_those_of_the_whole_forward_pass(model, batch):
    features, _, _ = batch
    whole = model.bert(input_ids=features["subword_ids"]).logits
    expected = tf.gather(whole, features["masked_positions"], batch_dims=1)
    found = model(features, training=False)
    assert found.shape == (4, MASKER.slots(30), len(VOCABULARY))
    np.testing.assert_allclose(found, expected, atol=2e-5)


def test_the_loss_is_that_of_the_whole_vocabulary_at_masked_subwords(model, batch):
    found = model.evaluate(tf.data.Dataset.from_tensors(batch), verbose=0, return_dict=True)
    loss, accuracy = whole_loss(model, batch)
    assert found["loss"] == pytest.approx(float(loss), rel=1e-5)
    assert found["accuracy"] == pytest.approx(accuracy)


def test_slots_without_a_weight_change_nothing(model, batch):
    features, targets, weights = batch
    weights = tf.concat([weights[:, :2], tf.zeros_like(weights[:, 2:])], axis=1)
    results = []
    for change in (0, 1):
        others = tf.where(weights > 0, targets["masked_ids"], targets["masked_ids"] - change)
        data = tf.data.Dataset.from_tensors((features, {"masked_ids": others}, weights))
        results.append(model.evaluate(data, verbose=0, return_dict=True))
    assert results[0] == results[1]


def test_the_gradient_is_that_of_the_whole_vocabulary(pretrained, model, batch):
    variables = model.trainable_variables
    with tf.GradientTape() as tape:
        loss, _ = whole_loss(model, batch)
    expected = tape.gradient(loss, variables)
    before = [variable.numpy() for variable in variables]
    model.train_step(batch)
    for variable, start, gradient in zip(variables, before, expected, strict=True):
        step = (start - variable.numpy()) / 0.1
        np.testing.assert_allclose(step, tf.convert_to_tensor(gradient), atol=2e-4)
        variable.assign(start)


def test_input_and_output_share_the_embedding(model):
    names = [weight.name for weight in model.weights]
    assert sum("word_embeddings" in name for name in names) == 1
    assert not any("decoder" in name for name in names)
