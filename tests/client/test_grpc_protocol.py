"""What a person is told when gRPC does not answer as it should."""

import sys
from pathlib import Path

import pytest

from bioner_kd.client.config import ServerConfig
from bioner_kd.client.grpc_protocol import GrpcClient
from bioner_kd.errors import InputError

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


def test_without_its_package_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "tensorflow_serving", None)
    monkeypatch.setitem(sys.modules, "tensorflow_serving.apis", None)
    with pytest.raises(InputError, match="pip install .bioner_kd.serving.*--protocol=rest"):
        GrpcClient(ServerConfig(protocol="grpc"))
