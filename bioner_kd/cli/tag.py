"""Flags: which model tags which texts, and how its entities are written."""

from bioner_kd.cli.flag_group import FlagGroup
from bioner_kd.cli.program import Program
from bioner_kd.tagging import command
from bioner_kd.tagging.options import CHOICES, HELP, TagOptions

TAG = FlagGroup("Tagging", TagOptions(), HELP, CHOICES)


def tag_texts(program: Program) -> None:
    """Tags what the command line names, and writes what is found while it goes.

    Raises:
        InputError: the model or a file cannot be read, or a file is not what --input says.
        UsageError: nothing to tag is named, or too much.
    """
    options = program.read(TAG)
    text = options.text if program.values["text"].present else None
    command.tag_texts(options, text, program.arguments)
