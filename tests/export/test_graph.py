from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf

from bioner_kd.corpus.demo import read_demo
from bioner_kd.errors import InputError
from bioner_kd.export.graph import StudentGraph, describe_signature, save_signatures
from bioner_kd.student.saved_student import SavedStudent


def test_a_signature_is_described_with_minus_one_for_any_size(
    trained_student: SavedStudent,
) -> None:
    described = describe_signature(trained_student, None, 16)
    assert described["inputs"]["word_ids"] == {"dtype": "int32", "shape": [-1, 16]}
    assert described["inputs"]["char_ids"] == {"dtype": "int32", "shape": [-1, 16, 16]}
    assert described["outputs"] == {"logits": {"dtype": "float32", "shape": [-1, 16, 5]}}


def test_only_weights_are_part_of_the_graph(trained_student: SavedStudent) -> None:
    graph = StudentGraph(trained_student)
    assert len(graph.variables) == len(trained_student.model.weights)
    assert not graph.submodules


@pytest.mark.parametrize("batch", [1, None])
def test_it_computes_what_the_student_computes(
    trained_student: SavedStudent, batch: int | None
) -> None:
    (sentence,) = read_demo("test")[:1]
    features = trained_student.features.encode(sentence.words)
    ids = {name: tf.constant(values[np.newaxis]) for name, values in features.items()}
    found = StudentGraph(trained_student).signature(batch, None)(**ids)["logits"]
    (expected,) = trained_student.logits([sentence])
    np.testing.assert_allclose(found[0], expected, atol=1e-5)


def test_the_students_own_lstm_is_left_as_it_was(trained_student: SavedStudent) -> None:
    layers = [
        layer for layer in trained_student.model.submodules if isinstance(layer, keras.layers.LSTM)
    ]
    before = [layer._could_use_gpu_kernel for layer in layers]
    StudentGraph(trained_student).signature(1, None)
    assert all(before)
    assert all(layer._could_use_gpu_kernel for layer in layers)


def test_a_full_disk_is_one_clear_error(
    trained_student: SavedStudent, tmp_path: Path, room_for: Any
) -> None:
    graph = StudentGraph(trained_student)
    signatures = {"serving_default": graph.signature(None, None)}
    with room_for(20_000), pytest.raises(InputError, match="written here .File too large"):
        save_signatures(graph, str(tmp_path / "model"), signatures)
