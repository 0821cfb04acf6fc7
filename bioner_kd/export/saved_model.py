"""A student as a SavedModel for TF Serving, with warm-up requests and configuration files."""

from pathlib import Path
from typing import Any

import tensorflow as tf
from absl import logging

from bioner_kd.atomic import atomic_file
from bioner_kd.export.graph import StudentGraph, save_signatures
from bioner_kd.export.text_graph.signature import TextGraph
from bioner_kd.extras import remedy
from bioner_kd.student.saved_student import SavedStudent
from bioner_kd.tagging.models.layout import (
    FEATURES,
    MODEL_NAME,
    SAVED_MODEL_TABLES,
    SERVING,
    SERVING_CONFIGS,
    TEXT,
    WARM_UP,
)
from bioner_kd.tagging.word_features import WordFeatures

_SENTENCES = (
    "Aspirin can cause gastric ulcers.",
    "Two patients (aged 3 and 70 years) with β-thalassaemia were given lithium. Neither had gout.",
)
# The first call takes many times as long as the second; a call with texts of a new size does not.
_TEXTS = ([_SENTENCES[0]], ["", *_SENTENCES], [" ".join(_SENTENCES * 20)])
MODELS, BATCHING, MONITORING = "models.config", "batching.config", "monitoring.config"
_MODELS = f"""\
# Which models are served: --model_config_file=/{SERVING_CONFIGS}/{MODELS}
model_config_list {{
  config {{
    name: "{MODEL_NAME}"
    base_path: "/models/{MODEL_NAME}"
    model_platform: "tensorflow"
    # A new version folder is served as soon as it is there, and the one before it put away.
    model_version_policy {{ latest {{ num_versions: 1 }} }}
  }}
}}
"""
_BATCHING = f"""\
# Texts of several clients become one batch:
#   --enable_batching --batching_parameters_file=/{SERVING_CONFIGS}/{BATCHING}
# Texts of a batch. A request of more texts is refused.
max_batch_size {{ value: 128 }}
# How long, in microseconds, a request waits for others while a thread is free.
batch_timeout_micros {{ value: 1000 }}
max_enqueued_batches {{ value: 1000 }}
# Best: as many as the machine has cores.
num_batch_threads {{ value: 2 }}
# Would pad with the first id of a sentence, not with 0. Requests to the signature "features" are
# batched where they are padded to the same length; texts need no padding.
pad_variable_length_inputs: false
"""
_MONITORING = f"""\
# Figures for Prometheus, at /monitoring/prometheus/metrics of the REST port:
#   --monitoring_config_file=/{SERVING_CONFIGS}/{MONITORING}
prometheus_config {{
  enable: true
  path: "/monitoring/prometheus/metrics"
}}
"""
_FILES = {MODELS: _MODELS, BATCHING: _BATCHING, MONITORING: _MONITORING}


class _ServedStudent(tf.Module):
    """The saved object: weights, and the tables in which the text signature looks words up."""

    def __init__(self, student: SavedStudent) -> None:
        super().__init__()
        self.student = StudentGraph(student)
        features = self.student.signature(None, None)
        self.text = TextGraph(student.tables, features)
        self.by_name = {SERVING: self.text.signature(), FEATURES: features}


def write_saved_model(student: SavedStudent, folder: Path) -> None:
    """Writes a version folder of two signatures.

    "serving_default" takes string "text" (texts,), raw UTF-8. It gives string "words" and "tags",
    float32 "scores", int32 "starts" and "ends" (texts, longest), counted in characters of the text,
    and int32 "num_words" (texts,). Padding is "", 0 and -1. Words and tags are those of
    `Tagger.tag`. Bytes that are no UTF-8 are read as U+FFFD, as with errors="replace" in Python.

    "features" takes padded batches of any size: int32 "word_ids", "prefix_ids", "suffix_ids",
    "shape_ids" (batch, words) and "char_ids" (batch, words, chars), as far as the student has these
    features. It gives float32 "logits" (batch, words, tags).

    Args:
        student: the student.
        folder: the version folder, which must not exist.
    """
    served = _ServedStudent(student)
    save_signatures(served, str(folder), served.by_name)
    student.tables.write(folder / SAVED_MODEL_TABLES)
    write_warm_up(student.features, folder / WARM_UP)


def write_warm_up(features: WordFeatures, path: Path) -> bool:
    """Writes requests that TF Serving sends to a model before it serves the first client.

    They need tensorflow-serving-api. Without it a warning says what to install.

    Args:
        features: of the student.
        path: `assets.extra/tf_serving_warmup_requests` of the version folder.

    Returns:
        Whether the requests were written.
    """
    try:
        from tensorflow_serving.apis import prediction_log_pb2
    except ImportError:
        logging.warning(
            "The SavedModel has no warm-up requests, so its first answers will be slow: %s "
            "(tensorflow-serving-api) and export again.",
            remedy("serving"),
        )
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    with tf.io.TFRecordWriter(str(path)) as file:
        for signature, inputs in _requests(features):
            log = prediction_log_pb2.PredictionLog()
            request = log.predict_log.request
            request.model_spec.name, request.model_spec.signature_name = MODEL_NAME, signature
            for name, values in inputs.items():
                request.inputs[name].CopyFrom(tf.make_tensor_proto(values))
            file.write(log.SerializeToString())
    return True


def _requests(features: WordFeatures) -> list[tuple[str, dict[str, Any]]]:
    words = _SENTENCES[0].removesuffix(".").split()
    ids = {name: values[None] for name, values in features.encode(words).items()}
    return [*((SERVING, {TEXT: texts}) for texts in _TEXTS), (FEATURES, ids)]


def write_serving_configs(folder: Path) -> None:
    """Writes the files with which TF Serving's Docker image serves an export folder.

    Args:
        folder: gets the files, which are text protos; it is made if it does not exist.
    """
    for name, content in _FILES.items():
        with atomic_file(folder / name) as file:
            file.write(content)
