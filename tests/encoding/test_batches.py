"""Batches of sentences, and the graph of a model that predicts them."""

import dataclasses
import logging

import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st

from bioner_kd.encoding.batches import (
    BatchSource,
    one_graph,
    pad,
    predict_logits,
    round_up_length,
    sentence_values,
    shuffled_batches,
    sorted_batches,
    student_features,
    unsort,
    word_values,
)
from bioner_kd.encoding.ragged import Ragged
from bioner_kd.tagging.word_features import FeatureConfig, WordFeatures
from bioner_kd.text.sentence import Sentence

TAGS = 3


def corpus_lengths(sentences=5000):
    """Words of sentences as abstracts have them: 25 on average, the longest above 100."""
    random = np.random.default_rng(0)
    return np.clip(random.lognormal(3.1, 0.5, sentences).astype(np.int64), 1, 200)


def make_sentences(lengths):
    return [
        Sentence.from_words(f"w{number}x{position}" for position in range(length))
        for number, length in enumerate(lengths)
    ]


def make_source(lengths, config=FeatureConfig()):  # noqa: B008 - it is frozen
    """Tag ids count the words of the corpus, so that each says which word it belongs to."""
    sentences = make_sentences(lengths)
    tables = WordFeatures.from_sentences(sentences, config)
    words = np.array(lengths, np.int64)
    numbers = np.arange(words.sum(), dtype=np.int32)
    logits = np.stack([numbers, -numbers, 2 * numbers], 1).astype(np.float32)
    targets = (
        word_values("tag_ids", Ragged(numbers, words)),
        word_values("teacher_logits", Ragged(logits, words)),
    )
    return BatchSource(words, words, (student_features(sentences, tables),), targets)


@pytest.mark.parametrize(
    ("length", "padded"),
    [(0, 8), (1, 8), (8, 8), (9, 16), (63, 64), (64, 64), (65, 96), (96, 96), (97, 128)],
)
def test_padded_lengths(length, padded):
    assert int(round_up_length(tf.constant(length, tf.int64))) == padded


def test_pad_fills_with_zeros_and_keeps_inner_axes():
    rows = tf.ragged.constant([[[1, 2]], [[3, 4], [5, 6]]], ragged_rank=1)
    padded = pad(rows).numpy()
    assert padded.shape == (2, 8, 2)
    assert padded[0, :2].tolist() == [[1, 2], [0, 0]]
    assert padded[1, :3].tolist() == [[3, 4], [5, 6], [0, 0]]


@given(
    st.lists(st.integers(1, 60), min_size=1, max_size=300),
    st.integers(1, 40),
    st.integers(0, 2**32 - 1),
)
@settings(max_examples=50)
def test_each_epoch_has_every_sentence_once(lengths, batch_size, seed):
    for epoch in (0, 7):
        batches = shuffled_batches(np.array(lengths), batch_size, seed=seed, epoch=epoch)
        assert sorted(np.concatenate(batches).tolist()) == list(range(len(lengths)))
        sizes = sorted(map(len, batches))
        assert sizes[1:] == [batch_size] * (len(sizes) - 1)
        assert 1 <= sizes[0] <= batch_size


def in_a_row(*arguments, **options):
    return [batch.tolist() for batch in shuffled_batches(*arguments, **options)]


def test_order_is_a_function_of_seed_and_epoch():
    lengths = corpus_lengths(200)
    first = in_a_row(lengths, 8, seed=1, epoch=0)
    np.random.default_rng().random(5)  # what others draw makes no difference
    assert in_a_row(lengths, 8, seed=1, epoch=0) == first
    assert in_a_row(lengths, 8, seed=1, epoch=1) != first
    assert in_a_row(lengths, 8, seed=2, epoch=0) != first


def test_which_sentences_meet_changes_with_the_epoch():
    lengths = corpus_lengths(2000)
    partners = [
        {frozenset(batch) for batch in in_a_row(lengths, 8, seed=1, epoch=epoch)}
        for epoch in (0, 1)
    ]
    assert len(partners[0] & partners[1]) < 5


@pytest.mark.parametrize("batch_size", [8, 32])
def test_bucketing_wastes_less_than_a_twelfth(batch_size):
    lengths = corpus_lengths()
    batches = shuffled_batches(lengths, batch_size, seed=1, epoch=0)
    padded = sum(len(batch) * lengths[batch].max() for batch in batches)
    assert padded < 1.08 * lengths.sum()
    rounded = sum(
        len(batch) * int(round_up_length(tf.constant(lengths[batch].max()))) for batch in batches
    )
    assert rounded < 1.25 * lengths.sum()


def test_batches_do_not_come_in_order_of_length():
    lengths = corpus_lengths()
    longest = [lengths[b].max() for b in shuffled_batches(lengths, 32, seed=1, epoch=0)]
    assert abs(np.corrcoef(longest, np.arange(len(longest)))[0, 1]) < 0.3


def test_the_batch_contract():
    source = make_source([3, 1, 10])
    features, targets, mask = source.gather(tf.constant([2, 0], tf.int64))
    assert set(features) == {"word_ids", "prefix_ids", "suffix_ids", "shape_ids", "char_ids"}
    assert {value.dtype for value in features.values()} == {tf.int32}
    assert features["word_ids"].shape == (2, 16)
    assert features["char_ids"].shape == (2, 16, 16)
    assert set(targets) == {"tag_ids", "teacher_logits"}
    assert targets["tag_ids"].dtype == tf.int32
    assert targets["tag_ids"].shape == (2, 16)
    assert targets["teacher_logits"].dtype == tf.float32
    assert targets["teacher_logits"].shape == (2, 16, TAGS)
    assert mask.dtype == tf.float32
    np.testing.assert_array_equal(mask, [[1] * 10 + [0] * 6, [1] * 3 + [0] * 13])
    np.testing.assert_array_equal(features["word_ids"].numpy() != 0, mask)
    assert targets["tag_ids"].numpy()[0].tolist() == [*range(4, 14), 0, 0, 0, 0, 0, 0]
    assert targets["teacher_logits"].numpy()[1, :4].tolist() == [
        [0, 0, 0],
        [1, -1, 2],
        [2, -2, 4],
        [0, 0, 0],
    ]


def test_features_of_a_batch_are_those_of_its_words():
    lengths = [2, 5]
    sentences = make_sentences(lengths)
    tables = WordFeatures.from_sentences(sentences[:1], FeatureConfig(features=("char", "word")))
    features = student_features(sentences, tables)(tf.constant([1], tf.int64))
    assert set(features) == {"word_ids", "char_ids"}
    for name, ids in tables.encode(sentences[1].words).items():
        np.testing.assert_array_equal(features[name][0, :5], ids)
        assert not features[name][0, 5:].numpy().any()


@pytest.mark.parametrize("batch_size", [1, 4, 7, 100])
def test_steps_are_the_batches_of_an_epoch(batch_size):
    source = make_source([1 + number % 9 for number in range(21)])
    batches = list(source.epochs(batch_size, seed=1, first=0, end=1))
    assert source.steps(batch_size) == len(batches)
    assert sum(mask.shape[0] for _, _, mask in batches) == 21
    assert source.steps(batch_size) * 3 == len(
        list(source.epochs(batch_size, seed=1, first=2, end=5))
    )


def test_epochs_follow_the_order_of_shuffled_batches():
    lengths = [1 + number % 9 for number in range(21)]
    source = make_source(lengths)
    starts = np.cumsum([0, *lengths[:-1]])
    expected = [
        starts[batch].tolist()
        for epoch in (3, 4)
        for batch in shuffled_batches(source.lengths, 4, seed=5, epoch=epoch)
    ]
    batches = source.epochs(4, seed=5, first=3, end=5)
    assert [targets["tag_ids"][:, 0].numpy().tolist() for _, targets, _ in batches] == expected


def test_an_epoch_that_starts_later_goes_on_as_the_one_that_did_not():
    source = make_source([1 + number % 9 for number in range(21)])
    whole = [t["tag_ids"].numpy() for _, t, _ in source.epochs(4, seed=5, first=0, end=3)]
    rest = [t["tag_ids"].numpy() for _, t, _ in source.epochs(4, seed=5, first=2, end=3)]
    assert len(rest) == 6
    for expected, found in zip(whole[12:], rest, strict=True):
        np.testing.assert_array_equal(found, expected)


def test_batches_have_no_fixed_shape():
    # Else every length would make the training step's graph anew.
    features, targets, mask = make_source([3]).epochs(2, seed=1, first=0, end=1).element_spec
    assert features["word_ids"].shape.as_list() == [None, None]
    assert features["char_ids"].shape.as_list() == [None, None, 16]
    assert targets["teacher_logits"].shape.as_list() == [None, None, TAGS]
    assert mask.shape.as_list() == [None, None]


def test_sorted_batches_grow():
    lengths = np.array([5, 2, 9, 2, 1])
    assert [b.tolist() for b in sorted_batches(lengths, 2)] == [[4, 1], [3, 0], [2]]


@given(st.lists(st.integers(0, 9), max_size=40), st.integers(1, 7))
def test_unsort_restores_the_corpus(lengths, batch_size):
    batches = sorted_batches(np.array(lengths, np.int64), batch_size)
    rows = [np.array([index]) for batch in batches for index in batch]
    assert [int(row[0]) for row in unsort(rows, batches)] == list(range(len(lengths)))


def test_predicted_logits_come_in_corpus_order_without_padding():
    lengths = [3, 1, 40, 2000, 1, 12]
    source = make_source(lengths, FeatureConfig(features=("word",)))
    shapes = []

    def model(features):
        shapes.append(tuple(features["word_ids"].shape))
        return tf.cast(features["word_ids"], tf.float32)[..., tf.newaxis]

    rows = predict_logits(model, source, 2)
    assert [row.shape for row in rows] == [(length, 1) for length in lengths]
    everything = source.gather(tf.range(6, dtype=tf.int64))[0]["word_ids"].numpy()
    for row, ids in zip(rows, everything, strict=True):
        np.testing.assert_array_equal(row[:, 0], ids[: len(row)])
    assert sorted(shapes) == [(2, 8), (2, 16), (2, 2016)]


def test_nothing_to_predict():
    source = BatchSource(np.zeros(0, np.int64), np.zeros(0, np.int64), ())
    assert predict_logits(lambda features: features, source, 4) == []


@given(st.integers(1, 40), st.integers(0, 60), st.data())
@settings(max_examples=50)
def test_optional_sentences_are_drawn_anew_in_each_epoch(always, optional, data):
    drawn = data.draw(st.integers(0, optional))
    lengths = np.ones(always + optional, np.int64)
    for epoch in (0, 1):
        batches = shuffled_batches(lengths, 8, seed=1, epoch=epoch, optional=optional, drawn=drawn)
        indices = np.concatenate(batches).tolist()
        assert len(set(indices)) == len(indices) == always + drawn
        assert set(range(always)) <= set(indices) <= set(range(always + optional))


def test_epochs_draw_different_optional_sentences():
    options = {"optional": 1000, "drawn": 100}
    first, second = (
        set(np.concatenate(shuffled_batches(np.ones(1010), 8, seed=1, epoch=epoch, **options)))
        for epoch in (0, 1)
    )
    assert len(first & second) < 50


def test_steps_count_the_sentences_that_are_drawn():
    source = dataclasses.replace(make_source([1] * 21), optional=11, drawn=5)
    assert source.steps(4) == 4
    batches = list(source.epochs(4, seed=1, first=0, end=2))
    assert sum(mask.shape[0] for _, _, mask in batches) == 30
    assert len(batches) == 8


def test_a_number_a_sentence_is_gathered_with_it():
    gather = sentence_values("annotated", np.array([1.0, 0.0, 1.0]))
    values = gather(tf.constant([2, 1], tf.int64))["annotated"]
    assert values.dtype == tf.float32
    assert values.numpy().tolist() == [1.0, 0.0]


@pytest.mark.parametrize("skip", [0, 1, 4, 5])
def test_the_first_batches_of_an_epoch_are_left_out_where_a_run_has_seen_them(skip):
    source = make_source([3, 1, 4, 1, 5, 9, 2, 6, 5])
    whole, rest = (
        list(source.epochs(2, seed=1, first=1, end=3, skip=n).as_numpy_iterator())
        for n in (0, skip)
    )
    assert len(whole) == 10
    for seen, same in zip(whole[skip:], rest, strict=True):
        np.testing.assert_array_equal(seen[2], same[2])
        for name, values in seen[0].items():
            np.testing.assert_array_equal(values, same[0][name])


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
