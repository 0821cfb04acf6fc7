"""A student as .tflite files: builtin operations only, stateless, exact with padding.

The LSTM is a WHILE loop. (The fused LSTM of TFLite keeps its state from one sentence to the next,
and browsers refuse it.)
"""

import tempfile
from collections.abc import Mapping, Sequence

import tensorflow as tf
from tensorflow.lite.python import schema_py_generated as schema

from bioner_kd.export.edge_graph import EdgeGraph
from bioner_kd.export.float16 import with_float16_weights
from bioner_kd.export.four_bits import FourBitTable
from bioner_kd.export.graph import save_signatures
from bioner_kd.student.saved_student import SavedStudent
from bioner_kd.tagging.models.layout import (
    ANY_LENGTH,
    BATCH,
    FLOAT16,
    INT8,
    LENGTHS,
    TFLITE_FILES,
    length_signature,
)
from bioner_kd.tagging.models.native_output import call_quietly
from bioner_kd.tagging.word_features import VECTOR

_CUSTOM = "CUSTOM:"
_BUILTIN_NAMES = {
    code: name for name, code in vars(schema.BuiltinOperator).items() if isinstance(code, int)
}


def signature_shapes(
    lengths: Sequence[int], *, any_length: bool = True
) -> dict[str, tuple[int | None, int | None]]:
    """Sentences and words of each signature of a .tflite file by name, None where any number."""
    fixed = {length_signature(words): (1, words) for words in lengths}
    return {**fixed, **({ANY_LENGTH: (1, None), BATCH: (None, None)} if any_length else {})}


def tflite_models(
    student: SavedStudent,
    forms: Sequence[str],
    lengths: Sequence[int] = LENGTHS,
    *,
    any_length: bool = True,
) -> dict[str, bytes]:
    """Converts a student.

    Args:
        student: the student.
        forms: which files to make, "float32", "float16" or "int8". In "int8" word vectors have
            four bits a number and other weights eight (dynamic range: activations stay float32
            between operations). In "float16" word vectors keep the eight that they have.
        lengths: numbers of words that get a signature, as devices without dynamic shapes need them.
            "dyn" takes a sentence of any number, "batch" any number of sentences. All share their
            weights.
        any_length: whether there are "dyn" and "batch" at all. Browsers cannot use them.

    Returns:
        The contents of the .tflite files by form.

    Raises:
        ValueError: an operation is no builtin one.
    """
    shapes = signature_shapes(lengths, any_length=any_length)
    contents = {}
    for small in (False, True):
        chosen = [form for form in forms if (form == INT8) == small]
        if chosen:
            graph = EdgeGraph(student, _small_tables(student) if small else {})
            contents.update(_convert_all(graph, chosen, shapes))
    return contents


def _small_tables(student: SavedStudent) -> dict[str, FourBitTable]:
    # On NCBI-disease and BC5CDR this cost at most 0.04 points of F1; the same for words, prefixes,
    # suffixes and shapes, which are a fifth of the bytes, cost 0.17.
    table = student.model.parts().embeddings.get(VECTOR)
    if table is None:
        return {}
    rows = tf.range(student.features.sizes()[VECTOR])
    return {VECTOR: FourBitTable(table(rows[tf.newaxis])[0].numpy())}


def _convert_all(
    graph: EdgeGraph, forms: Sequence[str], shapes: Mapping[str, tuple[int | None, int | None]]
) -> dict[str, bytes]:
    signatures = {name: graph.signature(*shape) for name, shape in shapes.items()}
    with tempfile.TemporaryDirectory() as folder:
        save_signatures(graph, folder, signatures)
        return {form: _convert(folder, list(signatures), form) for form in forms}


def _convert(folder: str, signatures: Sequence[str], form: str) -> bytes:
    converter = tf.lite.TFLiteConverter.from_saved_model(folder, signature_keys=signatures)
    converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS]
    if form == INT8:
        converter.optimizations = [tf.lite.Optimize.DEFAULT]
    # The converter prints statistics of its work; they matter only where it fails.
    content = call_quietly(converter.convert, lambda line: True, keep_on_error=True)
    if form == FLOAT16:
        content = with_float16_weights(content)
    foreign = [name for name in operators(content) if name.startswith(_CUSTOM)]
    if foreign:
        raise ValueError(f"{TFLITE_FILES[form]}: not every interpreter has {', '.join(foreign)}.")
    return content


def operators(content: bytes) -> list[str]:
    """Names of the operations that a .tflite file uses, in all its graphs, in alphabetical order.

    Args:
        content: the file.

    Returns:
        Such as ["ADD", "CAST", ...]; an operation that is no builtin one is "CUSTOM:" and its name.
    """
    model = schema.Model.GetRootAs(content, 0)
    codes = [model.OperatorCodes(number) for number in range(model.OperatorCodesLength())]
    return sorted({_operator_name(code) for code in codes})


def _operator_name(code: schema.OperatorCode) -> str:
    if code.CustomCode():
        return f"{_CUSTOM}{code.CustomCode().decode()}"
    # Codes above 127 stand in a field that was added later.
    return _BUILTIN_NAMES[max(code.BuiltinCode(), code.DeprecatedBuiltinCode())]
