"""What is tagged by what, and how the result is written: one definition for each command line."""

from dataclasses import dataclass

from bioner_kd.tagging.models.layout import FORMS
from bioner_kd.tagging.named import DEFAULT
from bioner_kd.tagging.records import FORMAT_HELP, FORMATS, OUTPUT_HELP, WORKERS_HELP
from bioner_kd.tagging.texts import INPUT_HELP, INPUTS
from bioner_kd.text.source import STDIN


@dataclass(frozen=True)
class TagOptions:
    """The options of tagging; an empty text is none."""

    model: str = DEFAULT
    form: str = ""
    text: str = ""
    input: str = INPUTS[0]
    format: str = FORMATS[0]
    output: str = STDIN
    workers: int = 0


HELP = {
    "model": "Export folder, as bioner_kd export makes it, or one model of it: a .tflite file or a "
    "version folder of a SavedModel; or the name of an installed student; or hf:owner/name for an "
    "export folder on the Hugging Face hub.",
    "form": f"Which model of an export folder: {', '.join(FORMS)}; the first that it has if empty. "
    "float32 gives the tags that were scored, int8 is the smallest and fastest.",
    "text": "A text to tag, instead of files or standard input.",
    "input": INPUT_HELP,
    "format": FORMAT_HELP,
    "output": OUTPUT_HELP,
    "workers": WORKERS_HELP,
}
CHOICES = {"input": INPUTS, "format": FORMATS}
