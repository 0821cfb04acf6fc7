"""The teacher: BERT read at the first subword of each word, whatever the windows."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from transformers import BertConfig, TFBertForTokenClassification

from bioner_kd.teacher.model import Teacher

PAD, CLS, SEP, TAGS = 0, 1, 2, 3


@pytest.fixture(scope="module")
def teacher():
    keras.utils.set_random_seed(1)
    bert = TFBertForTokenClassification(
        BertConfig(
            vocab_size=30,
            hidden_size=16,
            num_hidden_layers=2,
            num_attention_heads=2,
            intermediate_size=24,
            max_position_embeddings=24,
            initializer_range=0.5,
            num_labels=TAGS,
        )
    )
    bert.build_in_name_scope()
    return Teacher(bert, pad_id=PAD)


def batch(ids, positions):
    return {
        "subword_ids": tf.constant(ids, tf.int32),
        "word_positions": tf.constant(positions, tf.int32),
    }


# Two words, of one and two subwords; the last token is padding.
SENTENCE = [CLS, 5, 9, 7, SEP, PAD]


def test_words_are_read_at_the_place_that_the_batch_names(teacher):
    logits = teacher(batch([[SENTENCE]], [[1, 2]]))
    expected = teacher.classifier(
        input_ids=tf.constant([SENTENCE]), attention_mask=tf.constant([[1, 1, 1, 1, 1, 0]])
    ).logits
    assert logits.dtype == tf.float32
    np.testing.assert_allclose(logits[0], expected[0, 1:3], atol=1e-6)


def test_positions_count_over_windows_laid_end_to_end(teacher):
    other = [CLS, 11, 12, 13, 14, SEP]
    logits = teacher(batch([[SENTENCE, other]], [[1, 2, 6 + 3]]))
    np.testing.assert_allclose(logits[0, :2], teacher(batch([[SENTENCE]], [[1, 2]]))[0], atol=1e-5)
    np.testing.assert_allclose(logits[0, 2], teacher(batch([[other]], [[3]]))[0, 0], atol=1e-5)


def test_padding_changes_no_logits(teacher):
    plain = teacher(batch([[SENTENCE]], [[1, 2]]))
    wide = [*SENTENCE, *[PAD] * 10]
    nothing = [PAD] * 16
    long = [CLS, *range(3, 17), SEP]
    padded = teacher(
        batch([[wide, nothing], [long, long], [nothing, nothing]], [[1, 2, 0], [1, 20, 3], [0] * 3])
    )
    np.testing.assert_allclose(padded[0, :2], plain[0], atol=1e-5)
    assert np.isfinite(padded.numpy()).all()


def test_dropout_acts_in_training_alone(teacher):
    features = batch([[SENTENCE]], [[1, 2]])
    plain = teacher(features).numpy()
    np.testing.assert_array_equal(teacher(features, training=False), plain)
    assert np.abs(teacher(features, training=True) - plain).max() > 1e-3


def test_one_graph_serves_batches_of_any_shape(teacher):
    predict = teacher.graph()
    for ids, positions in (
        ([[SENTENCE]], [[1, 2]]),
        ([[SENTENCE, [CLS, 4, SEP, PAD, PAD, PAD]]], [[1, 2, 7]]),
        ([[[CLS, 4, SEP]], [[CLS, 8, SEP]]], [[1], [1]]),
    ):
        features = batch(ids, positions)
        np.testing.assert_allclose(predict(features), teacher(features), atol=1e-5)
    assert predict.experimental_get_tracing_count() == 1


def test_the_hidden_state_is_that_of_the_first_subword_behind_the_logits(teacher):
    features = batch([[SENTENCE]], [[1, 2]])
    both = teacher.with_hidden_state(features)
    assert both.dtype == tf.float32
    assert both.shape == (1, 2, TAGS + 16)
    np.testing.assert_allclose(both[..., :TAGS], teacher(features), atol=1e-6)
    encoder = teacher.classifier.bert(
        input_ids=tf.constant([SENTENCE]), attention_mask=tf.constant([[1, 1, 1, 1, 1, 0]])
    )
    np.testing.assert_allclose(both[0, :, TAGS:], encoder.last_hidden_state[0, 1:3], atol=1e-6)
    predict = teacher.graph(hidden_state=True)
    np.testing.assert_allclose(predict(features), both, atol=1e-5)


def test_the_loss_is_the_cross_entropy_of_the_tags(teacher):
    logits = tf.constant([[[0.0, 0.0, 0.0], [50.0, 0.0, 0.0]]])
    losses = teacher.word_losses({}, {"tag_ids": tf.constant([[2, 0]])}, logits)
    assert set(losses) == {"loss"}
    np.testing.assert_allclose(losses["loss"], [[np.log(3), 0.0]], atol=1e-6)
