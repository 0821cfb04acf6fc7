"""What is tagged by what, and how the result is written: one definition for each command line."""

from dataclasses import dataclass

from bioner_kd.settings import Settings, at_least, setting
from bioner_kd.tagging.models.layout import FORMS
from bioner_kd.tagging.named import DEFAULT
from bioner_kd.tagging.records import FORMAT_HELP, FORMATS, OUTPUT_HELP, WORKERS_HELP
from bioner_kd.tagging.texts import INPUT_HELP, INPUTS
from bioner_kd.text.source import STDIN


@dataclass(frozen=True)
class TagOptions(Settings):
    """The options of tagging; an empty text is none."""

    model: str = setting(
        DEFAULT,
        "Export folder, as bioner_kd export makes it, or one model of it: a .tflite file or a "
        "version folder of a SavedModel; or the name of an installed student; or hf:owner/name for "
        "an export folder on the Hugging Face hub.",
    )
    form: str = setting(
        "",
        f"Which model of an export folder: {', '.join(FORMS)}; the first that it has if empty. "
        "float32 gives the tags that were scored, int8 is the smallest and fastest.",
    )
    text: str = setting("", "A text to tag, instead of files or standard input.")
    input: str = setting(INPUTS[0], INPUT_HELP, choices=INPUTS)
    format: str = setting(FORMATS[0], FORMAT_HELP, choices=FORMATS)
    output: str = setting(STDIN, OUTPUT_HELP)
    workers: int = setting(0, WORKERS_HELP, bound=at_least(0))
