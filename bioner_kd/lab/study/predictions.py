"""Predictions of a run on a split, computed once and kept in the run directory."""

import gzip
import hashlib
import json
import re
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from absl import logging

from bioner_kd.atomic import atomic_file
from bioner_kd.errors import InputError
from bioner_kd.tagging.tag_set import TagSet
from bioner_kd.teacher.cache_manifest import words_digest
from bioner_kd.teacher.ensemble.folders import joined_folders, load_model, model_digest, teaches
from bioner_kd.text.sentence import Sentence

# Raise this number where the same model tags the same words differently from before.
_FORMAT = 1


@dataclass(frozen=True)
class ScoredSplit:
    """The split that the runs of a report are scored on.

    Attributes:
        corpus: name of the corpus.
        name: name of the split, such as "devel".
        sentences: sentences with tags.
        tag_set: tags of the training split.
    """

    corpus: str
    name: str
    sentences: Sequence[Sentence]
    tag_set: TagSet


@dataclass(frozen=True)
class Predictions:
    """Tags of a run on a split, and facts about its model.

    Attributes:
        tags: predicted tags, one sequence per sentence.
        teacher: whether the model is a teacher.
        parameters: number of weights.
        size: bytes on disk.
    """

    tags: Sequence[Sequence[str]]
    teacher: bool
    parameters: int
    size: int


def predictions_file(folder: Path, split: ScoredSplit) -> Path:
    """The file of the predictions of a run on a split."""
    corpus = re.sub(r"[^A-Za-z0-9._-]", "_", split.corpus)
    first, *others = joined_folders(folder)
    # Predictions of an average lie in the run directory of its first teacher.
    names = "\0".join(other.resolve().name for other in others).encode()
    mean = f"_mean_{hashlib.sha256(names).hexdigest()[:8]}" if others else ""
    return first / f"predicted_{corpus}_{split.name}{mean}.json.gz"


def predict(folder: Path, split: ScoredSplit, *, batch_size: int) -> Predictions:
    """Predictions of a run on a split, from their file where model and words are the same.

    Args:
        folder: run directory; a model that was trained for other tags is refused.
        split: split to tag.
        batch_size: number of sentences in a batch.
    """
    path = predictions_file(folder, split)
    key = {
        "format": _FORMAT,
        "model": model_digest(folder),
        "words": words_digest(split.sentences),
        "tag_set": list(split.tag_set.tags),
    }
    kept = _read(path, key, split)
    if kept is not None:
        return kept
    predictions = _compute(folder, split, batch_size)
    _write(path, key, predictions, split.tag_set)
    return predictions


def _compute(folder: Path, split: ScoredSplit, batch_size: int) -> Predictions:
    model = load_model(folder)
    tag_set = model.decoder.tag_set
    if tag_set != split.tag_set:
        raise InputError(
            f"{folder}: knows the tags {', '.join(tag_set.tags)}, but {split.corpus} has "
            f"{', '.join(split.tag_set.tags)}; name the --corpus that it was trained on, or leave "
            "it out."
        )
    logits = model.logits(split.sentences, batch_size, name=folder.name)
    tags = model.decoder.decode_many(logits)
    return Predictions(tags, teaches(folder), model.parameters, model.size)


def _read(path: Path, key: Mapping[str, Any], split: ScoredSplit) -> Predictions | None:
    """Predictions from a file; None where the file is missing, damaged or has another key."""
    try:
        with gzip.open(path, "rt", encoding="utf-8") as file:
            record = json.load(file)
        if record["key"] != key:
            return None
        tags = [[split.tag_set.tags[number] for number in ids] for ids in record["tags"]]
        if [len(row) for row in tags] != [len(sentence) for sentence in split.sentences]:
            return None
        return Predictions(
            tags, bool(record["teacher"]), int(record["parameters"]), int(record["size"])
        )
    except (OSError, EOFError, zlib.error, ValueError, LookupError, TypeError):
        return None


def _write(path: Path, key: Mapping[str, Any], made: Predictions, tag_set: TagSet) -> None:
    record = {
        "key": key,
        "teacher": made.teacher,
        "parameters": made.parameters,
        "size": made.size,
        "tags": [[tag_set.id(tag) for tag in tags] for tags in made.tags],
    }
    content = json.dumps(record, separators=(",", ":")).encode()
    try:
        with atomic_file(path, "wb") as file:
            file.write(gzip.compress(content, mtime=0))
    except InputError as error:
        # Runs in a folder without write permission are scored all the same.
        logging.warning("%s Until then every report predicts anew.", error)
