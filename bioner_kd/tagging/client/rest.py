"""TF Serving's REST API, with the standard library alone."""

import http.client
import json
from collections.abc import Sequence
from typing import Any
from urllib.parse import quote, urlsplit

from bioner_kd.bounded import parse_json
from bioner_kd.errors import InputError, UsageError, one_line, shown
from bioner_kd.tagging.choices import NOTHING_CHOSEN, Choices
from bioner_kd.tagging.client.server import ServerConfig, call_within, read_answer
from bioner_kd.tagging.decoding import Entity

_SHOWN = 200
_PIECE = 1 << 16
# An answer has a few numbers and names for each word; each row is as long as the longest.
_BYTES_A_CHARACTER, _LEAST_BYTES = 1000, 1 << 20


class RestClient:
    """Asks for entities by POST …/v1/models/NAME:predict.

    It goes straight to the server, whatever proxy the environment names.
    """

    def __init__(self, config: ServerConfig, choices: Choices = NOTHING_CHOSEN) -> None:
        """Takes the server, first called by `tag`, and what the user chooses.

        Raises:
            UsageError: its URL is none.
        """
        self._config, self._choices = config, choices
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
        characters = len(texts) * max(map(len, texts), default=0)
        most = _LEAST_BYTES + _BYTES_A_CHARACTER * characters
        try:
            status, content = call_within(
                timeout, lambda: self._post({"instances": list(texts)}, most)
            )
        except TimeoutError as error:
            raise InputError(
                f"{server}: no answer within {timeout:g} s; give it more time by --timeout, or "
                "fewer texts at once by --batch_size."
            ) from error
        except (OSError, http.client.HTTPException, UnicodeError) as error:
            reason = getattr(error, "strerror", None) or str(error) or type(error).__name__
            raise InputError(
                f"{server}: no server of TF Serving's REST API answers there "
                f"({one_line(reason)}); start it, or name another by --url."
            ) from error
        if len(content) > most:
            raise InputError(
                f"{server}: answered with more than {most} bytes, which no answer to these texts "
                "has; check host and port of --url."
            )
        # The words of the texts may be brackets.
        predictions = self._predictions(status, content, 1000 + 10 * (len(texts) + characters))
        return read_answer(texts, predictions, server, self._choices)

    def _post(self, body: Any, most: int) -> tuple[int, bytes]:
        connection = self._connect()
        try:
            headers = {"Content-Type": "application/json"}
            connection.request("POST", self._path, json.dumps(body).encode(), headers)
            response = connection.getresponse()
            content = bytearray()
            # In pieces, since Python sets room aside for as much as is asked for.
            while len(content) <= most and (piece := response.read(_PIECE)):
                content += piece
            return response.status, bytes(content)
        finally:
            connection.close()

    def _predictions(self, status: int, content: bytes, brackets: int) -> Any:
        server = self._config.address
        try:
            answer = parse_json(content, brackets=brackets)
            if status == http.HTTPStatus.OK:
                return answer["predictions"]
            complaint = answer["error"]
            if not isinstance(complaint, str):
                raise TypeError("an error that is no text")
        except (ValueError, KeyError, TypeError) as error:
            start = content[:_SHOWN].decode("utf-8", "replace").strip()
            raise InputError(
                f"{server}: answered with status {status}, but not as TF Serving's REST API does: "
                f"{shown(start, _SHOWN)}; check host and port of --url."
            ) from error
        raise InputError(
            f"{server}: refused with status {status}: {one_line(complaint)} "
            f"(--model={self._config.model})"
        )
