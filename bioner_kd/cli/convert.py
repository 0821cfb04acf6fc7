"""Flags: which formats documents are read and written in."""

from dataclasses import dataclass

from absl import logging

from bioner_kd.cli.flag_group import FlagGroup
from bioner_kd.cli.program import Program
from bioner_kd.errors import UsageError
from bioner_kd.tagging.options import HELP
from bioner_kd.tagging.texts import INPUTS
from bioner_kd.text.document import DISCONTINUOUS, KEEP
from bioner_kd.text.documents import AUTO, writable
from bioner_kd.text.documents import convert as convert_documents
from bioner_kd.text.format import FAIL, ON_ERROR, Faults, ReadOptions


@dataclass(frozen=True)
class Conversion:
    """What is converted, and how."""

    input: str = AUTO
    format: str = AUTO
    entity_type: str = ""
    repair_tags: bool = False
    discontinuous: str = KEEP
    id_column: str = ""
    text_column: str = ""
    on_error: str = FAIL


CONVERSION = FlagGroup(
    "Formats",
    Conversion(),
    {
        "input": HELP["input"],
        "format": f"What to write: auto (what the name of the output asks for), or one of "
        f"{', '.join(writable())}.",
        "entity_type": "Type of all mentions of files that name none, such as files with the tags "
        "B, I and O.",
        "repair_tags": "Read tags that break IOB2, or are IOB1, IOBES or BILOU, as the IOB2 that "
        "was meant, instead of refusing the file.",
        "discontinuous": "What becomes of discontinuous mentions: keep (which not every format "
        "can), hull (from the first to the last character), parts (each part is a mention) or "
        "leave_out.",
        **{name: HELP[name] for name in ("id_column", "text_column", "on_error")},
    },
    {
        "input": INPUTS,
        "format": (AUTO, *writable()),
        "on_error": ON_ERROR,
        "discontinuous": DISCONTINUOUS,
    },
)


def convert(program: Program) -> None:
    """Converts what the command line names.

    Raises:
        InputError: the input cannot be read, or the output cannot be written or hold a document.
        UsageError: not one input and one output are named.
    """
    if len(program.arguments) != 2:
        raise UsageError("Name one input and one output: bioner_kd convert INPUT OUTPUT.")
    source, output = program.arguments
    choice, faults = program.read(CONVERSION), Faults(program.read(CONVERSION).on_error)
    options = ReadOptions(
        choice.entity_type, choice.repair_tags, choice.id_column, choice.text_column
    )
    number, mentions = convert_documents(
        source, output, input=choice.input, format=choice.format, options=options, faults=faults,
        discontinuous=choice.discontinuous,
        told=logging.info,
    )  # fmt: skip
    logging.info("%s: %d documents with %d mentions.", output, number, mentions)
    faults.tell(logging.info)
