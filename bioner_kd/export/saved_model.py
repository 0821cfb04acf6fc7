"""A student as a SavedModel that TF Serving serves."""

from pathlib import Path

import tensorflow as tf

from bioner_kd.export.graph import StudentGraph, save_signatures
from bioner_kd.export.text_graph.signature import TextGraph
from bioner_kd.export.warm_up import write_warm_up
from bioner_kd.student.saved_student import SavedStudent
from bioner_kd.tagging.models.layout import FEATURES, SAVED_MODEL_TABLES, SERVING, WARM_UP


class _ServedStudent(tf.Module):
    """What is saved: the weights, and the tables that the text signature looks words up in."""

    def __init__(self, student: SavedStudent) -> None:
        super().__init__()
        self.student = StudentGraph(student)
        features = self.student.signature(None, None)
        self.text = TextGraph(student.tables, features)
        self.by_name = {SERVING: self.text.signature(), FEATURES: features}


def write_saved_model(student: SavedStudent, folder: Path) -> None:
    """Writes a version folder of two signatures.

    "serving_default" takes string "text" (texts,), raw UTF-8, and gives (texts, longest) string
    "words" and "tags", float32 "scores", int32 "starts" and "ends" in characters of the text, and
    int32 "num_words" (texts,); what a text has no word for is "", 0 and -1. It is what
    `Tagger.tag` makes of the same text; bytes that are no UTF-8 are U+FFFD, as errors="replace"
    reads them in Python.

    "features" takes padded batches of any size: int32 "word_ids", "prefix_ids", "suffix_ids",
    "shape_ids" (batch, words) and "char_ids" (batch, words, chars), those that the student has, and
    gives float32 "logits" (batch, words, tags).

    Args:
        student: the student.
        folder: the version folder, which does not exist yet.
    """
    served = _ServedStudent(student)
    save_signatures(served, str(folder), served.by_name)
    student.tables.write(folder / SAVED_MODEL_TABLES)
    write_warm_up(student.features, folder / WARM_UP)
