"""A student with fewer word vectors, for a device that they are too large for."""

import dataclasses

from bioner_kd.errors import UsageError
from bioner_kd.student.model import Student
from bioner_kd.student.saved_student import SavedStudent
from bioner_kd.tagging.word_features import FIRST_ENTRY, VECTOR


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
