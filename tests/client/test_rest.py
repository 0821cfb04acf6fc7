"""What a person is told when REST does not answer as it should."""

import json
import socket

import pytest

from bioner_kd.client.config import ServerConfig
from bioner_kd.client.rest import RestClient
from bioner_kd.errors import InputError, UsageError

from .servers import HOST, RestServer

GOOD = {"words": ["gout"], "tags": ["B-D"], "scores": [0.5], "starts": [0], "ends": [4]}


def ask(url: str, timeout: float = 30.0, model: str = "bioner") -> list:
    return RestClient(ServerConfig(url=url, timeout=timeout, model=model)).tag(["gout"])


def complaint(url: str, timeout: float = 30.0, model: str = "bioner") -> str:
    with pytest.raises(InputError) as caught:
        ask(url, timeout, model)
    return str(caught.value)


def test_a_server_that_is_down() -> None:
    with socket.socket() as closed:
        closed.bind((HOST, 0))
        url = f"http://{HOST}:{closed.getsockname()[1]}"
    said = complaint(url)
    assert said.startswith(f"{url}: no server of TF Serving's REST API answers there (")
    assert "--url" in said


def test_a_host_that_does_not_exist() -> None:
    assert "no server" in complaint("http://no-such-host.invalid:8501")


def test_a_server_that_never_answers() -> None:
    with socket.socket() as silent:
        silent.bind((HOST, 0))
        silent.listen()
        said = complaint(f"http://{HOST}:{silent.getsockname()[1]}", timeout=0.2)
    assert "no answer within 0.2 s; give it more time by --timeout" in said


def test_a_server_that_answers_drop_by_drop_is_given_up_as_well() -> None:
    with RestServer(lambda path, body: (200, b"[" * 100_000), delay=0.05) as server:
        assert "no answer within 0.4 s" in complaint(server.url, timeout=0.4)


def test_a_server_that_hangs_up() -> None:
    with socket.socket() as listener:
        listener.bind((HOST, 0))
        listener.listen()
        import threading

        thread = threading.Thread(target=lambda: listener.accept()[0].close())
        thread.start()
        said = complaint(f"http://{HOST}:{listener.getsockname()[1]}")
        thread.join()
    assert "no server of TF Serving's REST API answers there" in said


def test_a_wrong_model_name_is_named() -> None:
    error = {"error": "Servable not found for request: Latest(bio ner)"}
    with RestServer(lambda path, body: (404, json.dumps(error).encode())) as server:
        said = complaint(server.url, model="bio ner")
        assert server.requests[0][1] == "/v1/models/bio%20ner:predict"
    assert "refused with status 404: Servable not found" in said
    assert "--model=bio ner" in said


@pytest.mark.parametrize(
    "reply", [(200, b"<html>hello</html>"), (502, b"Bad gateway"), (200, b"[]"), (200, b"\xff{")]
)
def test_an_answer_of_something_else(reply: tuple[int, bytes]) -> None:
    with RestServer(lambda path, body: reply) as server:
        said = complaint(server.url)
    assert f"answered with status {reply[0]}, but not as TF Serving's REST API does" in said


@pytest.mark.parametrize(
    "predictions",
    [
        None,
        [],
        [1.0],
        [{"words": ["gout"]}],
        [{**GOOD, "num_words": 2}],
        [{**GOOD, "num_words": 1, "starts": [1]}],
        [{**GOOD, "num_words": 1, "tags": ["Disease"]}],
        [{**GOOD, "num_words": 1, "scores": None}],
        [{**GOOD, "num_words": "1"}],
    ],
)
def test_an_answer_of_another_model(predictions: object) -> None:
    content = json.dumps({"predictions": predictions}).encode()
    with RestServer(lambda path, body: (200, content)) as server:
        assert "not as an exported student does" in complaint(server.url)


def test_a_good_answer_becomes_entities() -> None:
    content = json.dumps({"predictions": [{**GOOD, "num_words": 1}]}).encode()
    with RestServer(lambda path, body: (200, content)) as server:
        ((entity,),) = ask(f"{server.url}/behind/a/proxy/")
        assert server.requests[0][1] == "/behind/a/proxy/v1/models/bioner:predict"
    assert (entity.type, entity.text, entity.score) == ("D", "gout", 0.5)


@pytest.mark.parametrize("url", ["ftp://host", "http://", "http://host:port", "http://h:99999"])
def test_a_url_that_is_none(url: str) -> None:
    with pytest.raises(UsageError, match="--url="):
        ask(url)
