"""Flags: which server is asked about which texts."""

from typing import Any

from bioner_kd.cli.flag_group import FlagGroup
from bioner_kd.cli.program import Program
from bioner_kd.tagging.client.documents import tagged_by
from bioner_kd.tagging.client.server import PROTOCOLS, ServerConfig
from bioner_kd.tagging.command import report
from bioner_kd.tagging.options import CHOICES, HELP, TextOptions
from bioner_kd.tagging.records import chosen_format, write_found
from bioner_kd.tagging.texts import read_input
from bioner_kd.text.format import Faults

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
_TEXTS = TextOptions()
QUERY = FlagGroup(
    "Texts",
    _TEXTS,
    {name: HELP[name] for name in vars(_TEXTS)},
    {name: CHOICES[name] for name in vars(_TEXTS) if name in CHOICES},
)


def query_server(program: Program) -> None:
    """Asks about all texts that the command line names, and writes what the server finds.

    Raises:
        InputError: a file or an answer is not what it should be, or no answer comes.
        UsageError: nothing is named, or too much.
    """
    options, config = program.read(QUERY), program.read(SERVER)
    text = options.text if program.values["text"].present else None
    faults = Faults(options.on_error)
    documents = read_input(
        text, program.arguments, options.input, options=options.reading, faults=faults, told=report
    )
    chosen = chosen_format(options.format, options.output)
    client = make_client(config)
    write_found(tagged_by(client.tag, documents, config.batch_size), options.output, format=chosen)
    faults.tell(report)


def make_client(config: ServerConfig) -> Any:
    """A client with a method `tag`, of lists of texts to lists of entities."""
    if config.protocol == "grpc":
        from bioner_kd.tagging.client.grpc_protocol import GrpcClient

        return GrpcClient(config)
    from bioner_kd.tagging.client.rest import RestClient

    return RestClient(config)
