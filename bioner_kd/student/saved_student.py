"""A student on disk: its structure, its weights, and the tables without which they mean nothing.

Nothing in these files is run: the structure is checked JSON, the weights are numbers. Keras's
`load_model` is called nowhere, since a file can make it run any code.
"""

import dataclasses
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import tensorflow as tf

from bioner_kd.atomic import atomic_file
from bioner_kd.encoding.batches import BatchSource, predict_logits, student_features
from bioner_kd.encoding.graph import one_graph
from bioner_kd.errors import NewerFormatError, UsageError
from bioner_kd.student.blueprint import Blueprint, read_blueprint
from bioner_kd.student.files import (
    STRUCTURE,
    WEIGHTS,
    check_student,
    is_archive,
    not_a_student,
    student_files,
    weights_file,
)
from bioner_kd.student.keras_archive import read_archive_blueprint, read_archive_weights
from bioner_kd.student.model import Student
from bioner_kd.student.weights import read_weights, write_weights
from bioner_kd.tagging.decoding import Decoder
from bioner_kd.tagging.tables import TABLES, Tables, read_tables
from bioner_kd.tagging.tag_set import TagSet
from bioner_kd.tagging.word_features import FIRST_ENTRY, VECTOR, WordFeatures
from bioner_kd.text.rules import RULES, TextRules
from bioner_kd.text.sentence import Sentence


@dataclass(frozen=True)
class SavedStudent:
    """A student with everything that turns sentences into its logits.

    Attributes:
        model: features to word-level logits.
        features: words to the model's features.
        tag_set: the tags of the last axis of its logits.
        folder: where it is kept, None before it is saved.
        rules: how the text is cut that it reads.
    """

    model: Student
    features: WordFeatures
    tag_set: TagSet
    folder: Path | None = None
    rules: TextRules = RULES

    @property
    def parameters(self) -> int:
        """Number of weights."""
        return self.model.count_params()

    @property
    def size(self) -> int:
        """Bytes of weights, structure and tables on disk."""
        if self.folder is None:
            raise ValueError("This student is not on disk yet.")
        return sum(path.stat().st_size for path in student_files(self.folder))

    def inputs(
        self, batch: int | None = None, words: int | None = None
    ) -> dict[str, tf.TensorSpec]:
        """The model's inputs by name, of so many sentences and words; None is any number."""
        inner = {"char": [self.features.config.max_chars]}
        names = {f"{name}_ids": inner.get(name, []) for name in self.features.columns}
        return {
            name: tf.TensorSpec([batch, words, *more], tf.int32, name=name)
            for name, more in names.items()
        }

    @cached_property
    def call(self) -> Callable[[Mapping[str, tf.Tensor]], tf.Tensor]:
        """The model as a graph: features to logits (batch, words, tags)."""

        def predict(features: Mapping[str, tf.Tensor]) -> tf.Tensor:
            return self.model(features, training=False)

        return one_graph(predict, self.inputs())

    def logits(
        self, sentences: Sequence[Sentence], batch_size: int = 64, *, name: str = ""
    ) -> list[np.ndarray]:
        """Word-level logits, float32 (words, tags) a sentence, in order.

        With a name, it is told under that name how far the work has come.
        """
        return predict_logits(self.call, self.source(sentences), batch_size, name=name)

    def source(self, sentences: Sequence[Sentence]) -> BatchSource:
        """Batches of this student's features alone."""
        words = np.array([len(sentence) for sentence in sentences], np.int64)
        return BatchSource(words, words, (student_features(sentences, self.features),))

    @property
    def decoder(self) -> Decoder:
        """Its logits to tags, with the model's weights as they are now."""
        return Decoder(self.tag_set, self.model.transitions)

    @property
    def blueprint(self) -> Blueprint:
        """What the model was made of."""
        return dataclasses.replace(self.model.blueprint, tags=self.tag_set.tags)

    @property
    def tables(self) -> Tables:
        """Tables and tags: what every runtime needs beside the model."""
        return Tables(self.tag_set, self.features, self.model.transitions, self.rules)

    def save(self, folder: Path) -> None:
        """Writes what `load_student` reads into an existing folder.

        Raises:
            InputError: the folder cannot be written or the disk is full.
        """
        weights = self.model.weights_by_name()
        write_weights(folder / WEIGHTS, {name: one.numpy() for name, one in weights.items()})
        with atomic_file(folder / STRUCTURE) as file:
            json.dump(self.blueprint.to_json(), file, ensure_ascii=False, indent=1)
        self.tables.write(folder / TABLES)


def load_student(folder: Path) -> SavedStudent:
    """Loads what bioner_kd distill wrote.

    Raises:
        InputError: the folder holds no student, a damaged one, or one of a later version.
    """
    check_student(folder)
    try:
        tables = read_tables(folder / TABLES)
        blueprint, arrays = _read(folder, tables)
        model = _make(blueprint, arrays)
        if model.transitions != tables.transitions:
            raise ValueError(f"{TABLES} has other transitions than the weights")
    except NewerFormatError:
        raise
    except (OSError, ValueError) as error:
        raise not_a_student(folder, error) from error
    return SavedStudent(model, tables.features, tables.tag_set, folder, tables.rules)


def _read(folder: Path, tables: Tables) -> tuple[Blueprint, dict[str, np.ndarray]]:
    weights = weights_file(folder)
    archive = is_archive(weights)
    if archive:
        blueprint = read_archive_blueprint(weights, tables.tag_set.tags)
    else:
        blueprint = read_blueprint(folder / STRUCTURE)
    blueprint.check(tables, weights.stat().st_size)
    read = read_archive_weights if archive else read_weights
    return blueprint, read(weights, blueprint.weights())


def _make(blueprint: Blueprint, arrays: Mapping[str, np.ndarray]) -> Student:
    model = Student.from_blueprint(blueprint)
    for name, variable in model.weights_by_name().items():
        variable.assign(arrays[name])
    return model


def cut_vocabulary(student: SavedStudent, size: int) -> SavedStudent:
    """The same student with the vectors of its most useful words alone.

    Words are useful in the order of its table: those of its training text by frequency, then the
    most frequent others. A word whose vector is gone is known by its other features, as any word
    without one.

    Args:
        student: with more than `size` vectors, or it comes back as it is.
        size: vectors to keep, at least 1.

    Returns:
        A student in memory; all its other weights are the same.

    Raises:
        UsageError: the student has no word vectors.
    """
    tables = student.features.tables
    if VECTOR not in tables:
        raise UsageError(
            f"--vocabulary_size={size}: this student has no word vectors that could be cut."
        )
    if len(tables[VECTOR]) <= size:
        return student
    features = dataclasses.replace(
        student.features, tables={**tables, VECTOR: tables[VECTOR][:size]}
    )
    blueprint = dataclasses.replace(student.blueprint, table_sizes=features.sizes())
    model = Student.from_blueprint(blueprint)
    rows, before = size + FIRST_ENTRY, student.model.weights_by_name()
    for name, weight in model.weights_by_name().items():
        old = before[name]
        weight.assign(old[:rows] if weight.shape != old.shape else old)
    return dataclasses.replace(student, model=model, features=features, folder=None)
