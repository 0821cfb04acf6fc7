"""What an export makes, and what it is compared on."""

from collections.abc import Sequence
from dataclasses import dataclass

from bioner_kd.export.web.litert_js import VERSION
from bioner_kd.settings import NOT_EMPTY, Settings, at_least, setting
from bioner_kd.tagging.models.layout import FLOAT16, FLOAT32, INT8, SAVED_MODEL, WEB
from bioner_kd.text.sentence import Sentence

FORMATS = ("saved_model", "tflite", "web", "wheel")
# A page needs files that are not part of this project, and a wheel a name.
DEFAULT_FORMATS = ("saved_model", "tflite")
QUANTIZATIONS = {"none": FLOAT32, "float16": FLOAT16, "dynamic": INT8}


@dataclass(frozen=True)
class ExportConfig(Settings):
    """What an export makes."""

    format: tuple[str, ...] = setting(
        DEFAULT_FORMATS,
        f"What to make, of {', '.join(FORMATS)}. web is a folder for any static server, with a "
        "page that tags text in the browser; wheel is a package for pip install that holds the "
        "student alone.",
        choices=FORMATS,
        bound=NOT_EMPTY,
    )
    quantization: tuple[str, ...] = setting(
        tuple(QUANTIZATIONS),
        f"Weights of the .tflite files, one file each, of {', '.join(QUANTIZATIONS)}: none is "
        "float32 and float16 is smaller, both give the student's own tags; dynamic is int8, with "
        "word vectors of four bits a number, the smallest and about twice as fast.",
        choices=tuple(QUANTIZATIONS),
        bound=NOT_EMPTY,
    )
    model_version: int = setting(
        1,
        "Version folder of the SavedModel; TF Serving serves the highest.",
        bound=at_least(1),
    )
    vocabulary_size: int = setting(
        0,
        "Word vectors to keep, those of the most useful words, where all of them are too large for "
        "a device; 0 keeps all.",
        bound=at_least(0),
    )
    litert_js: str = setting(
        "",
        "For web: folder with LiteRT.js's npm packages, where they cannot be fetched from the npm "
        f"registry: npm pack @litertjs/core@{VERSION} @litertjs/wasm-utils@{VERSION}",
    )
    wheel_quantization: str = setting(
        "dynamic",
        "For wheel: weights of the one .tflite file that the wheel holds.",
        choices=tuple(QUANTIZATIONS),
    )

    @property
    def wheel_form(self) -> str:
        """The model that the wheel will hold, by its name in the manifest; empty without wheel."""
        return QUANTIZATIONS[self.wheel_quantization] if "wheel" in self.format else ""

    @property
    def forms(self) -> tuple[str, ...]:
        """The models that the export folder will hold, by their names in its manifest."""
        tflite = [QUANTIZATIONS[name] for name in self.quantization if "tflite" in self.format]
        tflite += [self.wheel_form] if self.wheel_form else []
        saved_model = [SAVED_MODEL] if "saved_model" in self.format else []
        web = [WEB] if "web" in self.format else []
        return (*dict.fromkeys(tflite), *saved_model, *web)


@dataclass(frozen=True)
class Split:
    """Sentences on which exported models are compared with the student.

    Attributes:
        sentences: with tags.
        corpus: its name, for the manifest.
        name: of the split, such as "test".
    """

    sentences: Sequence[Sentence]
    corpus: str = ""
    name: str = ""
