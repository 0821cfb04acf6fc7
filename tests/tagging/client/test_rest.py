"""What a person is told when REST does not answer as it should."""

import pytest

pytest.importorskip("tensorflow_serving")

import contextlib
import json
import socket
import threading
import time

from bioner_kd.errors import InputError, UsageError
from bioner_kd.tagging.client.rest import RestClient
from bioner_kd.tagging.client.server import ServerConfig

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
        {"0": {**GOOD, "num_words": 1}},
        [{**GOOD, "num_words": 10**900}],
        [{**GOOD, "num_words": 1, "\x1b[2J" * 200: 1, "tags": ["\x1b[2J" * 200]}],
    ],
)
def test_an_answer_of_another_model(predictions: object) -> None:
    content = json.dumps({"predictions": predictions}).encode()
    with RestServer(lambda path, body: (200, content)) as server:
        said = complaint(server.url)
    assert "not as an exported student does" in said
    assert said.isprintable() and len(said) < 600


HOSTILE = {
    "nested lists": b"[" * 200_000,
    "nested in place": b'{"predictions": ' + b"[" * 900 + b"]" * 900 + b"}",
    "nested objects": b'{"a":' * 200_000,
    "nested error": b'{"error": ' + b"[" * 200_000,
    "a long number": b'{"predictions": [{"num_words": ' + b"1" * 900_000 + b"}]}",
    "a long fraction": b'{"predictions": [0.' + b"1" * 900_000 + b"]}",
    "no number": b'{"predictions": [NaN]}',
    "many lists": b'{"predictions": [' + b"[]," * 300_000 + b"0]}",
    "an error of control characters": b'{"error": "' + b"\\u001b[2J\\n" * 90_000 + b'"}',
    "an error that is none": b'{"error": {"a": [1]}}',
    "more than any answer": b" " * 2_000_000,
    "control characters": b"\x1b[2J\r\n" * 9_000,
    "nothing": b"",
}


@pytest.mark.parametrize("status", [200, 400])
@pytest.mark.parametrize("what", HOSTILE)
def test_a_hostile_answer_is_one_short_line(what: str, status: int) -> None:
    with RestServer(lambda path, body: (status, HOSTILE[what])) as server:
        started = time.monotonic()
        said = complaint(server.url)
        assert time.monotonic() - started < 5
    assert said.startswith(f"{server.url}: ")
    assert said.isprintable() and len(said) < 600


def test_an_answer_without_an_end_is_given_up_before_it_fills_the_memory() -> None:
    sent = 0

    def flood(listener: socket.socket) -> None:
        nonlocal sent
        connection, _ = listener.accept()
        with connection, contextlib.suppress(OSError):
            connection.recv(1 << 16)
            connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n[")
            while sent < 1 << 28:
                connection.sendall(bytes(1 << 16))
                sent += 1 << 16

    with socket.socket() as listener:
        listener.bind((HOST, 0))
        listener.listen()
        thread = threading.Thread(target=flood, args=(listener,))
        thread.start()
        said = complaint(f"http://{HOST}:{listener.getsockname()[1]}")
        thread.join()
    assert "answered with more than 1052576 bytes" in said
    assert sent < 1 << 26


def test_a_status_line_of_control_characters_is_escaped() -> None:
    with socket.socket() as listener:
        listener.bind((HOST, 0))
        listener.listen()

        def answer() -> None:
            with listener.accept()[0] as connection:
                connection.recv(1 << 16)
                connection.sendall(b"\x1b[2J" * 9000 + b"\r\n\r\n")

        thread = threading.Thread(target=answer)
        thread.start()
        said = complaint(f"http://{HOST}:{listener.getsockname()[1]}")
        thread.join()
    assert "no server of TF Serving's REST API answers there" in said
    assert said.isprintable() and len(said) < 600


def test_a_host_name_that_none_can_be() -> None:
    assert "no server" in complaint(f"http://{'a' * 70}:8501")


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
