"""What is tagged by what, and how the result is written: one definition for each command line."""

from dataclasses import dataclass

from bioner_kd.tagging.models.layout import FORMS
from bioner_kd.tagging.named import DEFAULT
from bioner_kd.tagging.records import FORMAT_HELP, FORMATS, OUTPUT_HELP, WORKERS_HELP
from bioner_kd.tagging.texts import INPUT_HELP, INPUTS
from bioner_kd.text.format import FAIL, ON_ERROR, ReadOptions
from bioner_kd.text.source import STDIN


@dataclass(frozen=True)
class TextOptions:
    """Which texts are tagged and how the result is written; an empty text is none."""

    text: str = ""
    input: str = INPUTS[0]
    id_column: str = ""
    text_column: str = ""
    on_error: str = FAIL
    format: str = FORMATS[0]
    output: str = STDIN

    @property
    def reading(self) -> ReadOptions:
        """What files do not say themselves."""
        # Words alone matter here, and no scheme of tags is refused.
        return ReadOptions("Entity", True, self.id_column, self.text_column)


@dataclass(frozen=True)
class TagOptions(TextOptions):
    """The options of tagging."""

    model: str = DEFAULT
    form: str = ""
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
    "id_column": "Column of a table, or field of JSON, that names the document; the usual names, "
    "such as id and pmid, if empty.",
    "text_column": "Column or field that holds the text, or several, such as title,abstract; the "
    "usual names if empty.",
    "on_error": "What a faulty document does: fail stops, skip leaves it out and says so at the "
    "end.",
    "workers": WORKERS_HELP,
}
CHOICES = {"input": INPUTS, "format": FORMATS, "on_error": ON_ERROR}
