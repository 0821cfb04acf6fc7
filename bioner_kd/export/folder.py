"""A trained student becomes a folder that other machines run."""

import dataclasses
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from absl import logging

from bioner_kd.atomic import atomic_file, atomic_folder
from bioner_kd.evaluation.scores import score_logits
from bioner_kd.export.card import CARD, model_card
from bioner_kd.export.config import ExportConfig, Split
from bioner_kd.export.manifest import file_entry, make_manifest
from bioner_kd.export.models import write_models
from bioner_kd.export.parity import compare_logits, warn_of_losses
from bioner_kd.export.release import ReleaseConfig, student_name
from bioner_kd.export.wheel import StudentWheel
from bioner_kd.export.zipapp import write_zipapp
from bioner_kd.student.saved_student import SavedStudent
from bioner_kd.student.vocabulary import cut_vocabulary
from bioner_kd.tagging.models.layout import ARCHIVE, LENGTHS, MANIFEST, WEB
from bioner_kd.tagging.tables import TABLES


def export_student(
    student: SavedStudent,
    folder: Path,
    split: Split,
    *,
    config: ExportConfig | None = None,
    release: ReleaseConfig | None = None,
    lengths: Sequence[int] = LENGTHS,
    overwrite: bool = False,
) -> dict[str, Any]:
    """Exports a student, and compares every model that was written with it on all of a split.

    Args:
        student: the student.
        folder: the export folder, which appears when everything is done.
        split: what the models are compared on.
        config: which models; all where None.
        release: what the card and the wheel say of the student.
        lengths: numbers of words that get a signature in TFLite.
        overwrite: replace a folder of that name.

    Returns:
        The manifest, as JSON values.

    Raises:
        UsageError: a vocabulary is to be cut that the student does not have, or a wheel cannot have
            the student's name.
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
    keras = score_logits(split.sentences, reference, student.decoder).conlleval.micro
    models = {}
    for model in write_models(student, folder, config, lengths):
        logging.info("%s: written; comparing its tags with the Keras student's.", model.path)
        logits = model.logits(split.sentences)
        parity = compare_logits(split.sentences, reference, logits, student.decoder)
        warn_of_losses(model.form, parity, keras.f1)
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
        "keras": dataclasses.asdict(keras),
    }
    return make_manifest(student, folder, models=models, comparison=comparison)


def _write_wheel(
    wheel: StudentWheel, folder: Path, manifest: dict[str, Any], form: str
) -> dict[str, Any]:
    # What the manifest says of it; the wheel has a manifest of its own, which does not.
    path = wheel.write(folder, manifest, form)
    version = wheel.release.wheel_version
    return {
        "wheel": {"path": path.name, "name": wheel.name, "version": version, "model": form},
        "files": {**manifest["files"], path.name: file_entry(path)},
    }
