"""The functions that stand in for tensorflow-addons': its numbers, and a training without it."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st

from bioner_kd.student import chain_scores, crf
from bioner_kd.student.config import StudentConfig
from tests.export.trained_student import SMALL, make_student

ROOT = Path(__file__).resolve().parents[2]


def draw_chain(seed, lengths, tags, forbidden):
    """Random arguments of a CRF, with steps forbidden as IOB2's are."""
    random = np.random.default_rng(seed)
    words = max(1, *lengths)
    emissions = random.normal(0, 3, (len(lengths), words, tags)).astype(np.float32)
    start = random.normal(0, 1, tags).astype(np.float32)
    transitions = random.normal(0, 1, (tags, tags)).astype(np.float32)
    transitions[random.random((tags, tags)) < forbidden] = crf.FORBIDDEN
    tag_ids = random.integers(0, tags, (len(lengths), words)).astype(np.int32)
    return tag_ids, tf.constant(lengths), *map(tf.constant, (emissions, start, transitions))


def answers(functions, tag_ids, lengths, emissions, start, transitions):
    """Each function's values, and how they change with what is differentiable."""
    given = [emissions, start, transitions]
    weights = tf.constant(np.random.default_rng(0).normal(size=start.shape[0]), tf.float32)
    with tf.GradientTape() as tape:
        tape.watch(given)
        values = [
            functions.crf_unary_score(tag_ids, lengths, emissions),
            functions.crf_binary_score(tag_ids, lengths, transitions),
            functions.crf_forward(
                tf.pad(emissions, [[0, 0], [0, 1], [0, 0]])[:, 1:],
                start + emissions[:, 0],
                transitions,
                lengths,
            ),
        ]
        weighted = [values[0] * 2, values[1] * 3, values[2] * weights]
        total = tf.add_n([tf.reduce_sum(part) for part in weighted])
    return [*values, *tape.gradient(total, given)]


@given(
    st.integers(0, 2**31 - 1),
    st.lists(st.integers(0, 6), min_size=1, max_size=4),
    st.integers(1, 5),
    st.sampled_from([0.0, 0.3]),
)
@settings(max_examples=25, deadline=None)
def test_values_and_gradients_are_those_of_tensorflow_addons(seed, lengths, tags, forbidden):
    chain = draw_chain(seed, lengths, tags, forbidden)
    expected, found = answers(crf._addons(), *chain), answers(chain_scores, *chain)
    for one, other in zip(expected, found, strict=True):
        np.testing.assert_allclose(other, one, rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize("graph", [False, True])
def test_posteriors_and_their_derivatives_are_those_of_tensorflow_addons(graph, monkeypatch):
    _, lengths, emissions, start, transitions = draw_chain(3, (7, 1, 0, 4), 5, 0.2)

    def differentiate(emissions, transitions):
        with tf.GradientTape() as tape:
            tape.watch([emissions, transitions])
            found = crf.posteriors(emissions, lengths, start=start, transitions=transitions)
            loss = tf.reduce_sum(found**2)
        return found, *tape.gradient(loss, [emissions, transitions])

    results = []
    for functions in (crf._addons(), chain_scores):
        monkeypatch.setattr(crf, "_functions", lambda functions=functions: functions)
        function = tf.function(differentiate) if graph else differentiate
        results.append(function(emissions, transitions))
    for one, other in zip(*results, strict=True):
        np.testing.assert_allclose(other, one, rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize("graph", [False, True])
def test_sentences_of_one_word_have_nothing_to_go_on_to(graph):
    state, none = tf.constant([[1.0, 2.0]]), tf.zeros((1, 0, 2))
    forward = tf.function(chain_scores.crf_forward) if graph else chain_scores.crf_forward
    np.testing.assert_array_equal(forward(none, state, tf.zeros((2, 2)), tf.constant([1])), state)
    tag_ids, lengths = tf.constant([[1]]), tf.constant([1])
    assert chain_scores.crf_binary_score(tag_ids, lengths, tf.ones((2, 2))).numpy() == [0.0]
    assert chain_scores.crf_unary_score(tag_ids, lengths, state[:, None]).numpy() == [2.0]


def test_scores_of_padding_do_not_count_even_where_they_are_infinite():
    tag_ids, lengths = tf.constant([[0, 1, 1, 0]]), tf.constant([2])
    emissions = tf.constant([[[1.0, 5.0], [5.0, 2.0], [np.inf, np.inf], [np.nan, np.nan]]])
    assert chain_scores.crf_unary_score(tag_ids, lengths, emissions).numpy() == [3.0]
    transitions = tf.constant([[7.0, 4.0], [np.inf, np.inf]])
    assert chain_scores.crf_binary_score(tag_ids, lengths, transitions).numpy() == [4.0]


def train(folder, monkeypatch, *, addons):
    """A student with a CRF, trained for a moment on sentences of the demo corpus."""
    crf._functions.cache_clear()
    with monkeypatch.context() as patch:
        if not addons:
            patch.setitem(sys.modules, "tensorflow_addons", None)
            patch.setitem(sys.modules, "tensorflow_addons.text", None)
        config = StudentConfig(word_size=32, units=12, dropout=0.1, head="crf", **SMALL)
        student = make_student(folder, config=config)
        used = crf._functions()
    crf._functions.cache_clear()
    return student, used


@pytest.mark.slow
def test_a_student_trained_without_tensorflow_addons_is_the_same_student(tmp_path, monkeypatch):
    (with_it, addons), (without, ours) = (
        train(tmp_path / name, monkeypatch, addons=name == "with") for name in ("with", "without")
    )
    assert (addons.__name__, ours) == ("tensorflow_addons.text", chain_scores)
    assert np.abs(without.model.crf.transitions).max() > 0.01  # it was trained
    for one, other in zip(with_it.model.weights, without.model.weights, strict=True):
        np.testing.assert_allclose(one, other, atol=1e-3)
    texts = [
        {path.name: path.read_bytes() for path in (tmp_path / name).glob("*.json")}
        for name in ("with", "without")
    ]
    assert texts[0] == texts[1] != {}


# transformers' TensorFlow classes set the switch once TensorFlow is imported; some shells before.
LATE = """
import os, sys
{}
from bioner_kd.student.crf import CRF
import tensorflow as tf
os.environ["TF_USE_LEGACY_KERAS"] = "1"
layer = CRF(("O", "B-A"))
assert not sys.modules.get("tensorflow_addons")
print(layer.log_likelihood(tf.zeros((1, 2, 2)), tf.zeros((1, 2), tf.int32), tf.constant([2])))
print("addons:", bool(sys.modules.get("tensorflow_addons")))
assert os.environ["TF_USE_LEGACY_KERAS"] == "1"
"""
SWITCH = "os.environ['TF_USE_LEGACY_KERAS'] = '1'"
BLOCK = "sys.modules['tensorflow_addons'] = None"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("before", "loaded"),
    [("", True), (SWITCH, True), (BLOCK, False), (f"{SWITCH}; {BLOCK}", False)],
)
def test_a_likelihood_comes_late_quietly_and_whatever_is_installed_or_set(before, loaded):
    finished = subprocess.run(
        [sys.executable, "-W", "error::UserWarning", "-c", LATE.format(before)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert finished.returncode == 0, finished.stderr
    assert "-1.386" in finished.stdout
    assert f"addons: {loaded}" in finished.stdout
    assert "Addons" not in finished.stderr
