"""What a person is told when gRPC does not answer as it should."""

import pytest

pytest.importorskip("tensorflow_serving")

import sys
from pathlib import Path
from typing import Any

import numpy as np
import tensorflow as tf

from bioner_kd.errors import InputError
from bioner_kd.tagging.client.grpc_protocol import GrpcClient
from bioner_kd.tagging.client.server import ServerConfig

from .servers import HOST, GrpcServer, Model


def complaint(url: str, timeout: float = 60.0, model: str = "bioner") -> str:
    config = ServerConfig(protocol="grpc", url=url, timeout=timeout, model=model)
    with pytest.raises(InputError) as caught:
        GrpcClient(config).tag(["gout"])
    return str(caught.value)


def test_a_server_that_is_down() -> None:
    said = complaint(f"{HOST}:1")
    assert said.startswith(f"{HOST}:1: no server of TF Serving's gRPC API answers there (")


def test_a_server_that_is_too_slow() -> None:
    with GrpcServer(None, delay=1.0) as server:
        said = complaint(server.url, timeout=0.2)
    assert "no answer within 0.2 s; give it more time by --timeout" in said


def test_a_wrong_model_name_is_named(export_folder: Path) -> None:
    with GrpcServer(Model(export_folder / "saved_model" / "1")) as server:
        said = complaint(server.url, model="other")
    assert "refused with NOT_FOUND: Servable not found for request: Latest(other)" in said
    assert "--model=other" in said


def test_an_answer_of_another_model() -> None:
    with GrpcServer(None) as server:
        assert "not as an exported student does" in complaint(server.url)


class Answering:
    """A model whose outputs are given."""

    def __init__(self, change: dict[str, Any]) -> None:
        self.outputs = {
            "words": np.array([[b"gout"]]),
            "tags": np.array([[b"B-D"]]),
            "scores": np.array([[0.5]], np.float32),
            "starts": np.array([[0]], np.int32),
            "ends": np.array([[4]], np.int32),
            "num_words": np.array([1], np.int32),
        } | change

    def call(self, *_: Any) -> dict[str, Any]:
        return self.outputs


def of_huge_shape(*sizes: int) -> Any:
    tensor = tf.make_tensor_proto([[7]], tf.int32)
    del tensor.tensor_shape.dim[:]
    for size in sizes:
        tensor.tensor_shape.dim.add(size=size)
    return tensor


def test_the_answer_of_these_tests_is_good() -> None:
    with GrpcServer(Answering({})) as server:  # type: ignore[arg-type]
        ((entity,),) = GrpcClient(ServerConfig(protocol="grpc", url=server.url)).tag(["gout"])
    assert (entity.type, entity.text, entity.score) == ("D", "gout", 0.5)


def test_a_request_and_an_answer_may_be_larger_than_grpcs_usual_limit() -> None:
    text = "g" * 5_000_000
    change = {"words": np.array([[text.encode()]]), "ends": np.array([[len(text)]], np.int32)}
    with GrpcServer(Answering(change)) as server:  # type: ignore[arg-type]
        ((entity,),) = GrpcClient(ServerConfig(protocol="grpc", url=server.url)).tag([text])
    assert entity.text == text


@pytest.mark.parametrize(
    "change",
    [
        {"words": np.array([[b"\xff"]])},
        {"words": np.array([[3]])},
        {"words": np.array([3])},
        {"words": np.array([[[b"gout"]]])},
        {"num_words": np.array(1)},
        {"num_words": np.array([-1])},
        {"num_words": np.array([1.0])},
        {"scores": np.array([[np.nan]])},
        {"starts": np.array([[-4]]), "ends": np.array([[4]])},
        {"starts": of_huge_shape(1, 1 << 40)},
        {"starts": of_huge_shape(1 << 40, 0)},
        {"starts": of_huge_shape(1, -1)},
        {"num_words": of_huge_shape(1 << 40)},
    ],
)
def test_an_answer_that_is_wrong_inside_is_one_line(change: dict[str, Any]) -> None:
    with GrpcServer(Answering(change)) as server:  # type: ignore[arg-type]
        said = complaint(server.url)
    assert "not as an exported student does" in said
    assert said.isprintable() and len(said) < 600


def test_without_its_package_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "tensorflow_serving", None)
    monkeypatch.setitem(sys.modules, "tensorflow_serving.apis", None)
    with pytest.raises(InputError, match="pip install .bioner_kd.serving.*--protocol=rest"):
        GrpcClient(ServerConfig(protocol="grpc"))
