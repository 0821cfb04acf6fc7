"""A student as one .tflite file: builtin operations only, stateless, exact with padding.

The masked LSTM is two WHILE loops. (The fused LSTM of TFLite keeps its state from one sentence to
the next, and browsers refuse it.) Sentences come one at a time, as batches of 1.
"""

import tempfile
from collections.abc import Sequence

import tensorflow as tf
from tensorflow.lite.python import schema_py_generated as schema

from bioner_kd.artefact.layout import ANY_LENGTH, LENGTHS, length_signature
from bioner_kd.artefact.native_output import call_quietly
from bioner_kd.export.graph import StudentGraph, save_signatures
from bioner_kd.student.saved_student import SavedStudent

_BUILTIN_NAMES = {
    code: name for name, code in vars(schema.BuiltinOperator).items() if isinstance(code, int)
}


def tflite_models(
    student: SavedStudent,
    quantized: Sequence[bool],
    lengths: Sequence[int] = LENGTHS,
    *,
    any_length: bool = True,
) -> list[bytes]:
    """Converts a student.

    Args:
        student: the student.
        quantized: for each file to make, whether its weights are int8 (dynamic range: activations
            stay float32 between operations) or float32.
        lengths: numbers of words that get a signature, as devices without dynamic shapes need them.
            All signatures share their weights.
        any_length: whether there is a signature "dyn" too, which takes any number. Browsers cannot
            use it.

    Returns:
        The contents of the .tflite files.
    """
    graph = StudentGraph(student)
    signatures = {length_signature(words): graph.signature(1, words) for words in lengths}
    if any_length:
        signatures[ANY_LENGTH] = graph.signature(1, None)
    with tempfile.TemporaryDirectory() as folder:
        save_signatures(graph, folder, signatures)
        return [_convert(folder, list(signatures), int8) for int8 in quantized]


def _convert(folder: str, signatures: Sequence[str], int8: bool) -> bytes:
    converter = tf.lite.TFLiteConverter.from_saved_model(folder, signature_keys=signatures)
    converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS]
    if int8:
        converter.optimizations = [tf.lite.Optimize.DEFAULT]
    # The converter prints statistics of its work; they matter only where it fails.
    return call_quietly(converter.convert, lambda line: True, keep_on_error=True)


def operators(content: bytes) -> list[str]:
    """Names of the operations that a .tflite file uses, in all its graphs, in alphabetical order.

    Args:
        content: the file.

    Returns:
        Such as ["ADD", "CAST", ...]; an operation that is no builtin one is "CUSTOM:" and its name.
    """
    model = schema.Model.GetRootAs(content, 0)
    codes = [model.OperatorCodes(number) for number in range(model.OperatorCodesLength())]
    return sorted(_operator_name(code) for code in codes)


def _operator_name(code: schema.OperatorCode) -> str:
    if code.CustomCode():
        return f"CUSTOM:{code.CustomCode().decode()}"
    # Codes above 127 stand in a field that was added later.
    return _BUILTIN_NAMES[max(code.BuiltinCode(), code.DeprecatedBuiltinCode())]
