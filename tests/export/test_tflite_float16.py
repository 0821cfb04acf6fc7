"""Known answers of weights rounded to float16, on a file of one product."""

import numpy as np
import pytest
import tensorflow as tf
from ai_edge_litert.interpreter import Interpreter

from bioner_kd.export.tflite import SMALLEST_ROUNDED, operators, with_float16_weights
from bioner_kd.tagging.models.native_output import call_quietly

ROWS = 64


def product(columns: int) -> tuple[bytes, np.ndarray]:
    """A file that multiplies by weights, and the weights, float32 (ROWS, columns)."""
    weights = np.random.default_rng(5).normal(size=(ROWS, columns)).astype(np.float32)
    module = tf.Module()
    module.weights = tf.Variable(weights)
    run = tf.function(
        lambda rows: rows @ module.weights, input_signature=[tf.TensorSpec([None, ROWS])]
    )
    converter = tf.lite.TFLiteConverter.from_concrete_functions(
        [run.get_concrete_function()], module
    )
    return call_quietly(converter.convert, lambda line: True, keep_on_error=True), weights


@pytest.mark.parametrize("make", [Interpreter, tf.lite.Interpreter])
def test_large_weights_are_rounded_and_read_as_float32(make: type) -> None:
    content, weights = product(SMALLEST_ROUNDED // ROWS)
    smaller = with_float16_weights(content)
    assert "DEQUANTIZE" in operators(smaller)
    assert len(content) - len(smaller) == pytest.approx(2 * SMALLEST_ROUNDED, abs=600)
    interpreter = make(model_content=smaller)
    interpreter.allocate_tensors()
    (given,), (found,) = interpreter.get_input_details(), interpreter.get_output_details()
    interpreter.set_tensor(given["index"], np.eye(1, ROWS, dtype=np.float32))
    interpreter.invoke()
    expected = weights[:1].astype(np.float16).astype(np.float32)
    np.testing.assert_array_equal(interpreter.get_tensor(found["index"]), expected)


def test_small_weights_stay_as_they_are() -> None:
    content, weights = product(SMALLEST_ROUNDED // ROWS - 1)
    assert weights.T.tobytes() in with_float16_weights(content)
