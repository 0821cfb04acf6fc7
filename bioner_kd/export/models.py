"""The models of an export folder: written in each form, and read back as their users read them."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from bioner_kd.encoding.batches import predict_logits
from bioner_kd.export.config import QUANTIZATIONS, ExportConfig
from bioner_kd.export.graph import describe_signature
from bioner_kd.export.parity import compare_texts
from bioner_kd.export.saved_model import write_saved_model, write_serving_configs
from bioner_kd.export.text_graph.signature import describe_text_signature
from bioner_kd.export.tflite import operators, signature_shapes, tflite_models
from bioner_kd.export.web.folder import FixedLengthModel, write_web_folder
from bioner_kd.export.web.litert_js import VERSION, litert_js_files
from bioner_kd.student.saved_student import SavedStudent
from bioner_kd.tagging.models.layout import (
    FEATURES,
    INT8,
    SAVED_MODEL,
    SERVING,
    SERVING_CONFIGS,
    TFLITE_FILES,
    WEB,
    length_signature,
)
from bioner_kd.tagging.models.saved_model import SavedModel
from bioner_kd.tagging.models.tflite import TFLiteModel, with_tables
from bioner_kd.tagging.models.word_model import WordModel
from bioner_kd.tagging.tables import TABLES
from bioner_kd.text.sentence import Sentence

_BATCH_SIZE = 64
_QUANTIZATION_OF = {form: name for name, form in QUANTIZATIONS.items()}


@dataclass(frozen=True)
class WrittenModel:
    """A model on disk.

    Attributes:
        form: name of the form, such as `bioner_kd.tagging.models.layout.FORMS` has.
        path: path in the export folder, with slashes.
        description: entries of the model in the manifest.
        logits: runs the written model as users do; float32 (words, tags) per sentence.
        text_parity: compares the tags of raw text with those of Python; empty for a model that
            takes no text.
    """

    form: str
    path: str
    description: dict[str, Any]
    logits: Callable[[Sequence[Sentence]], list[np.ndarray]]
    text_parity: Callable[[Sequence[Sentence]], dict[str, Any]] = lambda sentences: {}


def write_models(
    student: SavedStudent, folder: Path, config: ExportConfig, lengths: Sequence[int]
) -> Iterator[WrittenModel]:
    """Writes the models into a folder that has the tables already, one after the other.

    Args:
        student: the student.
        folder: the unfinished export folder.
        config: which forms to make.
        lengths: numbers of words that get a signature in the .tflite files.

    Yields:
        Each model when it is written.

    Raises:
        InputError: `config` asks for a web page, and LiteRT.js cannot be fetched or read.
    """
    # First, because this can fail.
    litert_js = litert_js_files(config.litert_js) if WEB in config.forms else {}
    forms = [form for form in config.forms if form in TFLITE_FILES]
    if forms:
        contents = tflite_models(student, forms, lengths)
        for form in forms:
            yield _write_tflite(student, folder, form, contents[form], lengths)
    if SAVED_MODEL in config.forms:
        yield _write_saved_model(student, folder, config.model_version)
    if WEB in config.forms:
        yield _write_web(student, folder, lengths, litert_js)


def _write_tflite(
    student: SavedStudent, folder: Path, form: str, content: bytes, lengths: Sequence[int]
) -> WrittenModel:
    path = folder / TFLITE_FILES[form]
    content = with_tables(content, (folder / TABLES).read_bytes())
    path.write_bytes(content)
    model = TFLiteModel(content, path.name)
    description = {
        "format": "tflite",
        "quantization": _QUANTIZATION_OF[form],
        "signatures": {
            name: describe_signature(student, *shape)
            for name, shape in signature_shapes(lengths).items()
        },
        "operators": operators(content),
    }
    return WrittenModel(
        form,
        path.name,
        description,
        _reader(model, student),
    )


def _reader(
    model: WordModel, student: SavedStudent
) -> Callable[[Sequence[Sentence]], list[np.ndarray]]:
    encode = student.features.encode
    return lambda sentences: model.batch_logits([encode(s.words) for s in sentences])


def _write_saved_model(student: SavedStudent, folder: Path, version: int) -> WrittenModel:
    path = folder / SAVED_MODEL / str(version)
    write_saved_model(student, path)
    write_serving_configs(folder / SERVING_CONFIGS)
    model = SavedModel(path)
    description = {
        "format": "saved_model",
        "quantization": "none",
        "signatures": {
            SERVING: describe_text_signature(),
            FEATURES: describe_signature(student, None, None),
        },
    }
    return WrittenModel(
        SAVED_MODEL,
        f"{SAVED_MODEL}/{version}",
        description,
        lambda sentences: predict_logits(
            model.padded_logits, student.source(sentences), _BATCH_SIZE
        ),
        lambda sentences: {"text_parity": compare_texts(path, sentences, student)},
    )


def _write_web(
    student: SavedStudent, folder: Path, lengths: Sequence[int], litert_js: Mapping[str, bytes]
) -> WrittenModel:
    content = tflite_models(student, [INT8], lengths, any_length=False)[INT8]
    write_web_folder(folder / WEB, content, student.tables, litert_js)
    model = FixedLengthModel(content, lengths)
    description = {
        "format": "web",
        "quantization": "dynamic",
        "litert_js": VERSION,
        "signatures": {
            length_signature(length): describe_signature(student, 1, length) for length in lengths
        },
        "operators": operators(content),
    }
    return WrittenModel(
        WEB,
        WEB,
        description,
        _reader(model, student),
    )
