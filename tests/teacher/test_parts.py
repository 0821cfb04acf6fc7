"""Parts of bounded size: what they hold, and that their sum is the whole batch."""

import numpy as np
import pytest
import tensorflow as tf

from bioner_kd.teacher.checkpoint.heads import load_token_classifier
from bioner_kd.teacher.model import Teacher
from bioner_kd.teacher.parts import WindowRows

from .tiny_bert import write_checkpoint

PAD, CLS, SEP = 0, 2, 3
TAGS = ("O", "B-Disease", "I-Disease")

# Keras 2.15 draws a seed with randint(1, 1e9) once keras.utils.set_random_seed was called.
pytestmark = pytest.mark.filterwarnings("ignore:non-integer arguments to randrange")


def make_batch(windows_of_sentences, subwords=40):
    """Sentences of windows of so many words each, every word of one subword.

    Returns features, targets and mask.
    """
    random = np.random.default_rng(4)
    sentences, most = len(windows_of_sentences), max(map(len, windows_of_sentences))
    words = max(map(sum, windows_of_sentences))
    ids = np.full((sentences, most, subwords), PAD, np.int32)
    positions = np.zeros((sentences, words), np.int32)
    mask = np.zeros((sentences, words), np.float32)
    for sentence, windows in enumerate(windows_of_sentences):
        word = 0
        for window, length in enumerate(windows):
            ids[sentence, window, : length + 2] = [CLS, *random.integers(5, 60, length), SEP]
            for place in range(length):
                positions[sentence, word] = window * subwords + place + 1
                mask[sentence, word] = 1
                word += 1
    tags = random.integers(0, len(TAGS), mask.shape).astype(np.int32)
    features = {"subword_ids": tf.constant(ids), "word_positions": tf.constant(positions)}
    return features, {"tag_ids": tf.constant(tags)}, tf.constant(mask)


LONG_AMONG_SHORT = [[3], [38, 38, 20], [5], [1], [9, 30], [7]]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("bert")
    write_checkpoint(folder, hidden_dropout_prob=0.0, attention_probs_dropout_prob=0.0)
    return folder


@pytest.fixture(scope="module")
def classifier(folder):
    return load_token_classifier(folder, TAGS, fine_tuned=False)


def compiled(classifier, **options):
    model = Teacher(classifier, pad_id=PAD, **options)
    model.compile("sgd")
    return model


def parts_of(features, budget, mask=None):
    windows = WindowRows.of(features, pad_id=PAD, budget=budget)
    start, parts = tf.constant(0), []
    while start < tf.size(windows.widths):
        part, start = windows.part(start, mask)
        parts.append(part)
    return parts


@pytest.mark.parametrize("budget", [40, 64, 100, 10_000])
def test_a_part_holds_no_more_than_the_budget_and_every_window_once(budget):
    features, _, _ = make_batch(LONG_AMONG_SHORT)
    parts = parts_of(features, budget)
    assert all(np.prod(part.ids.shape) <= budget for part in parts)
    # Windows without a subword are read nowhere.
    assert sum(part.ids.shape[0] for part in parts) == sum(map(len, LONG_AMONG_SHORT))
    found = sorted(int(i) for part in parts for i in tf.reshape(part.ids, [-1]) if i != PAD)
    every = features["subword_ids"].numpy().ravel()
    assert found == sorted(every[every != PAD].tolist())


def test_each_word_is_in_one_part_at_its_first_subword():
    features, _, mask = make_batch(LONG_AMONG_SHORT)
    flat = tf.reshape(features["subword_ids"], [len(LONG_AMONG_SHORT), -1]).numpy()
    seen = []
    for part in parts_of(features, 80, mask):
        ids = tf.gather(tf.reshape(part.ids, [-1]), part.places).numpy()
        for (sentence, word), found in zip(part.words.numpy().tolist(), ids, strict=True):
            seen.append((sentence, word))
            assert found == flat[sentence, features["word_positions"][sentence, word]]
    assert sorted(seen) == [tuple(place) for place in np.argwhere(mask.numpy()).tolist()]


def test_short_windows_are_not_padded_to_the_longest():
    features, _, _ = make_batch([[3]] * 7 + [[38]])
    widths = [part.ids.shape[1] for part in parts_of(features, 64)]
    assert widths == [8, 40]


def test_a_window_larger_than_the_budget_is_read_alone():
    features, _, _ = make_batch([[38], [38]])
    assert [part.ids.shape for part in parts_of(features, 8)] == [(1, 40), (1, 40)]


@pytest.mark.parametrize("budget", [40, 100])
def test_gradients_and_loss_of_the_parts_are_those_of_the_whole_batch(classifier, budget):
    batch = make_batch(LONG_AMONG_SHORT)
    found, losses = [], []
    for most in (100_000, budget):
        model = compiled(classifier, subword_budget=most)
        found.append(tf.function(model.gradients)(*batch))
        losses.append(float(model.metrics[0].result()))
    assert len(found[0]) == len(classifier.trainable_variables)
    scale = max(float(tf.reduce_max(tf.abs(gradient))) for gradient in found[0])
    for whole, summed in zip(*found, strict=True):
        np.testing.assert_allclose(summed, whole, atol=1e-5 * max(scale, 1))
    assert losses[1] == pytest.approx(losses[0], abs=1e-6)


def test_gradients_are_those_of_the_mean_loss_over_words(classifier):
    features, targets, mask = make_batch([[3], [5, 4]])
    model = compiled(classifier)
    with tf.GradientTape() as tape:
        logits = model(features, training=True)
        losses = model.word_losses({}, targets, logits)["loss"]
        loss = tf.reduce_sum(losses * mask) / tf.reduce_sum(mask)
    expected = tape.gradient(loss, classifier.trainable_variables)
    for gradient, other in zip(model.gradients(features, targets, mask), expected, strict=True):
        np.testing.assert_allclose(gradient, tf.convert_to_tensor(other), atol=1e-5)


@pytest.mark.parametrize("budget", [40, 100])
def test_logits_and_hidden_states_do_not_depend_on_the_budget(classifier, budget):
    features, _, mask = make_batch(LONG_AMONG_SHORT)
    whole = Teacher(classifier, pad_id=PAD, subword_budget=100_000)
    parted = Teacher(classifier, pad_id=PAD, subword_budget=budget)
    scored = mask.numpy() == 1
    both = [model.graph(hidden_state=True)(features)[scored] for model in (whole, parted)]
    np.testing.assert_allclose(*both, atol=1e-5)
    np.testing.assert_allclose(parted.graph()(features)[scored], both[0][:, : len(TAGS)], atol=1e-5)


def test_a_batch_without_a_subword_has_no_gradient(classifier):
    features = {"subword_ids": tf.zeros([1, 1, 8], tf.int32), "word_positions": tf.zeros([1, 2])}
    features["word_positions"] = tf.cast(features["word_positions"], tf.int32)
    model = compiled(classifier)
    gradients = model.gradients(features, {"tag_ids": tf.zeros([1, 2], tf.int32)}, tf.zeros([1, 2]))
    assert all(not np.any(gradient) for gradient in gradients)


def test_bfloat16_gives_nearly_the_logits_of_float32(folder, classifier):
    features, _, mask = make_batch(LONG_AMONG_SHORT)
    half = load_token_classifier(folder, TAGS, fine_tuned=False, precision="bfloat16")
    half.classifier.set_weights(classifier.classifier.get_weights())
    assert {variable.dtype for variable in half.trainable_variables} == {tf.float32}
    exact, rough = (Teacher(model, pad_id=PAD)(features) for model in (classifier, half))
    assert rough.dtype == tf.float32
    difference = np.abs(exact - rough)[mask.numpy() == 1]
    assert 0 < difference.max() < 0.1
