"""The BiLSTM student."""

import dataclasses
import itertools

import keras
import numpy as np
import pytest
import tensorflow as tf

from bioner_kd.student.config import StudentConfig
from bioner_kd.student.model import Student
from bioner_kd.tagging.word_features import FEATURES, PAD, VECTOR

ROWS, CHARS, TAGS = 20, 7, 3
NAMES = ("O", "B-A", "I-A")
SMALL = {
    "word_size": 8,
    "prefix_size": 4,
    "suffix_size": 4,
    "shape_size": 3,
    "char_size": 4,
    "char_filters": 5,
    "units": 6,
}
VECTORS = np.random.default_rng(3).normal(size=(ROWS - 2, 5)).astype(np.float32)


def make_student(features=FEATURES, seed=1, **settings):
    keras.utils.set_random_seed(seed)
    config = StudentConfig(**{**SMALL, **settings})
    sizes = dict.fromkeys(features, ROWS)
    student = Student(config, sizes, TAGS, vector_size=VECTORS.shape[1], tag_names=NAMES)
    if VECTOR in features:
        student(make_features(1))  # builds its tables
        student.set_vectors(VECTORS)
    return student


def make_features(*lengths, words=0, seed=0):
    """Random ids of sentences of these lengths, padded to the longest or to `words`."""
    random = np.random.default_rng(seed)
    width = max(words, *lengths)
    present = np.arange(width) < np.array(lengths)[:, np.newaxis]
    shape = (len(lengths), width)
    features = {
        f"{name}_ids": random.integers(1, ROWS, shape) * present
        for name in FEATURES
        if name != "char"
    }
    chars = random.integers(1, ROWS, (*shape, CHARS)) * present[..., np.newaxis]
    chars[..., 4:] *= random.integers(0, 2, (*shape, 1))  # shorter words
    features["char_ids"] = chars
    return {name: tf.constant(ids, tf.int32) for name, ids in features.items()}


def pad(features, *, sentences=0, words=0):
    return {
        name: tf.pad(ids, [[0, sentences], [0, words], [0, 0]][: ids.shape.rank])
        for name, ids in features.items()
    }


def test_every_word_has_a_row_of_logits():
    logits = make_student()(make_features(5, 2))
    assert logits.shape == (2, 5, TAGS)
    assert logits.dtype == tf.float32


@pytest.mark.parametrize("layers", [1, 2])
@pytest.mark.parametrize(("sentences", "words"), [(0, 11), (3, 0), (2, 30)])
def test_padding_changes_no_logits(layers, sentences, words):
    student = make_student(layers=layers)
    features = make_features(6, 1, 4)
    plain = student(features)
    padded = student(pad(features, sentences=sentences, words=words))
    for row, length in enumerate((6, 1, 4)):
        np.testing.assert_allclose(padded[row, :length], plain[row, :length], atol=1e-5)


def test_neighbours_change_no_logits():
    student = make_student()
    alone, neighbours = make_features(4), make_features(9, 30, seed=5)
    together = {
        name: tf.concat([pad({name: ids}, words=26)[name], pad(
            {name: neighbours[name]}, words=0)[name]], 0)
        for name, ids in alone.items()
    }  # fmt: skip
    np.testing.assert_allclose(student(together)[0, :4], student(alone)[0], atol=1e-5)


def test_a_sentence_of_one_word_and_one_of_2000():
    student = make_student()
    features = make_features(2000, 1)
    logits = student(features)
    assert np.isfinite(logits.numpy()).all()
    one = {name: ids[1:, :1] for name, ids in features.items()}
    np.testing.assert_allclose(student(one)[0, 0], logits[1, 0], atol=1e-5)


def test_a_word_is_read_in_the_light_of_both_sides():
    student = make_student()
    features = make_features(7)
    before = student(features).numpy()
    for changed in (0, 6):
        ids = features["word_ids"].numpy()
        ids[0, changed] = ids[0, changed] % (ROWS - 1) + 1
        after = student({**features, "word_ids": tf.constant(ids)}).numpy()
        assert np.abs(after - before)[0, 3].max() > 1e-6


SUBSETS = [
    ("word", *others)
    for size in range(len(FEATURES))
    for others in itertools.combinations(FEATURES[1:], size)
]


@pytest.mark.parametrize("names", SUBSETS, ids=",".join)
def test_any_subset_of_features_is_enough_and_no_more_is_read(names):
    student = make_student(names)
    features = make_features(3, 5)
    needed = {f"{name}_ids": features[f"{name}_ids"] for name in names}
    np.testing.assert_array_equal(student(features), student(needed))
    width = sum({**SMALL, "char_size": 5, "vector_size": 5}[f"{name}_size"] for name in names)
    assert student.get_layer("bilstm_0").forward_layer.cell.kernel.shape[0] == width


@pytest.mark.parametrize("name", FEATURES)
def test_each_feature_matters(name):
    student = make_student()
    features = make_features(5)
    ids = features[f"{name}_ids"]
    other = {**features, f"{name}_ids": tf.where(ids == PAD, ids, ids % (ROWS - 1) + 1)}
    assert np.abs(student(features) - student(other)).max() > 1e-4


@pytest.mark.parametrize("tuned", [False, True])
def test_vectors_are_trained_on_only_where_asked_for(tuned):
    student = make_student(tune_vectors=tuned)
    ids = tf.range(ROWS)[tf.newaxis]
    (rows,) = student.get_layer("vectors")(ids).numpy()
    assert not rows[:2].any()
    assert np.sqrt(np.mean(rows[2:] ** 2)) == pytest.approx(0.05 / 3**0.5, rel=0.01)
    np.testing.assert_allclose(rows[2:] / rows[2, 0], VECTORS / VECTORS[0, 0], atol=0.2)
    names = [variable.name for variable in student.trainable_variables]
    assert any("vectors" in name for name in names) == tuned


@pytest.mark.parametrize("shares", [(0.5, 0.0), (0.0, 0.5)])
def test_dropout_acts_in_training_alone(shares):
    student = make_student(dropout=shares[0], word_dropout=shares[1])
    features = make_features(12)
    plain = student(features)
    np.testing.assert_array_equal(student(features, training=False), plain)
    assert np.abs(student(features, training=True) - plain).max() > 1e-3


def test_without_dropout_training_is_as_prediction():
    student = make_student(dropout=0.0, word_dropout=0.0)
    features = make_features(6)
    np.testing.assert_allclose(student(features, training=True), student(features), atol=1e-6)


@pytest.mark.parametrize("layers", [1, 2])
def test_the_hidden_layer_is_what_the_logits_are_made_of(layers):
    student = make_student(layers=layers)
    features = make_features(6, 3)
    logits = student(features)
    hidden = student.hidden(features)
    assert hidden.shape == (2, 6, 12)
    kernel, bias = student.get_layer("classifier").get_weights()
    np.testing.assert_allclose(hidden @ kernel + bias, logits, atol=1e-5)


def test_sizes_are_those_of_the_configuration():
    student = make_student(units=10, layers=2)
    student(make_features(3))
    assert student.get_layer("bilstm_1").forward_layer.units == 10
    assert student.get_layer("word_embedding").get_weights()[0].shape == (ROWS, 8)
    assert student.get_layer("classifier").get_weights()[0].shape == (20, TAGS)


@pytest.mark.parametrize("names", [FEATURES, ("word",), ("word", "suffix", "char")])
@pytest.mark.parametrize(
    "settings", [{}, {"layers": 2, "head": "crf"}, {"tune_vectors": True, "char_width": 4}]
)
def test_the_blueprint_makes_the_student_again_and_knows_its_weights(names, settings):
    student = make_student(names, **settings)
    features = make_features(3)
    student(features)
    again = Student.from_blueprint(dataclasses.replace(student.blueprint, tags=NAMES))
    found = again.weights_by_name()
    expected = {name: (tuple(v.shape), v.dtype.as_numpy_dtype) for name, v in found.items()}
    assert again.blueprint.weights() == expected
    assert {id(weight) for weight in found.values()} == {id(weight) for weight in again.weights}
    again.set_weights(student.get_weights())
    np.testing.assert_array_equal(again(features), student(features))
    wider = make_features(3, 17, 1, seed=2)  # other shapes than it was made with
    np.testing.assert_array_equal(again(wider), student(wider))


def test_a_crf_adds_one_trained_matrix_and_leaves_the_logits_as_they_are():
    features, logits, students = make_features(5, 2), [], []
    for head in ("softmax", "crf"):
        students.append(make_student(head=head))
        logits.append(students[-1](features))
    np.testing.assert_array_equal(*logits)
    plain, crf = students
    assert crf.count_params() == plain.count_params() + TAGS**2
    assert any(weight is crf.crf.transitions for weight in crf.trainable_variables)
    assert plain.transitions is None
    assert crf.transitions == ((0.0,) * TAGS,) * TAGS


def test_a_crf_needs_the_names_of_all_tags():
    config = StudentConfig(**SMALL, head="crf")
    for names in ((), NAMES[:2]):
        with pytest.raises(ValueError, match="names of 3 tags"):
            Student(config, {"word": ROWS}, TAGS, tag_names=names)


def test_a_crf_can_be_made_again_and_trained_on():
    student = make_student(head="crf")
    features, tags, lengths = make_features(6, 2), tf.ones((2, 6), tf.int32), tf.constant([6, 2])
    before = student(features)
    student.crf.transitions.assign(np.arange(9.0).reshape(3, 3))
    likelihood = student.crf.log_likelihood(before, tags, lengths)
    loaded = Student.from_blueprint(student.blueprint)
    loaded.set_weights(student.get_weights())
    assert loaded.transitions == ((0.0, 1.0, 2.0), (3.0, 4.0, 5.0), (6.0, 7.0, 8.0))
    np.testing.assert_array_equal(loaded(features), before)
    np.testing.assert_array_equal(loaded.crf.log_likelihood(before, tags, lengths), likelihood)
