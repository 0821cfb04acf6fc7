"""A student as .tflite files: builtin operations only, stateless, exact with padding.

The LSTM is a WHILE loop. (The fused LSTM of TFLite keeps its state from one sentence to the next,
and browsers refuse it.) Small files have weights of fewer bits:

- float16: the large weights alone. The converter's own option rounds every weight. The small ones
  (biases, the norm, the classifier) are a hundredth of the bytes and cause half of the rounding
  errors of the logits: a student lost a tag of 124,750 to them. Here they stay float32.
- int8: eight bits by the converter, four for word vectors, which are most of a student's bytes. A
  column is divided by its root mean square. A row has a step of its own, and each of its numbers is
  one of 16 multiples of that step. Builtin operations unpack them.
"""

import tempfile
from collections.abc import Mapping, Sequence

import numpy as np
import tensorflow as tf
from tensorflow.lite.python import schema_py_generated as schema
from tensorflow.lite.tools import flatbuffer_utils

from bioner_kd.export.edge_graph import EdgeGraph
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
# Float16 rounds the weights of at least this number of values.
SMALLEST_ROUNDED = 4096
# The range of four bits.
_LOWEST, _HIGHEST = -8, 7
# A row's step is kept in its last byte, in units of a step that is common to all rows.
_LARGEST_STEP = 127
# Steps that a row is tried with, as shares of the one that cuts none of its numbers.
_SHARES = np.linspace(0.4, 1.0, 25)


def signature_shapes(
    lengths: Sequence[int], *, any_length: bool = True
) -> dict[str, tuple[int | None, int | None]]:
    """Numbers of sentences and words of each signature by name; None means any number."""
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
        forms: which files to make: "float32", "float16" or "int8". In "int8" word vectors have four
            bits per number and other weights eight (dynamic range: activations stay float32 between
            operations). In "float16" word vectors keep their eight bits.
        lengths: numbers of words that get a signature, for devices without dynamic shapes.
        any_length: whether there are signatures "dyn", for a sentence of any number of words, and
            "batch", for any number of sentences. Browsers cannot use them.

    Returns:
        The contents of the .tflite files by form. All signatures of a file share their weights.
    """
    shapes = signature_shapes(lengths, any_length=any_length)
    contents = {}
    for small in (False, True):
        chosen = [form for form in forms if (form == INT8) == small]
        if chosen:
            graph = EdgeGraph(student, _small_tables(student) if small else {})
            contents.update(_convert_all(graph, chosen, shapes))
    return contents


def _small_tables(student: SavedStudent) -> dict[str, "FourBitTable"]:
    # On NCBI-disease and BC5CDR four bits cost at most 0.04 points of F1. Four bits for words,
    # prefixes, suffixes and shapes, which are a fifth of the bytes, cost 0.17 points.
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
    # The converter prints statistics, which are of use only if it fails.
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
        Names such as ["ADD", "CAST", ...]; "CUSTOM:" stands before the name of an operation that is
        not builtin.
    """
    model = schema.Model.GetRootAs(content, 0)
    codes = [model.OperatorCodes(number) for number in range(model.OperatorCodesLength())]
    return sorted({_operator_name(code) for code in codes})


def _operator_name(code: schema.OperatorCode) -> str:
    if code.CustomCode():
        return f"{_CUSTOM}{code.CustomCode().decode()}"
    # Codes above 127 are in a field that was added later.
    return _BUILTIN_NAMES[max(code.BuiltinCode(), code.DeprecatedBuiltinCode())]


def with_float16_weights(content: bytes) -> bytes:
    """Rounds the large weights of a file; interpreters make them float32 again on loading.

    Args:
        content: a .tflite file with float32 weights.
    """
    model = flatbuffer_utils.convert_bytearray_to_object(bytearray(content))
    rounded = _round_buffers(model)
    model.operatorCodes.append(_dequantize())
    for graph in model.subgraphs:
        _read_rounded(graph, rounded, len(model.operatorCodes) - 1)
    return bytes(flatbuffer_utils.convert_object_to_bytearray(model))


def _round_buffers(model: schema.ModelT) -> set[int]:
    floats = {
        tensor.buffer
        for graph in model.subgraphs
        for tensor in graph.tensors
        if tensor.type == schema.TensorType.FLOAT32
    }
    rounded = set()
    for number in floats:
        buffer = model.buffers[number]
        if buffer.data is not None and len(buffer.data) >= 4 * SMALLEST_ROUNDED:
            weights = np.frombuffer(buffer.data.tobytes(), np.float32).astype(np.float16)
            buffer.data = np.frombuffer(weights.tobytes(), np.uint8)
            rounded.add(number)
    return rounded


def _dequantize() -> schema.OperatorCodeT:
    code = schema.OperatorCodeT()
    code.builtinCode = code.deprecatedBuiltinCode = schema.BuiltinOperator.DEQUANTIZE
    code.version = 3  # the first that reads float16
    return code


def _read_rounded(graph: schema.SubGraphT, rounded: set[int], code: int) -> None:
    operators = []
    for number, tensor in enumerate(list(graph.tensors)):
        if tensor.buffer in rounded:
            half = schema.TensorT()
            half.type, half.buffer = schema.TensorType.FLOAT16, tensor.buffer
            half.shape, half.name = tensor.shape, tensor.name + b"/float16"
            graph.tensors.append(half)
            tensor.buffer = 0  # no constant any more
            operator = schema.OperatorT()
            operator.opcodeIndex = code
            operator.inputs, operator.outputs = [len(graph.tensors) - 1], [number]
            operators.append(operator)
    graph.operators = operators + graph.operators


def pack_four_bits(rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Rounds a table to four bits per number, each row with the step of the least error.

    Args:
        rows: float32 (rows, size).

    Returns:
        int8 (rows, (size + 1) // 2 + 1) and float32 (size rounded up to even): the arguments of
        `unpack_four_bits`.
    """
    even = np.pad(rows, [(0, 0), (0, rows.shape[1] % 2)])
    columns = np.sqrt(np.mean(np.square(even), axis=0, dtype=np.float64))
    columns[columns == 0] = 1.0
    scaled = even / columns
    unit = np.abs(scaled).max(initial=0.0) / _HIGHEST / _LARGEST_STEP or 1.0
    numbers, steps = _round_rows(scaled / unit)
    left, right = np.split(numbers, 2, axis=1)
    # The left one is signed, the right one counts from the lowest.
    cells = left * 16 + (right - _LOWEST)
    return np.concatenate([cells, steps], axis=1).astype(np.int8), (columns * unit).astype("f4")


def _round_rows(rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    largest = np.abs(rows).max(axis=1, keepdims=True) / _HIGHEST
    numbers, steps = np.zeros_like(rows), np.ones_like(largest)
    least = np.full_like(largest, np.inf)
    for share in _SHARES:
        step = np.rint(largest * share).clip(1, _LARGEST_STEP)
        rounded = np.rint(rows / step).clip(_LOWEST, _HIGHEST)
        error = np.square(rounded * step - rows).sum(axis=1, keepdims=True)
        better = error < least
        numbers, steps = np.where(better, rounded, numbers), np.where(better, step, steps)
        least = np.minimum(error, least)
    return numbers, steps


def unpack_four_bits(cells: tf.Tensor, columns: tf.Tensor) -> tf.Tensor:
    """Unpacks rows by arithmetic that is exact in float32.

    Args:
        cells: int8 (..., bytes), rows of the first result of `pack_four_bits`.
        columns: float32 (size), its second result.

    Returns:
        float32 (..., size).
    """
    pairs, steps = tf.split(tf.cast(cells, tf.float32), [cells.shape[-1] - 1, 1], axis=-1)
    left = tf.floor(pairs * (1 / 16))
    right = pairs - left * 16 + _LOWEST
    return tf.concat([left, right], axis=-1) * steps * columns


class FourBitTable(tf.Module):
    """A table of vectors with four bits per number, which is called like an embedding."""

    def __init__(self, rows: np.ndarray) -> None:
        """Packs the vectors, float32 (rows, size)."""
        super().__init__()
        cells, columns = pack_four_bits(rows)
        self._size = rows.shape[1]
        self._cells = tf.Variable(cells, trainable=False)
        self._columns = tf.Variable(columns, trainable=False)

    def __call__(self, ids: tf.Tensor) -> tf.Tensor:
        """Maps int32 ids (batch, words) to float32 (batch, words, size)."""
        found = unpack_four_bits(tf.gather(self._cells, ids), self._columns)
        return found if found.shape[-1] == self._size else found[..., : self._size]
