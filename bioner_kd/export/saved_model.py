"""A student as a SavedModel that TF Serving serves."""

from pathlib import Path

from bioner_kd.artefact.layout import SAVED_MODEL_TABLES, SERVING
from bioner_kd.export.graph import StudentGraph, save_signatures
from bioner_kd.student.saved_student import SavedStudent


def write_saved_model(student: SavedStudent, folder: Path) -> None:
    """Writes a version folder.

    Its signature "serving_default" takes padded batches of any size: int32 "word_ids",
    "prefix_ids", "suffix_ids", "shape_ids" (batch, words) and "char_ids" (batch, words, chars),
    those that the student has, and gives float32 "logits" (batch, words, tags).

    Args:
        student: the student.
        folder: the version folder, which does not exist yet.
    """
    graph = StudentGraph(student)
    save_signatures(graph, str(folder), {SERVING: graph.signature(None, None)})
    student.tables.write(folder / SAVED_MODEL_TABLES)
