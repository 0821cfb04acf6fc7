r"""Finds the entities of texts with an exported student.

Reads --text, files and folders (PubMed XML, BioC, PubTator, BRAT, CSV, JSON lines, plain text and
more, also compressed) or standard input, and writes a line of JSON for each document, or another
format, as soon as it is tagged. Many texts are shared by all cores. A .tflite model needs no
TensorFlow.

  bioner_kd tag --model=saved_models/demo/export --text="Cisplatin causes hearing loss."
  zcat abstracts.txt.gz | bioner_kd tag --model=saved_models/demo/export > entities.jsonl
  bioner_kd tag --model=saved_models/demo/export --input=text --format=conll letter.txt
  bioner_kd tag pubmed24n0001.xml.gz --output=entities.PubTator
"""

from bioner_kd.cli.flag_group import FlagGroup
from bioner_kd.cli.program import Program
from bioner_kd.tagging import command
from bioner_kd.tagging.options import TagOptions

TAG = FlagGroup("Tagging", TagOptions())


def main(program: Program) -> None:
    """Tags what the command line names, and writes what is found while it goes.

    Raises:
        InputError: the model or a file cannot be read, or a file is not what --input says.
        UsageError: nothing to tag is named, or too much.
    """
    options = program.read(TAG)
    text = options.text if program.values["text"].present else None
    command.tag_texts(options, text, program.arguments)


PROGRAM = Program(__doc__, main, (TAG,), takes_files=True, stopped="Stopped.")
