r"""Asks a running TF Serving for the entities of texts.

Reads what bioner_kd tag reads, sends the texts as they are to a server that serves what
bioner_kd export made, and writes what bioner_kd tag writes.

  bioner_kd query_server --text="Cisplatin causes hearing loss."
  zcat abstracts.txt.gz | bioner_kd query_server --url=http://gpu7:8501 > entities.jsonl
  bioner_kd query_server --protocol=grpc --url=localhost:8500 abstracts.txt
"""

from typing import Any

from bioner_kd.cli.flag_group import FlagGroup
from bioner_kd.cli.program import Program
from bioner_kd.tagging.choices import NOTHING_CHOSEN, Choices
from bioner_kd.tagging.client.documents import tagged_by
from bioner_kd.tagging.client.server import ServerConfig
from bioner_kd.tagging.command import report
from bioner_kd.tagging.names import Names
from bioner_kd.tagging.options import TextOptions
from bioner_kd.tagging.records import chosen_format, write_found
from bioner_kd.tagging.texts import read_input
from bioner_kd.text.format import Faults

SERVER = FlagGroup("Server", ServerConfig())
QUERY = FlagGroup("Texts", TextOptions())


def main(program: Program) -> None:
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
    client = make_client(config, options.choices(Names.read))
    found = tagged_by(client.tag, documents, config.batch_size, unescape=options.unescape)
    write_found(found, options.output, format=chosen)
    faults.tell(report)


def make_client(config: ServerConfig, choices: Choices = NOTHING_CHOSEN) -> Any:
    """A client with a method `tag`, of lists of texts to lists of entities."""
    if config.protocol == "grpc":
        from bioner_kd.tagging.client.grpc_protocol import GrpcClient

        return GrpcClient(config, choices)
    from bioner_kd.tagging.client.rest import RestClient

    return RestClient(config, choices)


PROGRAM = Program(__doc__, main, (SERVER, QUERY), takes_files=True, stopped="Stopped.")
