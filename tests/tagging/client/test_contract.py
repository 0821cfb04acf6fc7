"""Requests and answers of both of TF Serving's protocols, for the model that export writes.

The servers are the tests' own (see `servers`); the protos and the JSON are TF Serving's.
"""

import pytest

pytest.importorskip("tensorflow_serving")

import json
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import grpc
import numpy as np
import tensorflow as tf
from tensorflow_serving.apis import predict_pb2, prediction_service_pb2_grpc

from bioner_kd.corpus.demo import read_demo
from bioner_kd.tagging.client.grpc_protocol import GrpcClient
from bioner_kd.tagging.client.rest import RestClient
from bioner_kd.tagging.client.server import ServerConfig
from bioner_kd.tagging.decoding import Entity
from bioner_kd.tagging.models.layout import NUM_WORDS, POSTPROCESSING, WORD_OUTPUTS
from bioner_kd.tagging.tables import read_tables
from bioner_kd.tagging.tagger import Tagger

from .servers import GrpcServer, Model, RestServer, rest_api

TEXTS = [
    *(sentence.text for sentence in read_demo("test")[:20]),
    "",
    "Gout.\r\nβ-thalassaemia 💊 and cafe\u0301.\n\nNo gout, no NUL\x00.",
    " ".join(sentence.text for sentence in read_demo("test")[:40]),
]


@pytest.fixture(scope="module")
def model(export_folder: Path) -> Model:
    return Model(export_folder / "saved_model" / "1")


@pytest.fixture(scope="module")
def rest(model: Model) -> Iterator[RestServer]:
    with RestServer(rest_api(model)) as server:
        yield server


@pytest.fixture(scope="module")
def grpc_server(model: Model) -> Iterator[GrpcServer]:
    with GrpcServer(model) as server:
        yield server


@pytest.fixture(scope="module")
def expected(export_folder: Path) -> list[list[Entity]]:
    return list(Tagger.load(export_folder, form="saved_model").tag_many(TEXTS))


def post(server: RestServer, body: Any, path: str = "/v1/models/bioner:predict") -> Any:
    with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(
        server.url + path, json.dumps(body).encode()
    ) as answer:
        return json.load(answer)


def assert_entities(found: list[list[Entity]], expected: list[list[Entity]]) -> None:
    assert sum(map(len, expected)) > 20
    for one, other in zip(found, expected, strict=True):
        assert [(e.type, e.text, e.start, e.end) for e in one] == [
            (e.type, e.text, e.start, e.end) for e in other
        ]
        scores = [entity.score for entity in other]
        np.testing.assert_allclose([e.score for e in one], scores, atol=1e-4)


def test_rest_gives_the_entities_of_the_tagger(
    rest: RestServer, expected: list[list[Entity]]
) -> None:
    client = RestClient(ServerConfig(url=rest.url))
    assert_entities(client.tag(TEXTS), expected)
    method, path, body = rest.requests[-1]
    assert (method, path) == ("POST", "/v1/models/bioner:predict")
    assert json.loads(body) == {"instances": TEXTS}


def test_grpc_gives_the_entities_of_the_tagger(
    grpc_server: GrpcServer, expected: list[list[Entity]]
) -> None:
    client = GrpcClient(ServerConfig(protocol="grpc", url=grpc_server.url))
    assert_entities(client.tag(TEXTS), expected)
    request = grpc_server.requests[-1]
    assert isinstance(request, predict_pb2.PredictRequest)
    assert (request.model_spec.name, request.model_spec.signature_name) == (
        "bioner",
        "serving_default",
    )
    assert tf.make_ndarray(request.inputs["text"]).tolist() == [text.encode() for text in TEXTS]


def test_rows_and_columns_say_the_same_in_rest(rest: RestServer) -> None:
    texts = ["Lithium and gout.", "é"]
    rows = post(rest, {"instances": texts})["predictions"]
    assert post(rest, {"instances": [{"text": text} for text in texts]})["predictions"] == rows
    assert [set(row) for row in rows] == [{*WORD_OUTPUTS, NUM_WORDS, POSTPROCESSING}] * 2
    assert (rows[0]["words"], rows[0]["num_words"]) == (["Lithium", "and", "gout", "."], 4)
    assert rows[1]["words"] == ["é", "", "", ""]
    assert rows[1]["starts"] == [0, -1, -1, -1]
    columns = post(rest, {"inputs": texts})["outputs"]
    assert columns == post(rest, {"inputs": {"text": texts}})["outputs"]
    assert columns == {name: [row[name] for row in rows] for name in columns}


def test_bytes_that_are_no_utf8_go_through_rest_in_base64(rest: RestServer) -> None:
    (row,) = post(rest, {"instances": [{"b64": "Z291dP8="}]})["predictions"]
    assert row["words"] == ["gout", "\ufffd"]


def test_features_give_logits_over_rest(rest: RestServer, export_folder: Path) -> None:
    tables = read_tables(export_folder / "tables.json")
    ids = {n: v.tolist() for n, v in tables.features.encode(["gout", "."]).items()}
    by_row = post(rest, {"signature_name": "features", "instances": [ids]})["predictions"]
    inputs = {name: [values] for name, values in ids.items()}
    by_column = post(rest, {"signature_name": "features", "inputs": inputs})["outputs"]
    # The name of a single output is left out.
    assert by_row == by_column
    assert np.shape(by_row) == (1, 2, len(tables.tag_set))


@pytest.mark.parametrize(
    ("path", "body", "status", "says"),
    [
        ("/v1/models/other:predict", {"instances": ["a"]}, 404, "Servable not found"),
        ("/v1/models/bioner:predict", {"instances": []}, 400, "no instances"),
        ("/v1/models/bioner:predict", {}, 400, "either 'instances' or 'inputs'"),
    ],
)
def test_rest_errors_are_objects_with_an_error(
    rest: RestServer, path: str, body: Any, status: int, says: str
) -> None:
    with pytest.raises(urllib.error.HTTPError) as caught:
        post(rest, body, path)
    assert caught.value.code == status
    assert says in json.load(caught.value)["error"]
    caught.value.close()


def test_a_grpc_answer_is_a_predict_response_of_typed_tensors(grpc_server: GrpcServer) -> None:
    with grpc.insecure_channel(grpc_server.url, [("grpc.enable_http_proxy", 0)]) as channel:
        stub = prediction_service_pb2_grpc.PredictionServiceStub(channel)
        request = predict_pb2.PredictRequest()
        request.model_spec.name = "bioner"
        request.inputs["text"].CopyFrom(tf.make_tensor_proto([b"gout.", b"", b"\xff"]))
        answer = stub.Predict(request, timeout=60)
    # As bytes on the wire and back again.
    answer = predict_pb2.PredictResponse.FromString(answer.SerializeToString())
    assert {name: (tensor.dtype, tf.make_ndarray(tensor).shape) for name, tensor in
            answer.outputs.items()} == {
        "words": (tf.string.as_datatype_enum, (3, 2)),
        "tags": (tf.string.as_datatype_enum, (3, 2)),
        "scores": (tf.float32.as_datatype_enum, (3, 2)),
        "starts": (tf.int32.as_datatype_enum, (3, 2)),
        "ends": (tf.int32.as_datatype_enum, (3, 2)),
        "in_entity": (tf.float32.as_datatype_enum, (3, 2)),
        "num_words": (tf.int32.as_datatype_enum, (3,)),
        "postprocessing": (tf.string.as_datatype_enum, (3,)),
    }  # fmt: skip
    words = tf.make_ndarray(answer.outputs["words"]).tolist()
    assert words == [[b"gout", b"."], [b"", b""], ["\ufffd".encode(), b""]]


def test_clients_may_share_a_server(rest: RestServer, expected: list[list[Entity]]) -> None:
    from concurrent.futures import ThreadPoolExecutor

    client = RestClient(ServerConfig(url=rest.url))
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda text: client.tag([text])[0], TEXTS))
    assert_entities(found, expected)
