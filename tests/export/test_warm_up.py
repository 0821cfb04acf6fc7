"""Warm-up requests: real protos that the model answers, and what is said where they cannot be."""

import logging
import sys
from pathlib import Path

import pytest
import tensorflow as tf
from tensorflow_serving.apis import prediction_log_pb2

from bioner_kd.export.warm_up import write_warm_up
from bioner_kd.student.saved_student import SavedStudent


def test_the_model_answers_each_request(export_folder: Path) -> None:
    version = export_folder / "saved_model" / "1"
    path = version / "assets.extra" / "tf_serving_warmup_requests"
    loaded, seen = tf.saved_model.load(str(version)), set()
    for record in tf.data.TFRecordDataset(str(path)):
        log = prediction_log_pb2.PredictionLog.FromString(record.numpy())
        assert log.WhichOneof("log_type") == "predict_log"
        request = log.predict_log.request
        assert request.model_spec.name == "bioner"
        inputs = {name: tf.constant(tf.make_ndarray(t)) for name, t in request.inputs.items()}
        answer = loaded.signatures[request.model_spec.signature_name](**inputs)
        assert all(tf.size(value) > 0 for value in answer.values())
        seen.add(request.model_spec.signature_name)
    assert seen == {"serving_default", "features"}


def test_without_the_package_it_says_how_to_get_it(
    trained_student: SavedStudent,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setitem(sys.modules, "tensorflow_serving", None)
    monkeypatch.setitem(sys.modules, "tensorflow_serving.apis", None)
    with caplog.at_level(logging.WARNING, "absl"):
        assert not write_warm_up(trained_student.features, tmp_path / "extra" / "requests")
    assert not list(tmp_path.iterdir())
    assert 'pip install "bioner_kd[serving]"' in caplog.text
