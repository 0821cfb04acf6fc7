"""The stage that fits the teacher's hidden states, with a real teacher of two layers."""

import csv
import dataclasses

import numpy as np
import pytest
import tensorflow as tf

from bioner_kd.distill.hidden_stage import HiddenFitter, HiddenStage, fit_hidden_states
from bioner_kd.encoding.batches import BatchSource, predict_logits
from bioner_kd.training.config import TrainingConfig

from .tiny import TAG_SET

ALL = list(range(9))
TRAINING = TrainingConfig(
    epochs=99, batch_size=4, learning_rate=0.03, schedule="constant", average=0.5, patience=1
)


@pytest.fixture(scope="module")
def states(task, teacher):
    """The teacher's hidden states as a cache gives them back."""
    source = BatchSource(task.words, task.words, (task.teacher_features,))
    both = predict_logits(teacher.graph(hidden_state=True), source, 4)
    return [rows[:, len(TAG_SET) :].astype(np.float16) for rows in both]


@pytest.fixture(scope="module")
def stage(task, states):
    return HiddenStage(3, task.sentences, states)


def fitter_of(student, stage, task):
    fitter = HiddenFitter(student, stage.width)
    fitter.build_on(stage.source(task.tables).gather([0])[0])
    return fitter


def run(folder, task, stage, *, student=None):
    student = student or task.student()
    fit_hidden_states(student, task.tables, stage, TRAINING, folder=folder, settings={"a": 1})
    return student


def rows(folder):
    with (folder / "history_hidden.csv").open(newline="") as file:
        return list(csv.DictReader(file))


def test_targets_are_the_hidden_states_padded_with_zeros(task, stage):
    features, targets, mask = stage.source(task.tables).gather([3, 1])
    values = targets["hidden_states"]
    assert values.dtype == tf.float16
    assert values.shape[:2] == features["word_ids"].shape == mask.shape
    assert values.shape[2] == stage.width == 16
    for row, index in enumerate((3, 1)):
        words = len(task.sentences[index])
        np.testing.assert_array_equal(values[row, :words], stage.states[index])
        assert not values[row, words:].numpy().any()


def test_the_loss_is_the_mean_squared_error_of_the_words_that_are_there(task, stage):
    fitter = fitter_of(task.student(), stage, task)
    fitter.compile("adam", run_eagerly=True)
    features, targets, mask = stage.source(task.tables).gather(ALL)
    guess = fitter(features).numpy()
    errors = [
        np.square(guess[row, : len(states)] - states.astype(np.float32))
        for row, states in enumerate(stage.states)
    ]
    values = fitter.test_on_batch(features, targets, mask, return_dict=True)
    assert values["loss"] == pytest.approx(np.concatenate(errors).mean(), rel=1e-5)


def test_padding_does_not_change_the_loss(task, stage):
    fitter, source = fitter_of(task.student(), stage, task), stage.source(task.tables)
    fitter.compile("adam", run_eagerly=True)
    alone = [fitter.test_on_batch(*source.gather([i]), return_dict=True)["loss"] for i in ALL]
    together = fitter.test_on_batch(*source.gather(ALL), return_dict=True)["loss"]
    assert together == pytest.approx(np.average(alone, weights=task.words), rel=1e-5)


def test_the_projection_is_linear(task, stage):
    fitter = fitter_of(task.student(), stage, task)
    features, *_ = stage.source(task.tables).gather(ALL)
    kernel, bias = fitter.projection.get_weights()
    expected = fitter.student.hidden(features).numpy() @ kernel + bias
    np.testing.assert_allclose(fitter(features), expected, atol=1e-5)


def test_the_head_is_not_among_what_is_trained(task, stage):
    student = task.student()
    fitter = fitter_of(student, stage, task)
    head = {id(weight) for weight in student.get_layer("classifier").weights}
    expected = {id(w) for w in student.trainable_weights} - head
    expected |= {id(w) for w in fitter.projection.weights}
    assert {id(weight) for weight in fitter.trainable_variables} == expected


@pytest.mark.slow
def test_the_stage_lowers_the_error_and_leaves_the_head_alone(tmp_path, task, stage):
    student = task.student()
    head = student.get_layer("classifier").get_weights()
    names = [weight.name for weight in student.weights]
    run(tmp_path, task, dataclasses.replace(stage, epochs=30), student=student)
    losses = [float(row["loss"]) for row in rows(tmp_path)]
    assert len(losses) == 30  # patience is for stages with a score
    assert losses[-1] < 0.3 * losses[0]
    assert list(rows(tmp_path)[0]) == ["epoch", "loss"]
    for before, after in zip(head, student.get_layer("classifier").get_weights(), strict=True):
        np.testing.assert_array_equal(before, after)
    assert [weight.name for weight in student.weights] == names  # and no projection


def test_an_epoch_draws_from_the_transfer_set(task, states):
    stage = HiddenStage(1, task.sentences, states, optional=6, drawn=2)
    assert stage.source(task.tables).steps(1) == 5
    drawn = [batch[1]["hidden_states"] for batch in stage.source(task.tables).epochs(
        1, seed=1, first=0, end=1
    )]  # fmt: skip
    assert len(drawn) == 5
