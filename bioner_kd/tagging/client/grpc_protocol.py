"""TF Serving's gRPC API, with tensorflow-serving-api."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

from bioner_kd.errors import InputError, one_line
from bioner_kd.extras import missing
from bioner_kd.tagging.choices import NOTHING_CHOSEN, Choices
from bioner_kd.tagging.client.server import ServerConfig, call_within, read_answer
from bioner_kd.tagging.decoding import Entity
from bioner_kd.tagging.models.layout import NUM_WORDS, POSTPROCESSING, SERVING, TEXT, WORD_OUTPUTS

# Requests and answers may be larger than gRPC's usual limit of 4 MB. Requests go straight to the
# server, whatever proxy the environment names.
_OPTIONS = [
    ("grpc.max_send_message_length", -1),
    ("grpc.max_receive_message_length", -1),
    ("grpc.enable_http_proxy", 0),
]


class GrpcClient:
    """Asks for entities by PredictionService.Predict."""

    def __init__(self, config: ServerConfig, choices: Choices = NOTHING_CHOSEN) -> None:
        """Takes the server, first called by `tag`, and what the user chooses.

        Raises:
            InputError: tensorflow-serving-api is not installed.
        """
        try:
            import grpc
            from tensorflow_serving.apis import predict_pb2, prediction_service_pb2_grpc
        except ImportError as error:
            raise InputError(
                f"--protocol=grpc: {missing('tensorflow_serving')}; --protocol=rest needs nothing."
            ) from error
        self._config, self._choices = config, choices
        self._request = predict_pb2.PredictRequest
        channel = grpc.insecure_channel(config.address, options=_OPTIONS)
        self._predict = prediction_service_pb2_grpc.PredictionServiceStub(channel).Predict

    def tag(self, texts: Sequence[str]) -> list[list[Entity]]:
        """Entities of each text, in one request.

        Raises:
            InputError: the server is down, too slow, serves no such model or answers otherwise.
        """
        import grpc
        import tensorflow as tf

        request = self._request()
        request.model_spec.name = self._config.model
        request.model_spec.signature_name = SERVING
        data = [text.encode() for text in texts]
        request.inputs[TEXT].CopyFrom(tf.make_tensor_proto(data, tf.string, [len(data)]))
        timeout = self._config.timeout
        try:
            answer = call_within(timeout + 1, lambda: self._predict(request, timeout=timeout))
        except (grpc.RpcError, TimeoutError) as error:
            raise self._explained(error) from error
        try:
            names = [*WORD_OUTPUTS, NUM_WORDS, POSTPROCESSING]
            columns = {n: _column(answer.outputs[n]) for n in names if n in answer.outputs}
            rows = _rows(columns, len(texts))
        except (AttributeError, TypeError, ValueError):
            rows = []  # an output that it does not have, or one of another type or shape
        return read_answer(texts, rows, self._config.address, self._choices)

    def _explained(self, error: Any) -> InputError:
        import grpc

        server, timeout = self._config.address, self._config.timeout
        code = grpc.StatusCode.DEADLINE_EXCEEDED
        if isinstance(error, grpc.RpcError):
            code = error.code()
        if code == grpc.StatusCode.DEADLINE_EXCEEDED:
            return InputError(
                f"{server}: no answer within {timeout:g} s; give it more time by --timeout, or "
                "fewer texts at once by --batch_size."
            )
        if code == grpc.StatusCode.UNAVAILABLE:
            return InputError(
                f"{server}: no server of TF Serving's gRPC API answers there "
                f"({one_line(error.details())}); start it, or name another by --url."
            )
        return InputError(
            f"{server}: refused with {code.name}: {one_line(error.details())} "
            f"(--model={self._config.model})"
        )


def _column(tensor: Any) -> list[Any]:
    import tensorflow as tf

    # TensorFlow repeats the last value until a shape is full, whatever the shape is.
    shape = [dimension.size for dimension in tensor.tensor_shape.dim]
    if max([math.prod(shape), *shape]) > tensor.ByteSize():
        raise ValueError("fewer values than its shape promises")
    return tf.make_ndarray(tensor).tolist()


def _rows(columns: Mapping[str, list[Any]], texts: int) -> list[dict[str, Any]]:
    if {len(column) for column in columns.values()} != {texts}:
        return []
    rows = [{name: column[row] for name, column in columns.items()} for row in range(texts)]
    for row in rows:
        for name in ("words", "tags"):
            row[name] = [value.decode() for value in row[name]]
        if POSTPROCESSING in row:
            row[POSTPROCESSING] = row[POSTPROCESSING].decode()
    return rows
