"""Small servers for tests alone, which speak TF Serving's two protocols for one SavedModel.

They stand in for the real tensorflow_model_server, which cannot be installed from a package
registry: `GrpcServer` is a real gRPC server of the real PredictionService, made of the protos in
tensorflow-serving-api; `RestServer` does what TF Serving's page "RESTful API" says of predict.
"""

import base64
import json
import threading
import time
from collections.abc import Callable
from concurrent import futures
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import grpc
import numpy as np
import tensorflow as tf
from tensorflow.core.framework.tensor_pb2 import TensorProto
from tensorflow_serving.apis import predict_pb2, prediction_service_pb2_grpc

HOST = "127.0.0.1"


class Model:
    """A SavedModel under the name "bioner", version 1."""

    def __init__(self, version: Path) -> None:
        self._loaded = tf.saved_model.load(str(version))

    def call(self, name: str, signature: str, inputs: dict[str, Any]) -> dict[str, np.ndarray]:
        """Outputs of a signature.

        Raises:
            LookupError: there is no such model.
            ValueError: no such signature, or not its inputs.
        """
        if name != "bioner":
            raise LookupError(f"Servable not found for request: Latest({name})")
        if signature not in self._loaded.signatures:
            raise ValueError(f'Serving signature name: "{signature}" not found in signature def')
        function = self._loaded.signatures[signature]
        specs = function.structured_input_signature[1]
        if set(specs) != set(inputs):
            raise ValueError("input keys do not match the signature")
        given = {key: tf.constant(inputs[key], specs[key].dtype) for key in specs}
        return {key: value.numpy() for key, value in function(**given).items()}

    def input_names(self, signature: str) -> list[str]:
        return list(self._loaded.signatures[signature].structured_input_signature[1])


class GrpcServer(prediction_service_pb2_grpc.PredictionServiceServicer):
    """PredictionService over gRPC; `requests` keeps what came in."""

    def __init__(self, model: Model | None, delay: float = 0.0) -> None:
        self._model, self._delay = model, delay
        self.requests: list[Any] = []
        # TF Serving takes requests of any size as well.
        limit = [("grpc.max_receive_message_length", -1)]
        self._server = grpc.server(futures.ThreadPoolExecutor(8), options=limit)
        prediction_service_pb2_grpc.add_PredictionServiceServicer_to_server(self, self._server)
        self.url = f"{HOST}:{self._server.add_insecure_port(f'{HOST}:0')}"

    def __enter__(self) -> "GrpcServer":
        self._server.start()
        return self

    def __exit__(self, *_: Any) -> None:
        self._server.stop(0).wait()

    def Predict(self, request: Any, context: Any) -> Any:  # noqa: N802 - the service's name
        self.requests.append(request)
        time.sleep(self._delay)
        response = predict_pb2.PredictResponse()
        response.model_spec.CopyFrom(request.model_spec)
        response.model_spec.version.value = 1
        if self._model is None:
            return response
        inputs = {name: tf.make_ndarray(value) for name, value in request.inputs.items()}
        signature = request.model_spec.signature_name or "serving_default"
        try:
            outputs = self._model.call(request.model_spec.name, signature, inputs)
        except LookupError as error:
            context.abort(grpc.StatusCode.NOT_FOUND, error.args[0])
        except ValueError as error:
            context.abort(grpc.StatusCode.INVALID_ARGUMENT, str(error))
        for name, value in outputs.items():
            # What is a proto already may be one that no model gives.
            proto = value if isinstance(value, TensorProto) else tf.make_tensor_proto(value)
            response.outputs[name].CopyFrom(proto)
        return response


Reply = tuple[int, bytes]


class RestServer:
    """An HTTP server; `requests` keeps method, path and body of what came in."""

    def __init__(self, reply: Callable[[str, bytes], Reply], delay: float = 0.0) -> None:
        self.requests: list[tuple[str, str, bytes]] = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:  # noqa: N802 - the library's name
                body = self.rfile.read(int(self.headers["Content-Length"]))
                outer.requests.append((self.command, self.path, body))
                status, content = reply(self.path, body)
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                for start in range(0, len(content), 1000 if delay else len(content)):
                    outer.stop.wait(delay)
                    self.wfile.write(content[start : start + (1000 if delay else len(content))])

            def log_message(self, *_: Any) -> None:
                """Says nothing."""

        self.stop = threading.Event()
        self._server = ThreadingHTTPServer((HOST, 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,))
        self.url = f"http://{HOST}:{self._server.server_port}"

    def __enter__(self) -> "RestServer":
        self._thread.start()
        return self

    def __exit__(self, *_: Any) -> None:
        self.stop.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


def rest_api(model: Model) -> Callable[[str, bytes], Reply]:
    """What POST /v1/models/NAME[/versions/1]:predict answers, in row and in columnar format."""

    def reply(path: str, body: bytes) -> Reply:
        try:
            return 200, json.dumps(_predict(model, path, json.loads(body))).encode()
        except LookupError as error:
            return 404, json.dumps({"error": error.args[0]}).encode()
        except ValueError as error:
            return 400, json.dumps({"error": str(error)}).encode()

    return reply


def _predict(model: Model, path: str, request: dict[str, Any]) -> dict[str, Any]:
    where, _, verb = path.rpartition(":")
    name = where.removeprefix("/v1/models/").removesuffix("/versions/1")
    if not where.startswith("/v1/models/") or verb != "predict" or "/" in name:
        raise ValueError(f"Malformed request: POST {path}")
    signature = request.get("signature_name", "serving_default")
    if ("instances" in request) == ("inputs" in request):
        raise ValueError("JSON Value must have either 'instances' or 'inputs'")
    names = model.input_names(signature)
    if "inputs" in request:
        given = request["inputs"]
        inputs = given if isinstance(given, dict) and "b64" not in given else {names[0]: given}
        outputs = model.call(name, signature, {k: _from_json(v) for k, v in inputs.items()})
        columns = {key: _to_json(value) for key, value in outputs.items()}
        return {"outputs": columns if len(columns) > 1 else next(iter(columns.values()))}
    rows = request["instances"]
    if not rows:
        raise ValueError("no instances")
    keyed = [r if isinstance(r, dict) and "b64" not in r else {names[0]: r} for r in rows]
    inputs = {key: [_from_json(row[key]) for row in keyed] for key in names}
    outputs = {k: _to_json(v) for k, v in model.call(name, signature, inputs).items()}
    if any(len(value) != len(rows) for value in outputs.values()):
        raise ValueError("outputs have another 0-th dimension than the instances")
    if len(outputs) == 1:
        return {"predictions": next(iter(outputs.values()))}
    return {"predictions": [{k: v[n] for k, v in outputs.items()} for n in range(len(rows))]}


def _from_json(value: Any) -> Any:
    if isinstance(value, dict) and set(value) == {"b64"}:
        return base64.b64decode(value["b64"])
    return [_from_json(part) for part in value] if isinstance(value, list) else value


def _to_json(value: np.ndarray) -> Any:
    # Strings are UTF-8, as no output's name ends in _bytes.
    def text(part: Any) -> Any:
        if isinstance(part, list):
            return [text(inner) for inner in part]
        return part.decode("utf-8") if isinstance(part, bytes) else part

    return text(value.tolist())
