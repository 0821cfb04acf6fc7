"""The graph reads capitals and ß as Python does."""

import json
from pathlib import Path

import numpy as np
import tensorflow as tf

from bioner_kd.export.text_graph.features import FeatureGraph
from bioner_kd.tagging.word_features import WordFeatures

_FILE = Path(__file__).parents[2] / "tagging" / "capitals_cases.json"
CASES = json.loads(_FILE.read_text(encoding="utf-8"))


def test_graph_gives_the_ids_of_python():
    features = WordFeatures.from_json(CASES["features"])
    sentences = [case["words"] for case in CASES["spelled"]] + [[w] for w in CASES["folded"]]
    sentences = [s for s in sentences if s]
    numbers = [n for n, s in enumerate(sentences) for _ in s]
    words = tf.strings.unicode_decode([w for s in sentences for w in s], "UTF-8")
    found = FeatureGraph(features)(words, tf.constant(numbers, tf.int32))
    wanted = [features.encode(s) for s in sentences]
    assert found.keys() == wanted[0].keys()
    for name, ids in found.items():
        np.testing.assert_array_equal(ids, np.concatenate([one[name] for one in wanted]), name)
