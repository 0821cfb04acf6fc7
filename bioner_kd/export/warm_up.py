"""Requests that TF Serving plays to a model before the first client may call it."""

from pathlib import Path
from typing import Any

import tensorflow as tf
from absl import logging

from bioner_kd.extras import remedy
from bioner_kd.tagging.models.layout import FEATURES, MODEL_NAME, SERVING, TEXT
from bioner_kd.tagging.word_features import WordFeatures

_SENTENCES = (
    "Aspirin can cause gastric ulcers.",
    "Two patients (aged 3 and 70 years) with β-thalassaemia were given lithium. Neither had gout.",
)
# A first call takes many times as long as the second one; other sizes cost nothing of that kind.
_TEXTS = ([_SENTENCES[0]], ["", *_SENTENCES], [" ".join(_SENTENCES * 20)])


def write_warm_up(features: WordFeatures, path: Path) -> bool:
    """Writes requests for both signatures, where tensorflow-serving-api is installed.

    Args:
        features: of the student.
        path: `assets.extra/tf_serving_warmup_requests` of the version folder.

    Returns:
        Whether it could; a warning says what to install otherwise.
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
