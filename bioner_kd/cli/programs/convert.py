r"""Converts annotated documents from one format to another.

Reads a file, a folder or - (standard input), and writes another one. What the input holds is
recognised by content and name; what to write, by the name of the output. Ids, passages, mentions
and, between formats that can hold them, all else that the source says are kept. Offsets are those
of the source document, counted as each format counts them.

  bioner_kd convert CDR_TestSet.PubTator test.bioc.xml
  bioner_kd convert brat_folder documents.jsonl
  bioner_kd convert --input=conll --entity_type=Disease train.tsv --format=brat train_brat
"""

from dataclasses import dataclass

from absl import logging

from bioner_kd.cli.flag_group import FlagGroup
from bioner_kd.cli.program import Program
from bioner_kd.corpus.config import ENTITY_TYPE_HELP, REPAIR_HELP
from bioner_kd.errors import UsageError
from bioner_kd.settings import Settings, setting
from bioner_kd.tagging.texts import ID_HELP, INPUT_HELP, INPUTS, ON_ERROR_HELP, TEXT_HELP
from bioner_kd.text.document import DISCONTINUOUS, KEEP
from bioner_kd.text.documents import AUTO, writable
from bioner_kd.text.format import FAIL, ON_ERROR, Faults, ReadOptions
from bioner_kd.text.writing import convert


@dataclass(frozen=True)
class Conversion(Settings):
    """What is converted, and how."""

    input: str = setting(AUTO, INPUT_HELP, choices=INPUTS)
    format: str = setting(
        AUTO,
        f"What to write: auto (what the name of the output asks for), or one of "
        f"{', '.join(writable())}.",
        choices=(AUTO, *writable()),
    )
    entity_type: str = setting("", ENTITY_TYPE_HELP)
    repair_tags: bool = setting(False, REPAIR_HELP)
    id_column: str = setting("", ID_HELP)
    text_column: str = setting("", TEXT_HELP)
    discontinuous: str = setting(
        KEEP,
        "What becomes of discontinuous mentions: keep (which not every format can), hull (from the "
        "first to the last character), parts (each part is a mention) or leave_out.",
        choices=DISCONTINUOUS,
    )
    on_error: str = setting(FAIL, ON_ERROR_HELP, choices=ON_ERROR)


CONVERSION = FlagGroup("Formats", Conversion())


def main(program: Program) -> None:
    """Converts what the command line names.

    Raises:
        InputError: the input cannot be read, or the output cannot be written or hold a document.
        UsageError: not one input and one output are named.
    """
    if len(program.arguments) != 2:
        raise UsageError("Name one input and one output: bioner_kd convert INPUT OUTPUT.")
    source, output = program.arguments
    choice = program.read(CONVERSION)
    options = ReadOptions(
        choice.entity_type, choice.repair_tags, choice.id_column, choice.text_column
    )
    faults = Faults(choice.on_error)
    number, mentions = convert(
        source, output, input=choice.input, format=choice.format, options=options,
        discontinuous=choice.discontinuous, faults=faults, told=logging.info,
    )  # fmt: skip
    logging.info("%s: %d documents with %d mentions.", output, number, mentions)
    faults.tell(logging.info)


PROGRAM = Program(__doc__, main, (CONVERSION,), takes_files=True, stopped="Stopped.")
