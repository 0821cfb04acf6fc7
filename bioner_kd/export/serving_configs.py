"""Configuration files with which TF Serving's Docker image serves an export folder."""

from pathlib import Path

from bioner_kd.atomic import atomic_file
from bioner_kd.tagging.models.layout import MODEL_NAME, SERVING_CONFIGS

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


def write_serving_configs(folder: Path) -> None:
    """Writes the files, text protos each, into a folder that is made where missing."""
    for name, content in _FILES.items():
        with atomic_file(folder / name) as file:
            file.write(content)
