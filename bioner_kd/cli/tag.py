"""Flags: which model tags which texts, and how its entities are written."""

import sys
from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass

from bioner_kd.cli.concern import Concern
from bioner_kd.cli.program import Program
from bioner_kd.tagging.models.layout import FORMS
from bioner_kd.tagging.named import DEFAULT
from bioner_kd.tagging.records import (
    FORMAT_HELP,
    FORMATS,
    WORKERS_HELP,
    tagged_records,
    write_records,
)
from bioner_kd.tagging.tagger import Tagger
from bioner_kd.tagging.texts import INPUT_HELP, INPUTS, read_items
from bioner_kd.text.plain_text import STDIN


@dataclass(frozen=True)
class TagChoice:
    """What is tagged by what, and how the result is written."""

    model: str = DEFAULT
    form: str = ""
    text: str = ""
    input: str = INPUTS[0]
    format: str = FORMATS[0]
    output: str = STDIN
    workers: int = 0


TAG = Concern(
    "Tagging",
    TagChoice(),
    {
        "model": "Export folder, as bioner_kd export makes it, or one model of it: a .tflite file "
        "or a version folder of a SavedModel; or the name of an installed student.",
        "form": f"Which model of an export folder: {', '.join(FORMS)}; the first that it has if "
        "empty. float32 gives the tags that were scored, int8 is the smallest and fastest.",
        "text": "A text to tag, instead of files or standard input.",
        "input": INPUT_HELP,
        "format": FORMAT_HELP,
        "output": "File to write, which appears when all is done; - is standard output.",
        "workers": WORKERS_HELP,
    },
    {"input": INPUTS, "format": FORMATS},
)


def tag_texts(program: Program) -> None:
    """Tags what the command line names, and writes what is found while it goes.

    Raises:
        InputError: the model or a file cannot be read, or a file is not what --input says.
        UsageError: nothing to tag is named, or too much.
    """
    choice = program.read(TAG)
    text = choice.text if program.values["text"].present else None
    items = read_items(text, program.arguments, choice.input)
    tagger = Tagger.load(choice.model, form=choice.form)
    found = tagged_records(tagger, items, format=choice.format, workers=choice.workers)
    with closing(found) as records:
        write_records(_with_progress(records, choice.output), choice.output)


def _with_progress(records: Iterable[str], output: str) -> Iterable[str]:
    # A bar between lines of results would spoil both.
    if output == STDIN and sys.stdout.isatty():
        return records
    from bioner_kd.progress import track

    return track(records, "tagging", "text")
