import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st

from bioner_kd.export.text_graph.decoding import DecoderGraph
from bioner_kd.tagging.decoding import Decoder
from bioner_kd.tagging.tag_set import TagSet

TAG_SET = TagSet(("O", "B-A", "I-A", "B-C", "I-C"))
_RANDOM = np.random.default_rng(3)
CRF = tuple(map(tuple, _RANDOM.normal(0, 1.5, (5, 5)).tolist()))
SPECS = [tf.TensorSpec([None, None, 5], tf.float32), tf.TensorSpec([None], tf.int64)]


@pytest.fixture(scope="module", params=[None, CRF], ids=["plain", "crf"])
def pair(request: pytest.FixtureRequest) -> tuple:
    decoder = Decoder(TAG_SET, request.param)
    return decoder, tf.function(DecoderGraph(decoder), input_signature=SPECS, autograph=False)


def compare(pair: tuple, sentences: list[np.ndarray]) -> None:
    decoder, graph = pair
    lengths = [len(rows) for rows in sentences]
    # Padding of any value changes nothing.
    batch = np.full((len(sentences), max(lengths) + 2, 5), 9.0, np.float32)
    batch[:, :, 2] = 99
    for row, logits in zip(batch, sentences, strict=True):
        row[: len(logits)] = logits
    tags, odds, in_entity = (column.numpy() for column in graph(batch, np.array(lengths)))
    for logits, found, score, inside in zip(sentences, tags, odds, in_entity, strict=True):
        expected = decoder.decode(logits)
        assert [TAG_SET.tags[number] for number in found[: len(logits)]] == expected
        scores = decoder.scores(logits, expected)
        np.testing.assert_allclose(score[: len(logits)], scores, atol=1e-12)
        (rows,) = decoder.probabilities_many([logits])
        np.testing.assert_allclose(inside[: len(logits)], 1 - rows[:, 0], atol=1e-12)


def test_random_sentences_of_many_lengths(pair: tuple) -> None:
    compare(pair, [_RANDOM.normal(0, 2, (n, 5)).astype(np.float32) for n in (1, 2, 3, 9, 40, 1)])


@settings(deadline=None)
@given(
    st.lists(
        st.lists(st.tuples(*[st.sampled_from([0.0, 1.0, -1.0, 0.5, 30.0, -80.0])] * 5), min_size=1),
        min_size=1,
        max_size=4,
    )
)
def test_ties_fall_as_in_python(pair: tuple, sentences: list) -> None:
    compare(pair, [np.array(rows, np.float32) for rows in sentences])


def test_a_tag_that_was_ruled_out_is_not_chosen(pair: tuple) -> None:
    logits = np.zeros((4, 5), np.float32)
    logits[:, 1:] = -np.inf
    compare(pair, [logits])


def test_sentences_that_need_no_search_are_not_changed_by_one_that_does() -> None:
    decoder = Decoder(TAG_SET)
    stray = np.eye(5, dtype=np.float32)[[0, 2, 0]] * 5
    fine = np.eye(5, dtype=np.float32)[[1, 2, 0]]
    compare((decoder, DecoderGraph(decoder)), [stray, fine])
