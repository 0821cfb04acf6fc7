"""What an export makes, and what it is compared on."""

from collections.abc import Sequence
from dataclasses import dataclass

from bioner_kd.errors import UsageError, at_least, check_bounds
from bioner_kd.tagging.models.layout import FLOAT16, FLOAT32, INT8, SAVED_MODEL, WEB
from bioner_kd.text.sentence import Sentence

FORMATS = ("saved_model", "tflite", "web", "wheel")
# A page needs files that are not part of this project, and a wheel a name.
DEFAULT_FORMATS = ("saved_model", "tflite")
QUANTIZATIONS = {"none": FLOAT32, "float16": FLOAT16, "dynamic": INT8}


@dataclass(frozen=True)
class ExportConfig:
    """What an export makes.

    Attributes:
        format: of `FORMATS`.
        quantization: of `QUANTIZATIONS`, one .tflite file each.
        model_version: version folder of the SavedModel; TF Serving serves the highest.
        vocabulary_size: word vectors that are kept, those of the most useful words; 0 keeps all.
        litert_js: folder with the npm packages that a page needs; where empty, they are fetched.
        wheel_quantization: of `QUANTIZATIONS`, weights of the one .tflite file that a wheel holds.
    """

    format: tuple[str, ...] = DEFAULT_FORMATS
    quantization: tuple[str, ...] = tuple(QUANTIZATIONS)
    model_version: int = 1
    vocabulary_size: int = 0
    litert_js: str = ""
    wheel_quantization: str = "dynamic"

    def __post_init__(self) -> None:
        """Checks the values.

        Raises:
            UsageError: a list is empty or has something unknown, or the version is not positive.
        """
        for name, allowed in (("format", FORMATS), ("quantization", tuple(QUANTIZATIONS))):
            chosen = getattr(self, name)
            if not chosen or set(chosen) - set(allowed):
                raise UsageError(
                    f"--{name}={','.join(chosen)}: choose from {', '.join(allowed)}, at least one."
                )
        rules = at_least(self, 1, "model_version") | at_least(self, 0, "vocabulary_size")
        known = self.wheel_quantization in QUANTIZATIONS
        rules["wheel_quantization"] = (known, f"one of {', '.join(QUANTIZATIONS)}")
        check_bounds(self, rules)

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
