"""The student as a graph of tensors for inference, and the SavedModels that hold such graphs."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import keras
import tensorflow as tf
from absl import logging

from bioner_kd.errors import InputError, tensorflow_reason
from bioner_kd.student.saved_student import SavedStudent
from bioner_kd.tagging.models.layout import LOGITS


def describe_signature(
    student: SavedStudent, batch: int | None, words: int | None
) -> dict[str, Any]:
    """Names, types and shapes of a signature as JSON values; -1 means any number."""
    inputs = student.inputs(batch, words)
    logits = _description("float32", (batch, words, len(student.tag_set)))
    return {
        "inputs": {name: _description("int32", inputs[name].shape) for name in sorted(inputs)},
        "outputs": {LOGITS: logits},
    }


def _description(dtype: str, shape: Sequence[int | None]) -> dict[str, Any]:
    return {"dtype": dtype, "shape": [-1 if size is None else size for size in shape]}


class StudentGraph(tf.Module):
    """The weights of a student, and functions of them that can be saved as signatures.

    The Keras model is not a part of this module, so the saved files load where its classes do not
    exist.
    """

    def __init__(self, student: SavedStudent) -> None:
        super().__init__()
        self.weights = student.model.weights
        self._student = student

    def signature(self, batch: int | None, words: int | None) -> Any:
        """Makes a function of named tensors.

        Args:
            batch: number of sentences; any number if None.
            words: number of words of each sentence; any number if None.

        Returns:
            Concrete function that maps int32 "word_ids" (batch, words), "char_ids" (batch, words,
            chars) and so on to a dictionary with float32 "logits" (batch, words, tags).
        """
        model = self._student.model

        @tf.function
        def run(**ids: tf.Tensor) -> dict[str, tf.Tensor]:
            return {LOGITS: model(ids, training=False)}

        with _lstm_for_any_device(model):
            return run.get_concrete_function(**self._student.inputs(batch, words))


def save_signatures(graph: tf.Module, folder: str, signatures: dict[str, Any]) -> None:
    """Writes a SavedModel, without TensorFlow's warnings about names of weights.

    Raises:
        InputError: the folder cannot be written or the disk is full.
    """
    verbosity = logging.get_verbosity()
    logging.set_verbosity(logging.ERROR)
    try:
        tf.saved_model.save(graph, folder, signatures=signatures)
    except tf.errors.OpError as error:
        raise InputError(
            f"{folder}: a SavedModel cannot be written here ({tensorflow_reason(error.message)}); "
            "free some space or choose another place."
        ) from error
    finally:
        logging.set_verbosity(verbosity)


@contextmanager
def _lstm_for_any_device(model: keras.Model) -> Iterator[None]:
    # Otherwise Keras adds a second LSTM for NVIDIA's cuDNN to each LSTM, and the gradients of both.
    # Graphs then have five times the size and take seven times as long to trace and convert. The
    # loop that remains computes the same.
    layers = [
        layer
        for layer in model.submodules
        if isinstance(layer, keras.layers.LSTM) and layer._could_use_gpu_kernel
    ]
    for layer in layers:
        layer._could_use_gpu_kernel = False
    try:
        yield
    finally:
        for layer in layers:
            layer._could_use_gpu_kernel = True
