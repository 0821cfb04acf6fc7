"""The export of a student: a folder with its models, and a manifest.

The manifest lists the files and says how the tags of each model compare with the Keras student's.

Examples:
    >>> import tempfile
    >>> from bioner_kd.student.config import StudentConfig
    >>> from bioner_kd.student.model import Student
    >>> from bioner_kd.tagging.tag_set import TagSet
    >>> from bioner_kd.tagging.word_features import FeatureConfig, WordFeatures
    >>> from bioner_kd.text.sentence import Sentence
    >>> sentences = [Sentence.from_words(["No", "fever"], ["O", "B-Disease"])]
    >>> features = WordFeatures.from_sentences(sentences, FeatureConfig(("word",)))
    >>> model = Student(StudentConfig(units=4), features.sizes(), tags=2)
    >>> student = SavedStudent(model, features, TagSet.from_sentences(sentences))
    >>> config = ExportConfig(format=("tflite",), quantization=("none",))
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder, "export")
    ...     manifest = export_student(
    ...         student, path, Split(sentences), config=config, lengths=(16,)
    ...     )
    >>> manifest["models"]["float32"]["parity"]["tags_that_differ"]
    0
"""

import dataclasses
import hashlib
import importlib.metadata
import json
import platform
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from absl import logging

from bioner_kd import __version__
from bioner_kd.atomic import atomic_file, atomic_folder
from bioner_kd.evaluation.scores import score_logits
from bioner_kd.export.card import CARD, model_card
from bioner_kd.export.config import ExportConfig, Split
from bioner_kd.export.models import write_models
from bioner_kd.export.parity import compare_logits, warn_of_losses
from bioner_kd.export.release import ReleaseConfig, student_name
from bioner_kd.export.wheel import StudentWheel
from bioner_kd.export.zipapp import write_zipapp
from bioner_kd.regular_file import file_digest
from bioner_kd.student.files import weights_file
from bioner_kd.student.saved_student import SavedStudent, cut_vocabulary
from bioner_kd.tagging.models.layout import ARCHIVE, LENGTHS, MANIFEST, MANIFEST_FORMAT, WEB
from bioner_kd.tagging.tables import TABLES
from bioner_kd.text.tokenizer import Tokenizer

_INTERPRETER = "ai-edge-litert"


def export_student(
    student: SavedStudent,
    folder: Path,
    split: Split,
    *,
    reports: Mapping[str, Mapping[str, Any]] = {},
    config: ExportConfig | None = None,
    release: ReleaseConfig | None = None,
    lengths: Sequence[int] = LENGTHS,
    overwrite: bool = False,
) -> dict[str, Any]:
    """Exports a student, and compares each exported model with the student on a whole split.

    Args:
        student: the student.
        folder: the export folder; it appears when everything is done.
        split: the sentences of the comparison.
        reports: what is known of the student, for the manifest and the card: of the scores of its
            mentions as "calibration", by `bioner_kd.recipes.calibrating`, and of whole documents as
            "documents", by `bioner_kd.recipes.document_choice`.
        config: which models to make; the defaults of `ExportConfig` if None.
        release: name, version, licence and language for the model card and the wheel.
        lengths: numbers of words that get a signature in the .tflite files.
        overwrite: replace a folder of that name.

    Returns:
        The manifest, as JSON values.

    Raises:
        UsageError: `config` limits the word vectors of a student that has none, or a wheel cannot
            have the name of the student.
        InputError: the folder exists or cannot be written, the licence cannot be read, or the
            student lacks a tag of the split.
    """
    config, release = config or ExportConfig(), release or ReleaseConfig()
    wheel = StudentWheel.plan(release, folder) if config.wheel_form else None
    if config.vocabulary_size:
        student = cut_vocabulary(student, config.vocabulary_size)
    with atomic_folder(folder, overwrite=overwrite) as unfinished:
        student.tables.write(unfinished / TABLES)
        if set(config.forms) - {WEB}:  # a page has a runtime of its own
            write_zipapp(unfinished / ARCHIVE)
        manifest = _write_compared(student, unfinished, split, config, lengths)
        manifest |= {name: dict(report) for name, report in reports.items() if report}
        card = model_card(manifest, student_name(release, folder), release)
        with atomic_file(unfinished / CARD) as file:
            file.write(card)
        if wheel:
            manifest |= _write_wheel(wheel, unfinished, manifest, config.wheel_form)
        with atomic_file(unfinished / MANIFEST) as file:
            json.dump(manifest, file, ensure_ascii=False, indent=1)
    return manifest


def _write_compared(
    student: SavedStudent, folder: Path, split: Split, config: ExportConfig, lengths: Sequence[int]
) -> dict[str, Any]:
    reference = student.logits(split.sentences)
    of_keras = score_logits(split.sentences, reference, student.decoder).conlleval.micro
    models = {}
    for model in write_models(student, folder, config, lengths):
        logging.info("%s: written; comparing its tags with the Keras student's.", model.path)
        logits = model.logits(split.sentences)
        parity = compare_logits(split.sentences, reference, logits, student.decoder)
        warn_of_losses(model.form, parity, of_keras.f1)
        models[model.form] = {
            "path": model.path,
            **model.description,
            "parity": parity.to_json(),
            **model.text_parity(split.sentences),
        }
    comparison = {
        "corpus": split.corpus,
        "split": split.name,
        "sentences": len(split.sentences),
        "words": sum(map(len, split.sentences)),
        "keras": dataclasses.asdict(of_keras),
    }
    return make_manifest(student, folder, models=models, comparison=comparison)


def _write_wheel(
    wheel: StudentWheel, folder: Path, manifest: dict[str, Any], form: str
) -> dict[str, Any]:
    # The entries of the wheel in the manifest of the folder. The manifest in the wheel lacks them.
    path = wheel.write(folder, manifest, form)
    version = wheel.release.wheel_version
    return {
        "wheel": {"path": path.name, "name": wheel.name, "version": version, "model": form},
        "files": {**manifest["files"], path.name: file_entry(path)},
    }


def make_manifest(
    student: SavedStudent,
    folder: Path,
    *,
    models: Mapping[str, Mapping[str, Any]],
    comparison: Mapping[str, Any],
) -> dict[str, Any]:
    """Describes an export folder that is complete but for the manifest.

    Args:
        student: the exported student.
        folder: the unfinished export folder.
        models: description of each model by form, with its "path" in the folder.
        comparison: the split of the comparison, and the scores of the Keras student.

    Returns:
        JSON values.
    """
    files = _files(folder)
    return {
        "format": MANIFEST_FORMAT,
        "tags": list(student.tag_set.tags),
        "features": {name: size for name, size in student.features.sizes().items()},
        "tables": TABLES,
        "tokenizer": _tokenizer(student.rules.tokenizer),
        "student": _student(student),
        "comparison": dict(comparison),
        "models": {
            form: {**model, "bytes": _bytes(files, model["path"])} for form, model in models.items()
        },
        "files": files,
        "versions": _versions(),
    }


def _files(folder: Path) -> dict[str, dict[str, Any]]:
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): file_entry(path) for path in paths}


def file_entry(path: Path) -> dict[str, Any]:
    """The entry of a file in a manifest: its size in bytes and its SHA-256."""
    return {"bytes": path.stat().st_size, "sha256": file_digest(path)}


def _bytes(files: Mapping[str, Mapping[str, Any]], model: str) -> int:
    return sum(
        entry["bytes"]
        for name, entry in files.items()
        if name == model or name.startswith(f"{model}/")
    )


def _tokenizer(tokenizer: Tokenizer) -> dict[str, str]:
    # The rule of the tokenizer is a class for each character, so the classes identify it.
    return {
        "name": "character classes",
        "sha256": hashlib.sha256(tokenizer.character_classes()).hexdigest(),
    }


def _student(student: SavedStudent) -> dict[str, Any]:
    file = {"sha256": file_digest(weights_file(student.folder))} if student.folder else {}
    config = dataclasses.asdict(student.model.config)
    return {**file, "parameters": student.parameters, "config": config}


def _versions() -> dict[str, str | None]:
    try:
        interpreter = importlib.metadata.version(_INTERPRETER)
    except importlib.metadata.PackageNotFoundError:
        interpreter = None
    return {
        "bioner_kd": __version__,
        "python": platform.python_version(),
        "tensorflow": tf.__version__,
        "keras": keras.__version__,
        "numpy": np.__version__,
        _INTERPRETER: interpreter,
    }
