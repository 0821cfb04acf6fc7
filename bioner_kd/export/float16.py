"""A .tflite file whose large weights are float16, half of their bytes.

The converter's own option rounds every weight. The small ones (biases, the norm, the classifier)
are a hundredth of the bytes and half of the rounding errors of the logits: a student lost a tag of
124,750 to them. Here they stay float32.
"""

import numpy as np
from tensorflow.lite.python import schema_py_generated as schema
from tensorflow.lite.tools import flatbuffer_utils

# Numbers of a weight from which on it is rounded.
SMALLEST = 4096


def with_float16_weights(content: bytes) -> bytes:
    """Rounds the weights of a file; interpreters make float32 of them again when they load it.

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
        if buffer.data is not None and len(buffer.data) >= 4 * SMALLEST:
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
