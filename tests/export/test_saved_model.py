"""The SavedModel: what TF Serving and clients without this project see."""

import os
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf
from tensorflow.core.protobuf import saved_model_pb2

from bioner_kd.corpus.demo import read_demo
from bioner_kd.encoding.batches import predict_logits
from bioner_kd.encoding.tables import read_tables
from bioner_kd.student.saved_student import SavedStudent


@pytest.fixture(scope="module")
def version(export_folder: Path) -> Path:
    return export_folder / "saved_model" / "1"


def test_its_signature_names_features_and_logits(version: Path) -> None:
    serving = tf.saved_model.load(str(version)).signatures["serving_default"]
    inputs = serving.structured_input_signature[1]
    assert {name: tuple(spec.shape) for name, spec in inputs.items()} == {
        "word_ids": (None, None),
        "prefix_ids": (None, None),
        "suffix_ids": (None, None),
        "shape_ids": (None, None),
        "char_ids": (None, None, 16),
    }
    assert {spec.dtype for spec in inputs.values()} == {tf.int32}
    (name,) = serving.structured_outputs
    assert name == "logits"
    assert serving.structured_outputs[name].dtype == tf.float32


def test_its_logits_are_those_of_keras_for_padded_batches(
    version: Path, trained_student: SavedStudent
) -> None:
    serving = tf.saved_model.load(str(version)).signatures["serving_default"]
    sentences = read_demo("test")[:30]
    found = predict_logits(
        lambda features: serving(**features)["logits"], trained_student.source(sentences), 8
    )
    for logits, expected in zip(found, trained_student.logits(sentences), strict=True):
        np.testing.assert_allclose(logits, expected, atol=1e-4)


def test_it_carries_its_tables(version: Path, trained_student: SavedStudent) -> None:
    tables = read_tables(version / "assets.extra" / "tables.json")
    assert tables == trained_student.tables


def test_it_holds_no_graph_of_training_or_of_another_device(version: Path) -> None:
    saved = saved_model_pb2.SavedModel()
    saved.ParseFromString((version / "saved_model.pb").read_bytes())
    names = [
        function.signature.name for function in saved.meta_graphs[0].graph_def.library.function
    ]
    assert names
    assert not [name for name in names if re.search("gpu|__backward|_grad_", name)]


STRANGER = """
import sys

class Blocker:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] == "bioner_kd":
            raise ModuleNotFoundError(f"{name} is blocked here")

sys.meta_path.insert(0, Blocker())
import numpy as np
import tensorflow as tf
serving = tf.saved_model.load(sys.argv[1]).signatures["serving_default"]
given = np.load(sys.argv[2])
logits = serving(**{name: tf.constant(given[name]) for name in given})["logits"]
np.save(sys.argv[3], logits.numpy())
"""


@pytest.mark.slow
def test_it_runs_where_this_project_cannot_be_imported(
    version: Path, trained_student: SavedStudent, tmp_path: Path
) -> None:
    (sentence,) = read_demo("test")[:1]
    features = trained_student.features.encode(sentence.words)
    np.savez(tmp_path / "given.npz", **{name: ids[np.newaxis] for name, ids in features.items()})
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    result = subprocess.run(
        [sys.executable, "-c", STRANGER, str(version), "given.npz", "found.npy"],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert result.returncode == 0, result.stderr
    (expected,) = trained_student.logits([sentence])
    np.testing.assert_allclose(np.load(tmp_path / "found.npy")[0], expected, atol=1e-4)
