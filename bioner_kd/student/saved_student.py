"""A student on disk: its structure, its weights and its tables of words.

Nothing in these files is run: the structure is checked JSON, and the weights are numbers. Keras's
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
from bioner_kd.encoding.batches import BatchSource, one_graph, predict_logits, student_features
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
from bioner_kd.tagging.postprocessing import Postprocessing
from bioner_kd.tagging.tables import TABLES, Tables, read_tables
from bioner_kd.tagging.tag_set import TagSet
from bioner_kd.tagging.word_features import FIRST_ENTRY, VECTOR, WordFeatures, with_spellings
from bioner_kd.tagging.word_form import folding_table, inner_folding_table
from bioner_kd.text.rules import RULES, TextRules
from bioner_kd.text.sentence import Sentence


@dataclass(frozen=True)
class SavedStudent:
    """A student with the tables that turn sentences into its features.

    Attributes:
        model: maps features to word-level logits.
        features: maps words to features.
        tag_set: the tags of the last axis of the logits.
        folder: the folder that it was loaded from, or None.
        rules: how text is cut into words and sentences.
        postprocessing: how the tags of a text become its entities.

    Examples:
        >>> from bioner_kd.student.config import StudentConfig
        >>> from bioner_kd.tagging.word_features import FeatureConfig
        >>> sentences = [Sentence.from_words(["No", "fever"], ["O", "B-Disease"])]
        >>> features = WordFeatures.from_sentences(sentences, FeatureConfig(("word",)))
        >>> tag_set = TagSet.from_sentences(sentences)
        >>> blueprint = Blueprint(StudentConfig(units=8), features.sizes(), tag_set.tags)
        >>> student = SavedStudent(Student.from_blueprint(blueprint), features, tag_set)
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     student.save(Path(folder))
        ...     loaded = load_student(Path(folder))
        >>> loaded.tag_set.tags, loaded.parameters == student.parameters
        (('O', 'B-Disease'), True)
        >>> batch = {"word_ids": tf.constant([loaded.features.encode(["No", "fever"])["word_ids"]])}
        >>> loaded.model(batch).shape
        TensorShape([1, 2, 2])
    """

    model: Student
    features: WordFeatures
    tag_set: TagSet
    folder: Path | None = None
    rules: TextRules = RULES
    postprocessing: Postprocessing = Postprocessing()

    @property
    def parameters(self) -> int:
        """Number of parameters."""
        return self.model.count_params()

    @property
    def size(self) -> int:
        """Size of weights, structure and tables on disk, in bytes."""
        if self.folder is None:
            raise ValueError("This student is not on disk yet.")
        return sum(path.stat().st_size for path in student_files(self.folder))

    def inputs(
        self, batch: int | None = None, words: int | None = None
    ) -> dict[str, tf.TensorSpec]:
        """Specifications of the inputs by name.

        Args:
            batch: number of sentences; any number if None.
            words: number of words of each sentence; any number if None.
        """
        inner = {"char": [self.features.config.max_chars]}
        names = {f"{name}_ids": inner.get(name, []) for name in self.features.columns}
        return {
            name: tf.TensorSpec([batch, words, *more], tf.int32, name=name)
            for name, more in names.items()
        }

    @cached_property
    def call(self) -> Callable[[Mapping[str, tf.Tensor]], tf.Tensor]:
        """The model as a graph: features to float32 logits (batch, words, tags)."""

        def predict(features: Mapping[str, tf.Tensor]) -> tf.Tensor:
            return self.model(features, training=False)

        return one_graph(predict, self.inputs())

    def logits(
        self, sentences: Sequence[Sentence], batch_size: int = 64, *, name: str = ""
    ) -> list[np.ndarray]:
        """Word-level logits of sentences.

        Args:
            sentences: with or without tags.
            batch_size: number of sentences per batch.
            name: title of the progress bar; no progress is shown if it is empty.

        Returns:
            float32 (words, tags) per sentence, in order.
        """
        return predict_logits(self.call, self.source(sentences), batch_size, name=name)

    def source(self, sentences: Sequence[Sentence]) -> BatchSource:
        """Batches of features, without targets."""
        words = np.array([len(sentence) for sentence in sentences], np.int64)
        return BatchSource(words, words, (student_features(sentences, self.features),))

    @property
    def decoder(self) -> Decoder:
        """The decoder of logits to tags, with the present weights of the model."""
        return Decoder(self.tag_set, self.model.transitions)

    @property
    def blueprint(self) -> Blueprint:
        """The structure of the model."""
        return dataclasses.replace(self.model.blueprint, tags=self.tag_set.tags)

    @property
    def tables(self) -> Tables:
        """Tables, tags and rules, which every runtime needs beside the model."""
        transitions = self.model.transitions
        return Tables(self.tag_set, self.features, transitions, self.rules, self.postprocessing)

    def save(self, folder: Path) -> None:
        """Writes the files that `load_student` reads into an existing folder.

        Raises:
            InputError: the folder cannot be written or the disk is full.
        """
        weights = self.model.weights_by_name()
        write_weights(folder / WEIGHTS, {name: one.numpy() for name, one in weights.items()})
        with atomic_file(folder / STRUCTURE) as file:
            json.dump(self.blueprint.to_json(), file, ensure_ascii=False, indent=1)
        self.tables.write(folder / TABLES)


def load_student(folder: Path) -> SavedStudent:
    """Loads a student that `bioner_kd distill` wrote.

    Raises:
        InputError: the folder holds no student, a damaged one, or one of a later version.
    """
    check_student(folder)
    try:
        tables = read_tables(folder / TABLES)
        blueprint, arrays = _read(folder, tables)
        model = make_student(blueprint, arrays)
        if model.transitions != tables.transitions:
            raise ValueError(f"{TABLES} has other transitions than the weights")
    except NewerFormatError:
        raise
    except (OSError, ValueError) as error:
        raise not_a_student(folder, error) from error
    return of_tables(model, tables, folder)


def of_tables(model: Student, tables: Tables, folder: Path | None = None) -> SavedStudent:
    """A student of its model and its tables."""
    rules, after = tables.rules, tables.postprocessing
    return SavedStudent(model, tables.features, tables.tag_set, folder, rules, after)


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


def make_student(blueprint: Blueprint, arrays: Mapping[str, np.ndarray]) -> Student:
    """Makes a student of its structure and its weights by name."""
    model = Student.from_blueprint(blueprint)
    for name, variable in model.weights_by_name().items():
        variable.assign(arrays[name])
    return model


def renewed(student: SavedStudent, sentences: Sequence[Sentence]) -> SavedStudent:
    """A student of an earlier version that reads text by the rules of this version.

    Training reads words that a corpus has cut, so that no rule for text changes what was learnt.

    Args:
        student: the student.
        sentences: its training split, in which spellings are counted for text in capitals.
    """
    folding, inner = folding_table(), inner_folding_table()
    features = dataclasses.replace(student.features, folding=folding, inner_folding=inner)
    return dataclasses.replace(student, features=with_spellings(features, sentences), rules=RULES)


def cut_vocabulary(student: SavedStudent, size: int) -> SavedStudent:
    """Removes the word vectors of less useful words, for a small device.

    The table has the most useful words first: words of the training text by frequency, then the
    most frequent others. A word that loses its vector is known by its other features, like any word
    without a vector.

    Args:
        student: a student with word vectors.
        size: number of vectors to keep, at least 1.

    Returns:
        A student in memory with the same other weights; `student` itself if it has no more vectors.

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
