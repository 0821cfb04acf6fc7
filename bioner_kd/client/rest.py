"""TF Serving's REST API, with the standard library alone."""

import http.client
import json
from collections.abc import Sequence
from typing import Any
from urllib.parse import quote, urlsplit

from bioner_kd.client.answers import read_answer
from bioner_kd.client.config import ServerConfig
from bioner_kd.client.deadline import call_within
from bioner_kd.encoding.decoding import Entity
from bioner_kd.errors import InputError, UsageError

_SHOWN = 200


class RestClient:
    """Asks for entities by POST …/v1/models/NAME:predict.

    It goes straight to the server, whatever proxy the environment names.
    """

    def __init__(self, config: ServerConfig) -> None:
        """Takes the server; it is first called by `tag`.

        Raises:
            UsageError: its URL is none.
        """
        self._config = config
        url = urlsplit(config.address)
        try:
            host, port = url.hostname, url.port
        except ValueError as error:
            raise UsageError(f"--url={config.url}: {error}.") from error
        if url.scheme not in ("http", "https") or not host:
            raise UsageError(f"--url={config.url}: write it like http://localhost:8501.")
        make = http.client.HTTPSConnection if url.scheme == "https" else http.client.HTTPConnection
        self._connect = lambda: make(host, port, timeout=config.timeout)
        self._path = f"{url.path.rstrip('/')}/v1/models/{quote(config.model, safe='')}:predict"

    def tag(self, texts: Sequence[str]) -> list[list[Entity]]:
        """Entities of each text, in one request.

        Raises:
            InputError: the server is down, too slow, serves no such model or answers otherwise.
        """
        server, timeout = self._config.address, self._config.timeout
        try:
            status, content = call_within(timeout, lambda: self._post({"instances": list(texts)}))
        except TimeoutError as error:
            raise InputError(
                f"{server}: no answer within {timeout:g} s; give it more time by --timeout, or "
                "fewer texts at once by --batch_size."
            ) from error
        except (OSError, http.client.HTTPException) as error:
            reason = getattr(error, "strerror", None) or str(error) or type(error).__name__
            raise InputError(
                f"{server}: no server of TF Serving's REST API answers there ({reason}); start it, "
                "or name another by --url."
            ) from error
        return read_answer(texts, self._predictions(status, content), server)

    def _post(self, body: Any) -> tuple[int, bytes]:
        connection = self._connect()
        try:
            headers = {"Content-Type": "application/json"}
            connection.request("POST", self._path, json.dumps(body).encode(), headers)
            response = connection.getresponse()
            return response.status, response.read()
        finally:
            connection.close()

    def _predictions(self, status: int, content: bytes) -> Any:
        server = self._config.address
        try:
            answer = json.loads(content)
            if status == http.HTTPStatus.OK:
                return answer["predictions"]
            complaint = answer["error"]
        except (ValueError, KeyError, TypeError) as error:
            shown = content[:_SHOWN].decode("utf-8", "replace").strip()
            raise InputError(
                f"{server}: answered with status {status}, but not as TF Serving's REST API does: "
                f"{shown!r}; check host and port of --url."
            ) from error
        raise InputError(
            f"{server}: refused with status {status}: {complaint} (--model={self._config.model})"
        )
