"""Configuration files of TF Serving, read back as the server reads them."""

import re
from pathlib import Path

from google.protobuf import text_format
from tensorflow_serving.config import model_server_config_pb2

from bioner_kd.export.serving_configs import write_serving_configs


def without_comments(path: Path) -> str:
    return re.sub("#.*", "", path.read_text(encoding="utf-8"))


def fields(text: str) -> dict[str, str]:
    """Names and values of a text proto whose messages are not looked into."""
    found = re.findall(r"(\w+)\s*(?::\s*(\S+)|\{\s*value:\s*(\S+)\s*\})", text)
    return {name: plain or wrapped for name, plain, wrapped in found}


def test_the_model_is_where_the_container_has_it(tmp_path: Path) -> None:
    write_serving_configs(tmp_path / "serving")
    text = (tmp_path / "serving" / "models.config").read_text(encoding="utf-8")
    parsed = text_format.Parse(text, model_server_config_pb2.ModelServerConfig())
    (config,) = parsed.model_config_list.config
    assert (config.name, config.base_path) == ("bioner", "/models/bioner")
    assert config.model_platform == "tensorflow"
    assert config.model_version_policy.latest.num_versions == 1


def test_batches_are_set_by_names_of_tf_servings_batching_parameters(tmp_path: Path) -> None:
    # tensorflow-serving-api does not have this message; names and forms are those of TF Serving's
    # session_bundle_config.proto.
    write_serving_configs(tmp_path)
    text = without_comments(tmp_path / "batching.config")
    found = fields(text)
    # The padding of TF Serving repeats a tensor's first value, which would be a word.
    assert found.pop("pad_variable_length_inputs") == "false"
    assert {name: int(value) for name, value in found.items()} == {
        "max_batch_size": 128,
        "batch_timeout_micros": 1000,
        "max_enqueued_batches": 1000,
        "num_batch_threads": 2,
    }
    assert text.count("{") == text.count("}") == 4


def test_figures_are_where_prometheus_looks(tmp_path: Path) -> None:
    write_serving_configs(tmp_path)
    text = without_comments(tmp_path / "monitoring.config")
    assert fields(text) == {"enable": "true,", "path": '"/monitoring/prometheus/metrics"'} or (
        fields(text) == {"enable": "true", "path": '"/monitoring/prometheus/metrics"'}
    )
    assert re.match(r"\s*prometheus_config \{[^{}]*\}\s*$", text)
