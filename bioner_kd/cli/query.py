"""Flags: which server is asked about which texts."""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from bioner_kd.cli.flag_group import FlagGroup
from bioner_kd.cli.program import Program
from bioner_kd.tagging.client.config import PROTOCOLS, ServerConfig
from bioner_kd.tagging.records import OUTPUT_HELP, json_line, write_records
from bioner_kd.tagging.texts import Item, read_items, text_of
from bioner_kd.text.source import STDIN


@dataclass(frozen=True)
class QueryChoice:
    """What is asked, and where the answers go."""

    text: str = ""
    input: str = "lines"
    output: str = STDIN


SERVER = FlagGroup(
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
QUERY = FlagGroup(
    "Texts",
    QueryChoice(),
    {
        "text": "A text, instead of files or standard input.",
        "input": "What files and standard input hold: lines (one text a line) or text (one text a "
        "file).",
        "output": OUTPUT_HELP,
    },
    {"input": ("lines", "text")},
)


def read_texts(program: Program) -> Iterator[Item]:
    """The texts that the command line names, read as they are needed.

    Raises:
        InputError: a file cannot be read, or the text is not UTF-8.
        UsageError: nothing is named, or too much.
    """
    choice = program.read(QUERY)
    text = choice.text if program.values["text"].present else None
    return read_items(text, program.arguments, choice.input)


def make_client(config: ServerConfig) -> Any:
    """A client with a method `tag`, of lists of texts to lists of entities."""
    if config.protocol == "grpc":
        from bioner_kd.tagging.client.grpc_protocol import GrpcClient

        return GrpcClient(config)
    from bioner_kd.tagging.client.rest import RestClient

    return RestClient(config)


def write_answers(choice: QueryChoice, config: ServerConfig, texts: Iterator[Item]) -> None:
    """Asks about all texts, and writes a line of JSON each as bioner_kd tag does."""
    write_records(
        _answers(make_client(config), config.batch_size, map(text_of, texts)), choice.output
    )


def _answers(client: Any, batch_size: int, texts: Iterator[str]) -> Iterator[str]:
    while batch := list(itertools.islice(texts, batch_size)):
        for text, entities in zip(batch, client.tag(batch), strict=True):
            yield json_line(text, entities)
