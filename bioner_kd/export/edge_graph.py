"""The student as a graph that becomes a .tflite file."""

from collections.abc import Callable, Mapping
from typing import Any

import tensorflow as tf

from bioner_kd.export.recurrence import multiply, read_both_ways
from bioner_kd.student.saved_student import SavedStudent
from bioner_kd.tagging.models.layout import LOGITS
from bioner_kd.tagging.word_features import PAD

Lookup = Callable[[tf.Tensor], tf.Tensor]


class EdgeGraph(tf.Module):
    """A student's weights, and functions over them that a converter turns into few, fast steps."""

    def __init__(self, student: SavedStudent, tables: Mapping[str, Lookup] | None = None) -> None:
        """Takes a student.

        Args:
            student: the student.
            tables: what reads a feature's table, int32 ids (batch, words) to float32 (batch, words,
                size), in place of the student's own, by the feature's name.
        """
        super().__init__()
        self.weights = student.model.weights
        self._tables = dict(tables or {})
        self._student = student

    def signature(self, batch: int | None, words: int | None) -> Any:
        """A function of named tensors, as `StudentGraph.signature` gives it."""
        run = tf.function(lambda **ids: {LOGITS: self._logits(ids)}, autograph=False)
        return run.get_concrete_function(**self._student.inputs(batch, words))

    def _logits(self, ids: Mapping[str, tf.Tensor]) -> tf.Tensor:
        parts = self._student.model.parts()
        present = tf.not_equal(ids["word_ids"], PAD)
        vectors = [
            self._tables.get(name, table)(ids[f"{name}_ids"])
            for name, table in parts.embeddings.items()
        ]
        hidden = parts.norm(tf.concat(vectors, axis=-1))
        for layer in parts.recurrent:
            hidden = read_both_ways(layer, hidden, present)
        return multiply(hidden, parts.classifier.kernel) + parts.classifier.bias
