"""What is tagged by what, and how the result is written: one definition for each command line."""

from collections.abc import Callable
from dataclasses import dataclass

from bioner_kd.settings import SHARE, Settings, at_least, setting
from bioner_kd.tagging.choices import Choices
from bioner_kd.tagging.models.layout import FORMS
from bioner_kd.tagging.named import DEFAULT
from bioner_kd.tagging.names import Names
from bioner_kd.tagging.records import FORMAT_HELP, FORMATS, OUTPUT_HELP, WORKERS_HELP
from bioner_kd.tagging.texts import ID_HELP, INPUT_HELP, INPUTS, ON_ERROR_HELP, TEXT_HELP
from bioner_kd.text.format import FAIL, ON_ERROR, ReadOptions
from bioner_kd.text.source import STDIN


@dataclass(frozen=True)
class TextOptions(Settings):
    """Which texts are tagged and how the result is written; an empty text is none."""

    text: str = setting("", "A text to tag, instead of files or standard input.")
    input: str = setting(INPUTS[0], INPUT_HELP, choices=INPUTS)
    id_column: str = setting("", ID_HELP)
    text_column: str = setting("", TEXT_HELP)
    on_error: str = setting(FAIL, ON_ERROR_HELP, choices=ON_ERROR)
    format: str = setting(FORMATS[0], FORMAT_HELP, choices=FORMATS)
    output: str = setting(STDIN, OUTPUT_HELP)
    always: str = setting(
        "",
        "File of names that are always entities: a name a line, TAB, its type, which may be left "
        "out where the student has one type. docs/tagging.md says how names are compared.",
    )
    never: str = setting(
        "", "File of names that are never entities, or never of the type behind the TAB."
    )
    min_precision: float = setting(
        0.0,
        "Precision that is expected of the entities that are written, such as 0.95; 0 writes all.",
        bound=SHARE,
    )
    unescape: bool = setting(
        False,
        "Read character references of HTML and XML in texts, such as &alpha; and &#39;, as what "
        "they mean; offsets count in the text as it is.",
    )

    @property
    def reading(self) -> ReadOptions:
        """What files do not say themselves."""
        # Words alone matter here, and no scheme of tags is refused.
        return ReadOptions("Entity", True, self.id_column, self.text_column)

    def choices(self, read_names: Callable[[str, str], Names]) -> Choices:
        """What the user chooses of the entities.

        Args:
            read_names: reads the files of names, which only happens where one is named.

        Raises:
            InputError: a file of names cannot be read or is faulty.
        """
        names = read_names(self.always, self.never) if self.always or self.never else None
        return Choices(names, self.min_precision or None, self.unescape)


@dataclass(frozen=True)
class TagOptions(TextOptions):
    """The options of tagging."""

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
    workers: int = setting(0, WORKERS_HELP, bound=at_least(0))
    resume: bool = setting(
        False,
        "Go on with the --output of a run that was killed or stopped, to the same bytes: tag what "
        "is missing. Files, settings and model must be those of before.",
    )
