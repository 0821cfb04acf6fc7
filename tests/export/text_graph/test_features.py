import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st

from bioner_kd.corpus.demo import read_demo
from bioner_kd.export.text_graph.features import FeatureGraph
from bioner_kd.tagging.word_features import FEATURES, FeatureConfig, WordFeatures
from bioner_kd.text.sentence import Sentence
from bioner_kd.text.tokenizer import split_words

from .texts import TEXTS

_ODD = (
    "Beta2 β αβγ é e\u0301 \u0301 \ufffd \ufffe \ufdd0 µ ½ ﬁ 日本 BRCA1 IL-2 aaaaaa AAAAA11111b 💊"
)
CONFIGS = (
    FeatureConfig(features=FEATURES, min_count=1, vocabulary_size=0),
    FeatureConfig(min_count=1, prefix_length=1, suffix_length=5, max_chars=2),
    FeatureConfig(features=("word", "char"), max_chars=7),
    FeatureConfig(features=("word",), min_count=5),
)


def make(config: FeatureConfig) -> WordFeatures:
    train = [Sentence.from_words(split_words(_ODD)), *read_demo("train")[:20]]
    return WordFeatures.from_sentences(train, config, vector_forms=("the", "\ufffd", "beta0"))


FEATURE_SETS = [make(config) for config in CONFIGS]


@pytest.fixture(scope="module", params=FEATURE_SETS, ids=[str(c.features) for c in CONFIGS])
def pair(request: pytest.FixtureRequest) -> tuple:
    graph = FeatureGraph(request.param)
    spec = tf.RaggedTensorSpec([None, None], tf.int32)
    return request.param, tf.function(graph, input_signature=[spec], autograph=False)


def compare(pair: tuple, words: list[str]) -> None:
    features, graph = pair
    rows = tf.ragged.constant([[ord(c) for c in word] for word in words], tf.int32, ragged_rank=1)
    found, expected = graph(rows), features.encode(words)
    assert set(found) == set(expected)
    for name, ids in expected.items():
        np.testing.assert_array_equal(found[name], ids, err_msg=name)


def test_words_of_a_corpus(pair: tuple) -> None:
    compare(pair, [word for sentence in read_demo("test")[:50] for word in sentence.words])


def test_odd_words(pair: tuple) -> None:
    compare(pair, split_words(_ODD))
    compare(pair, [letter * number for letter in "aA1é\u0301β" for number in range(1, 20)])


def test_no_words(pair: tuple) -> None:
    compare(pair, [])


@settings(deadline=None)
@given(texts=st.lists(TEXTS, max_size=3))
def test_words_of_any_text(pair: tuple, texts: list[str]) -> None:
    compare(pair, [word for text in texts for word in split_words(text)])


def test_a_table_of_another_folding_is_obeyed() -> None:
    made = WordFeatures(CONFIGS[2], {"word": ("ab",), "char": ("a",)}, {})
    compare((made, FeatureGraph(made)), ["ab", "é", "AB"])
    made = WordFeatures(CONFIGS[2], {"word": ("", "abc"), "char": ()}, {"é": "abc", "è": ""})
    compare((made, FeatureGraph(made)), ["é", "è", "èé", "aè"])
    made = WordFeatures(CONFIGS[2], {"word": ("", "a"), "char": ("a",)}, {"è": ""})
    compare((made, FeatureGraph(made)), ["è", "èa", "b"])
