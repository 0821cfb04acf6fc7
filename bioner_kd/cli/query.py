"""Flags: which server is asked about which texts."""

import dataclasses
import io
import itertools
import json
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO, Any

from bioner_kd.atomic import atomic_file
from bioner_kd.cli.concern import Concern
from bioner_kd.cli.program import Program
from bioner_kd.client.config import PROTOCOLS, ServerConfig
from bioner_kd.corpus.plain_text import STDIN, read_text_lines
from bioner_kd.errors import InputError, UsageError

_SCORE_DIGITS = 6


@dataclass(frozen=True)
class QueryChoice:
    """What is asked, and where the answers go."""

    text: str = ""
    input: str = "lines"
    output: str = STDIN


SERVER = Concern(
    "Server",
    ServerConfig(),
    {
        "protocol": "rest, or grpc, which needs the extra bioner_kd[serving].",
        "url": "Where the server is, such as http://localhost:8501 for REST or localhost:8500 for "
        "gRPC; if empty, these.",
        "model": "What the server calls the model.",
        "timeout": "Seconds that one answer may take.",
        "batch_size": "Texts of one request. Answers to texts that are typed come when so many "
        "are there, or the last one is.",
    },
    {"protocol": PROTOCOLS},
)
QUERY = Concern(
    "Texts",
    QueryChoice(),
    {
        "text": "A text, instead of files or standard input.",
        "input": "What files and standard input hold: lines (one text a line) or text (one text a "
        "file).",
        "output": "File to write, which appears when all is done; - is standard output.",
    },
    {"input": ("lines", "text")},
)


def read_texts(program: Program) -> Iterator[str]:
    """The texts that the command line names, read as they are needed.

    Raises:
        InputError: a file cannot be read, or the text is not UTF-8.
        UsageError: nothing is named, or too much.
    """
    choice = program.read(QUERY)
    if program.values["text"].present:
        if program.arguments:
            raise UsageError(
                f"--text and {program.arguments[0]!r}: give a text or files, not both."
            )
        return iter([_valid(choice.text)])
    files = program.arguments or [STDIN]
    closed = STDIN in files and sys.stdin is None
    if closed or (not program.arguments and sys.stdin.isatty()):
        raise UsageError('Nothing to ask: give --text="…", name files, or pipe text in.')
    # Opened here and read later, so that a missing file is found before any work is done.
    if choice.input == "text":
        opened = [read_text_lines(file, keep_ends=True) for file in files]
        return ("".join(lines) for lines in opened)
    return itertools.chain.from_iterable([read_text_lines(file) for file in files])


def _valid(text: str) -> str:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError as error:
        raise InputError(
            f"--text: character {error.start + 1} is not UTF-8; check the terminal's encoding."
        ) from error
    return text


def make_client(config: ServerConfig) -> Any:
    """A client with a method `tag`, of lists of texts to lists of entities."""
    if config.protocol == "grpc":
        from bioner_kd.client.grpc_protocol import GrpcClient

        return GrpcClient(config)
    from bioner_kd.client.rest import RestClient

    return RestClient(config)


def write_answers(choice: QueryChoice, config: ServerConfig, texts: Iterable[str]) -> None:
    """Asks about all texts, and writes a line of JSON each as scripts/tag.py does."""
    client, texts = make_client(config), iter(texts)
    with _stdout() if choice.output == STDIN else atomic_file(choice.output) as file:
        while batch := list(itertools.islice(texts, config.batch_size)):
            for text, entities in zip(batch, client.tag(batch), strict=True):
                found = [dataclasses.asdict(entity) for entity in entities]
                for entity in found:
                    entity["score"] = round(entity["score"], _SCORE_DIGITS)
                record = {"text": text, "entities": found}
                file.write(json.dumps(record, ensure_ascii=False) + "\n")
            file.flush()


@contextmanager
def _stdout() -> Iterator[IO[str]]:
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(encoding="utf-8", newline="\n")
    yield sys.stdout
