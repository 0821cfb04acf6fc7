"""The CRF against the list of all sequences of tags, and its gradients against differences."""

import itertools

import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st

from bioner_kd.student import chain_scores, crf
from bioner_kd.student.crf import CRF, FORBIDDEN, log_likelihood, log_partition, posteriors

TAGS = ("O", "B-A", "I-A")
LENGTHS = (4, 1, 3)


@pytest.fixture(params=["tensorflow-addons", "ours"], scope="module", autouse=True)
def functions(request):
    """All tests run with tensorflow-addons, and with what stands in where it has no wheel."""
    with pytest.MonkeyPatch.context() as patch:
        if request.param == "ours":
            patch.setattr(crf, "_functions", lambda: chain_scores)
        else:
            patch.setattr(crf, "_functions", crf._addons)
        yield


def make_chain(seed=1, tags=3, size=2.0):
    """Random emissions of sentences of LENGTHS, start and transitions."""
    random = np.random.default_rng(seed)
    shapes = ((len(LENGTHS), max(LENGTHS), tags), (tags,), (tags, tags))
    emissions, start, transitions = (
        tf.constant(random.normal(0, size, shape), tf.float32) for shape in shapes
    )
    return emissions, {"start": start, "transitions": transitions}


def sequences(emissions, start, transitions):
    """Every sequence of one sentence (words, tags) with its score, in float64."""
    emissions, start, transitions = (
        np.array(values, np.float64) for values in (emissions, start, transitions)
    )
    for path in itertools.product(range(len(start)), repeat=len(emissions)):
        steps = sum(transitions[pair] for pair in itertools.pairwise(path))
        yield path, start[path[0]] + emissions[np.arange(len(path)), path].sum() + steps


def partition(emissions, start, transitions):
    return np.logaddexp.reduce([score for _, score in sequences(emissions, start, transitions)])


def expected_posteriors(emissions, start, transitions):
    total = partition(emissions, start, transitions)
    found = np.zeros(emissions.shape)
    for path, score in sequences(emissions, start, transitions):
        found[np.arange(len(path)), path] += np.exp(score - total)
    return found


@given(st.integers(0, 2**31 - 1), st.integers(1, 4))
@settings(max_examples=15, deadline=None)
def test_partition_likelihood_and_posteriors_are_those_of_all_sequences(seed, tags):
    emissions, chain = make_chain(seed, tags)
    tag_ids = np.random.default_rng(seed).integers(0, tags, emissions.shape[:2]).astype(np.int32)
    lengths = tf.constant(LENGTHS)
    found = (
        log_partition(emissions, lengths, **chain),
        log_likelihood(emissions, tag_ids, lengths, **chain),
        posteriors(emissions, lengths, **chain),
    )
    for row, words in enumerate(LENGTHS):
        sentence = emissions[row, :words]
        total = partition(sentence, **chain)
        scores = dict(sequences(sentence, **chain))
        assert float(found[0][row]) == pytest.approx(total, abs=1e-4)
        likelihood = scores[tuple(tag_ids[row, :words])] - total
        assert float(found[1][row]) == pytest.approx(likelihood, abs=1e-4)
        np.testing.assert_allclose(
            found[2][row, :words], expected_posteriors(sentence, **chain), atol=1e-5
        )


def test_padding_has_no_probability_and_changes_nothing():
    emissions, chain = make_chain()
    tag_ids, lengths = tf.ones((3, 4), tf.int32), tf.constant(LENGTHS)
    padding = [[0, 2], [0, 3]]
    padded = tf.pad(emissions, [*padding, [0, 0]], constant_values=50.0)
    more_tags = tf.pad(tag_ids, padding, constant_values=2)
    more_lengths = tf.pad(lengths, [[0, 2]])  # sentences without a word
    likelihood = log_likelihood(padded, more_tags, more_lengths, **chain)
    plain = log_likelihood(emissions, tag_ids, lengths, **chain)
    np.testing.assert_allclose(likelihood, [*plain, 0, 0], rtol=1e-5)
    found = posteriors(padded, more_lengths, **chain)
    np.testing.assert_allclose(found[:3, :4], posteriors(emissions, lengths, **chain), rtol=1e-5)
    assert not found[:3, 4:].numpy().any() and not found[3:].numpy().any()
    for row, words in enumerate(LENGTHS):
        assert not found[row, words:].numpy().any()


def weighted(weights, chain, lengths):
    """A number that depends on all posteriors, as a function of emissions and transitions."""

    def function(emissions, transitions):
        found = posteriors(
            emissions, lengths, start=chain["start"], transitions=tf.convert_to_tensor(transitions)
        )
        return tf.reduce_sum(weights * found)

    return function


@pytest.mark.parametrize("graph", [False, True])
def test_posteriors_can_be_differentiated(graph):
    emissions, chain = make_chain(size=1.0)
    lengths = tf.constant(LENGTHS)
    weights = np.random.default_rng(5).normal(0, 1, emissions.shape).astype(np.float32)
    function = weighted(weights, chain, lengths)
    arguments = [emissions, chain["transitions"]]

    def gradients(*arguments):
        with tf.GradientTape() as tape:
            tape.watch(arguments)
            value = function(*arguments)
        return tape.gradient(value, arguments)

    found = (tf.function(gradients) if graph else gradients)(*arguments)
    plain = [np.array(argument, np.float64) for argument in arguments]

    def exact(emissions, transitions):
        return sum(
            (
                weights[row, :words]
                * expected_posteriors(emissions[row, :words], chain["start"], transitions)
            ).sum()
            for row, words in enumerate(LENGTHS)
        )

    for number, values in enumerate(plain):
        for place in np.ndindex(values.shape):
            around = []
            for step in (1e-4, -1e-4):
                moved = [array.copy() for array in plain]
                moved[number][place] += step
                around.append(exact(*moved))
            slope = (around[0] - around[1]) / 2e-4
            assert float(found[number][place]) == pytest.approx(slope, abs=1e-4)


def test_the_gradient_of_the_likelihood_is_what_was_seen_less_what_was_expected():
    emissions, chain = make_chain()
    tag_ids, lengths = tf.constant([[0, 1, 2, 0]] * 3), tf.constant(LENGTHS)
    with tf.GradientTape() as tape:
        tape.watch(emissions)
        likelihood = log_likelihood(emissions, tag_ids, lengths, **chain)
    words = tf.sequence_mask(lengths, 4, tf.float32)[..., tf.newaxis]
    expected = tf.one_hot(tag_ids, 3) * words - posteriors(emissions, lengths, **chain)
    np.testing.assert_allclose(tape.gradient(likelihood, emissions), expected, atol=1e-5)


@pytest.mark.slow
@pytest.mark.parametrize("size", [1e2, 1e4])
def test_large_emissions_and_long_sentences_stay_finite_and_exact(size):
    random = np.random.default_rng(3)
    emissions = tf.constant(random.normal(size, size, (2, 800, 3)), tf.float32)
    tag_ids, lengths = tf.argmax(emissions, -1, tf.int32), tf.constant([800, 799])
    chain = {"start": tf.zeros(3), "transitions": tf.zeros((3, 3))}

    @tf.function
    def differentiate(emissions):
        with tf.GradientTape() as tape:
            tape.watch(emissions)
            found = posteriors(emissions, lengths, **chain)
            loss = tf.reduce_sum(tf.math.log(tf.maximum(found[:, :799], 1e-30)))
        likelihood = log_likelihood(emissions, tag_ids, lengths, **chain)
        return found, tape.gradient(loss, emissions), likelihood

    found, gradient, likelihood = differentiate(emissions)
    # Without transitions each word is a softmax of its own.
    expected = tf.nn.softmax(emissions).numpy()
    expected[1, 799] = 0
    np.testing.assert_allclose(found, expected, atol=1e-5)
    assert np.isfinite(gradient).all()
    best = tf.reduce_max(tf.nn.log_softmax(emissions), -1).numpy()
    ideal = [best[0].sum(), best[1, :799].sum()]
    np.testing.assert_allclose(likelihood, ideal, rtol=1e-3, atol=1e-2)


def make_layer(tags=TAGS, seed=2):
    layer = CRF(tags)
    values = np.random.default_rng(seed).normal(0, 1, (len(tags), len(tags)))
    layer.transitions.assign(values)
    return layer


def test_what_iob2_forbids_has_no_probability_and_takes_no_gradient():
    layer = make_layer()
    emissions = tf.constant([[[0.0, 0.0, 50.0], [9.0, 0.0, 0.0], [0.0, 0.0, 50.0]]])
    tag_ids, lengths = tf.constant([[1, 0, 0]]), tf.constant([3])
    with tf.GradientTape() as tape:
        likelihood = layer.log_likelihood(emissions, tag_ids, lengths)
    gradient = tape.gradient(likelihood, layer.transitions).numpy()
    assert gradient[0, 2] == 0 and np.abs(gradient).sum() > 0
    found = layer.posteriors(emissions, lengths).numpy()[0]
    assert found[0, 2] == 0  # no I- opens a sentence
    # After the O in the middle (9 nats) an I- is none either, so that it pays to give O up.
    assert found[2, 2] == pytest.approx(1, abs=1e-6)
    assert found[1, 0] == pytest.approx(0, abs=1e-6)


@pytest.mark.parametrize("temperature", [0.1, 1.0, 3.0, 100.0])
def test_temperature_softens_all_but_what_is_forbidden(temperature):
    layer = make_layer()
    emissions, lengths = make_chain()[0], tf.constant(LENGTHS)
    found = layer.posteriors(emissions, lengths, temperature=temperature)
    start = np.array([0.0, 0.0, FORBIDDEN])
    forbidden = np.zeros((3, 3))
    forbidden[0, 2] = FORBIDDEN
    transitions = layer.transitions / temperature + forbidden
    for row, words in enumerate(LENGTHS):
        sentence = emissions[row, :words] / temperature
        expected = expected_posteriors(sentence, start, transitions)
        np.testing.assert_allclose(found[row, :words], expected, atol=1e-5)
        assert found[row, 0, 2] == 0


def test_before_any_training_a_crf_is_a_softmax_under_iob2():
    emissions, lengths = make_chain()[0], tf.constant(LENGTHS)
    layer = CRF(TAGS)
    np.testing.assert_array_equal(
        layer.posteriors(emissions, lengths), make_layer().iob2_posteriors(emissions, lengths)
    )
    free = CRF(("O", "B-A", "B-B")).posteriors(emissions, lengths)
    words = tf.sequence_mask(lengths, 4, tf.float32)[..., tf.newaxis]
    np.testing.assert_allclose(free, tf.nn.softmax(emissions) * words, atol=1e-6)
