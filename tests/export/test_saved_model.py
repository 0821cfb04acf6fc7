"""The SavedModel: what TF Serving and clients without this project see."""

import pytest

pytest.importorskip("tensorflow_serving")

import logging
import os
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import tensorflow as tf
from google.protobuf import text_format
from tensorflow.core.protobuf import saved_model_pb2
from tensorflow_serving.apis import prediction_log_pb2
from tensorflow_serving.config import model_server_config_pb2

from bioner_kd.corpus.demo import read_demo
from bioner_kd.encoding.batches import predict_logits
from bioner_kd.export.parity import tag_in_graph
from bioner_kd.export.saved_model import write_serving_configs, write_warm_up
from bioner_kd.student.saved_student import SavedStudent
from bioner_kd.tagging.postprocessing import Postprocessing, TaggedText
from bioner_kd.tagging.tables import read_tables
from bioner_kd.tagging.tagger import Tagger


@pytest.fixture(scope="module")
def version(export_folder: Path) -> Path:
    return export_folder / "saved_model" / "1"


def test_one_signature_names_features_and_logits(version: Path) -> None:
    serving = tf.saved_model.load(str(version)).signatures["features"]
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
    serving = tf.saved_model.load(str(version)).signatures["features"]
    sentences = read_demo("test")[:30]
    found = predict_logits(
        lambda features: serving(**features)["logits"], trained_student.source(sentences), 8
    )
    for logits, expected in zip(found, trained_student.logits(sentences), strict=True):
        np.testing.assert_allclose(logits, expected, atol=1e-4)


def test_it_carries_its_tables(version: Path, trained_student: SavedStudent) -> None:
    tables = read_tables(version / "assets.extra" / "tables.json.gz")
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
signatures = tf.saved_model.load(sys.argv[1]).signatures
given = np.load(sys.argv[2])
logits = signatures["features"](**{name: tf.constant(given[name]) for name in given})["logits"]
words = signatures["serving_default"](text=tf.constant([sys.argv[4]]))
np.savez(sys.argv[3], logits=logits.numpy(), **{k: v.numpy() for k, v in words.items()})
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
        [sys.executable, "-c", STRANGER, str(version), "given.npz", "found.npz", sentence.text],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert result.returncode == 0, result.stderr
    found = np.load(tmp_path / "found.npz", allow_pickle=True)
    (expected,) = trained_student.logits([sentence])
    np.testing.assert_allclose(found["logits"][0], expected, atol=1e-4)
    tags = [tag.decode() for tag in found["tags"][0]]
    assert tags == trained_student.decoder.decode(expected)
    assert found["ends"][0, -1] == len(sentence.text)


def saved_model_cli(*arguments: object) -> str:
    """What TensorFlow's own tool prints."""
    program = "from tensorflow.python.tools.saved_model_cli import main; main()"
    result = subprocess.run(
        [sys.executable, "-c", program, *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert result.returncode == 0, result.stderr
    return result.stdout


@pytest.mark.slow
def test_saved_model_cli_shows_both_signatures(version: Path) -> None:
    shown = saved_model_cli("show", "--dir", version, "--tag_set", "serve")
    assert set(re.findall('"(\\w+)"', shown)) >= {"serving_default", "features"}
    options = ("--dir", version, "--tag_set", "serve", "--signature_def", "serving_default")
    shown = saved_model_cli("show", *options)
    assert re.findall(r"(?:inputs|outputs)\['(\w+)'\]", shown) == [
        *("text", "ends", "in_entity", "num_words", "postprocessing", "scores", "starts", "tags"),
        "words",
    ]
    assert "Method name is: tensorflow/serving/predict" in shown


@pytest.mark.slow
def test_saved_model_cli_runs_text(version: Path, tmp_path: Path) -> None:
    saved_model_cli(
        *("run", "--dir", version, "--tag_set", "serve", "--signature_def", "serving_default"),
        *("--input_exprs", 'text=["Lithium and gout.", "Gout"]', "--outdir", tmp_path),
    )
    words = np.load(tmp_path / "words.npy", allow_pickle=True)
    assert words.tolist() == [[b"Lithium", b"and", b"gout", b"."], [b"Gout", b"", b"", b""]]
    assert np.load(tmp_path / "starts.npy").tolist() == [[0, 8, 12, 16], [0, -1, -1, -1]]


def test_its_text_signature_gives_what_a_tagger_gives(version: Path) -> None:
    tagger, texts = Tagger.load(version), [sentence.text for sentence in read_demo("test")[:40]]
    texts += ["", " ".join(texts).replace(" .", "."), "β 💊\r\n\r\ne\u0301\x00 (Fig. 2). Then"]
    for text, rows in zip(texts, tag_in_graph(texts, version), strict=True):
        words, tags, scores, starts, ends, odds = zip(*rows, strict=True) if rows else ((),) * 6
        spans = list(zip(starts, ends, strict=True))
        found = Postprocessing().entities(TaggedText(text, words, spans, tags, scores, odds))
        expected = tagger.tag(text)
        assert [(e.type, e.start, e.end) for e in found] == [
            (e.type, e.start, e.end) for e in expected
        ]
        wanted = [entity.score for entity in expected]
        np.testing.assert_allclose([entity.score for entity in found], wanted, atol=1e-5)
        assert [text[start:end] for start, end in spans] == list(words)


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
