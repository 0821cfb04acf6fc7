r"""Asks a running TF Serving for the entities of texts.

Reads --text, files or standard input, sends the texts as they are to a server that serves what
bioner_kd export made, and writes a line of JSON a text, as bioner_kd tag does.

  bioner_kd query_server --text="Cisplatin causes hearing loss."
  zcat abstracts.txt.gz | bioner_kd query_server --url=http://gpu7:8501 > entities.jsonl
  bioner_kd query_server --protocol=grpc --url=localhost:8500 abstracts.txt
"""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from bioner_kd.cli.flag_group import FlagGroup
from bioner_kd.cli.program import Program
from bioner_kd.settings import Settings, setting
from bioner_kd.tagging.client.config import ServerConfig
from bioner_kd.tagging.records import OUTPUT_HELP, json_line, write_records
from bioner_kd.tagging.texts import Item, read_items, text_of
from bioner_kd.text.source import STDIN


@dataclass(frozen=True)
class QueryChoice(Settings):
    """What is asked, and where the answers go."""

    text: str = setting("", "A text, instead of files or standard input.")
    input: str = setting(
        "lines",
        "What files and standard input hold: lines (one text a line) or text (one text a file).",
        choices=("lines", "text"),
    )
    output: str = setting(STDIN, OUTPUT_HELP)


SERVER = FlagGroup("Server", ServerConfig())
QUERY = FlagGroup("Texts", QueryChoice())


def main(program: Program) -> None:
    """Asks as the flags say."""
    texts = read_texts(program)
    write_answers(program.read(QUERY), program.read(SERVER), texts)


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


PROGRAM = Program(__doc__, main, (SERVER, QUERY), takes_files=True, stopped="Stopped.")
